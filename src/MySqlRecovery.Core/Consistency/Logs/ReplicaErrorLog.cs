using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MySqlRecovery.Binlog.Reading;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>A line of a replica's error log about its SQL thread.</summary>
internal sealed record ReplicaLogEntry(ReplicaLogEvent Event, string Line)
{
    /// <summary>The time at the start of the line as the server wrote it, without fraction and zone; empty where there is none.</summary>
    public string Time { get; init; } = string.Empty;

    /// <summary>The replication channel; empty for the default one and where the line names none.</summary>
    public string Channel { get; init; } = string.Empty;

    /// <summary>The place in the source's logs; of a skip, where it began; of an error, where the event ends.</summary>
    public LogPosition Source { get; init; }

    /// <summary>MariaDB: the GTID position there; null where the line has none.</summary>
    public string? Gtid { get; init; }

    /// <summary>Of a skip: the place in the source's logs after it.</summary>
    public LogPosition SourceEnd { get; init; }

    /// <summary>Of a skip: MariaDB's GTID position after it.</summary>
    public string? GtidEnd { get; init; }

    /// <summary>Of a skip: the relay log that it began in.</summary>
    public string RelayFile { get; init; } = string.Empty;

    /// <summary>Of a skip: the relay log that it ended in.</summary>
    public string RelayEndFile { get; init; } = string.Empty;

    /// <summary>Of a skip: the value of the counter. Of an error: its code.</summary>
    public long Number { get; init; }

    /// <summary>Of a change: the source that is replicated from now on.</summary>
    public string SourceServer { get; init; } = string.Empty;
}

/// <summary>What a line of a replica's error log says about its SQL thread.</summary>
internal enum ReplicaLogEvent
{
    /// <summary>The SQL thread starts at a place.</summary>
    Start,

    /// <summary>The SQL thread stopped at a place.</summary>
    Stop,

    /// <summary>SQL_SLAVE_SKIP_COUNTER or SQL_REPLICA_SKIP_COUNTER had it pass over events.</summary>
    Skip,

    /// <summary>An event could not be applied.</summary>
    Error,

    /// <summary>CHANGE MASTER TO, CHANGE REPLICATION SOURCE TO.</summary>
    Change,
}

/// <summary>
/// Finds what a replica's error log says of its SQL thread, in the words of MySQL 5.5 to 9.x and MariaDB. MySQL writes
/// starts, stops and skips with log_error_verbosity=3 only (5.6: log_warnings ≥ 1; default), MariaDB always.
/// </summary>
internal static partial class ReplicaErrorLog
{
    // Longer lines are no message of a server.
    private const int MaximumLineLength = 64 << 10;
    private const int Patience = 1000;

    /// <summary>The entries in order; lines that say nothing about the SQL thread give none.</summary>
    public static IEnumerable<ReplicaLogEntry> Read(Stream log, CancellationToken stop)
    {
        foreach (string line in ReadLines(log, stop))
        {
            if (Parse(line) is { } entry)
                yield return entry;
        }
    }

    /// <summary>What a line says; null if nothing about the SQL thread.</summary>
    public static ReplicaLogEntry? Parse(string line)
    {
        try
        {
            if (line.Contains("_SKIP_COUNTER=", StringComparison.Ordinal))
                return ParseSkip(line);
            if (line.Contains("SQL thread", StringComparison.Ordinal))
                return ParseThread(line);
            if (line.Contains("end_log_pos", StringComparison.Ordinal))
                return ParseError(line);
            return line.Contains(" executed'. Previous state", StringComparison.Ordinal) ? ParseChange(line) : null;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    private static ReplicaLogEntry? ParseSkip(string line)
    {
        Match match = Skip().Match(line);
        if (!match.Success || Place(match, "file", "pos") is not { } from || Place(match, "file2", "pos2") is not { } to)
            return null;
        return Entry(ReplicaLogEvent.Skip, line, match) with
        {
            Source = from,
            SourceEnd = to,
            Gtid = Text(match, "gtid"),
            GtidEnd = Text(match, "gtid2"),
            RelayFile = FileName(match.Groups["relay"].Value),
            RelayEndFile = FileName(match.Groups["relay2"].Value),
            Number = Number(match, "count") ?? 0,
        };
    }

    private static ReplicaLogEntry? ParseThread(string line)
    {
        Match match = Thread().Match(line);
        if (!match.Success || Place(match, "file", "pos") is not { } place)
            return null;
        return Entry(match.Groups["start"].Success ? ReplicaLogEvent.Start : ReplicaLogEvent.Stop, line, match) with
        {
            Source = place,
            Gtid = Text(match, "gtid"),
        };
    }

    private static ReplicaLogEntry? ParseError(string line)
    {
        Match match = Failure().Match(line);
        if (!match.Success || Place(match, "file", "pos") is not { } place)
            return null;
        return Entry(ReplicaLogEvent.Error, line, match) with { Source = place, Number = Number(ErrorCode().Match(line), "code") ?? 0 };
    }

    private static ReplicaLogEntry? ParseChange(string line)
    {
        Match match = Change().Match(line);
        return match.Success
            ? Entry(ReplicaLogEvent.Change, line, match, $"{match.Groups["host"].Value}:{match.Groups["port"].Value}")
            : null;
    }

    private static ReplicaLogEntry Entry(ReplicaLogEvent kind, string line, Match match, string source = "")
    {
        string time = LineTime().Match(line).Groups["time"].Value;
        string channel = match.Groups["channel"].Value;
        return new ReplicaLogEntry(kind, line) { Time = time.Replace('T', ' '), Channel = channel, SourceServer = source };
    }

    private static LogPosition? Place(Match match, string file, string position) =>
        Number(match, position) is { } offset ? new LogPosition(FileName(match.Groups[file].Value), offset) : null;

    private static long? Number(Match match, string group) =>
        long.TryParse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static string? Text(Match match, string group) =>
        match.Groups[group] is { Success: true, Length: > 0 } found ? found.Value : null;

    // Relay logs are named with the folder: ./relay.000002.
    private static string FileName(string path) => path[(path.LastIndexOfAny(['/', '\\']) + 1)..];

    private static IEnumerable<string> ReadLines(Stream log, CancellationToken stop)
    {
        using var reader = new StreamReader(log, Encoding.UTF8, true, 1 << 16, leaveOpen: true);
        var line = new StringBuilder();
        var chunk = new char[1 << 14];
        bool isTooLong = false;
        for (int got; (got = reader.Read(chunk)) > 0;)
        {
            stop.ThrowIfCancellationRequested();
            for (int start = 0; start < got;)
            {
                int end = Array.IndexOf(chunk, '\n', start, got - start);
                int length = (end < 0 ? got : end) - start;
                isTooLong |= line.Length + length > MaximumLineLength;
                if (!isTooLong)
                    line.Append(chunk, start, length);
                start += length + 1;
                if (end < 0)
                    continue;
                if (!isTooLong)
                    yield return line.ToString().TrimEnd('\r');
                line.Clear();
                isTooLong = false;
            }
        }

        if (line.Length > 0 && !isTooLong)
            yield return line.ToString();
    }

    // 5.6, 5.7, MariaDB: master_log_name; 8.0.26+: source_log_name. MariaDB with GTIDs adds: , GTID '0-1-5';
    [GeneratedRegex(
        @"'SQL_(?:SLAVE|REPLICA)_SKIP_COUNTER=(?<count>\d+)' executed at relay_log_file='(?<relay>[^']*)', relay_log_pos='\d+', "
            + @"(?:master|source)_log_name='(?<file>[^']*)', (?:master|source)_log_pos='(?<pos>\d+)'(?:, GTID '(?<gtid>[^']*)';)?\s*and "
            + @"new position at relay_log_file='(?<relay2>[^']*)', relay_log_pos='\d+', (?:master|source)_log_name='(?<file2>[^']*)', "
            + @"(?:master|source)_log_pos='(?<pos2>\d+)'(?:, GTID '(?<gtid2>[^']*)';)?",
        RegexOptions.CultureInvariant, Patience)]
    private static partial Regex Skip();

    [GeneratedRegex(
        @"(?:Slave|Replica) SQL thread(?: for channel '(?<channel>[^']*)')? (?:(?<start>initialized), starting replication|exiting(?: for "
            + @"channel '(?<channel>[^']*)')?, replication stopped) in log '(?<file>[^']*)' at position (?<pos>\d+)(?:.*?GTID position "
            + @"'(?<gtid>[^']*)')?",
        RegexOptions.CultureInvariant, Patience)]
    private static partial Regex Thread();

    // ... the event's master log binlog.000001, end_log_pos 1234 (source log since 8.0.26).
    [GeneratedRegex(
        @"(?:Slave|Replica) SQL(?: for channel '(?<channel>[^']*)')?: .*the event's (?:master|source) "
            + @"log (?<file>\S+), end_log_pos (?<pos>\d+)",
        RegexOptions.CultureInvariant, Patience)]
    private static partial Regex Failure();

    [GeneratedRegex(@"(?:Error_code|error code): (?:MY-)?(?<code>\d+)", RegexOptions.CultureInvariant | RegexOptions.RightToLeft, Patience)]
    private static partial Regex ErrorCode();

    [GeneratedRegex(
        @"'CHANGE (?:MASTER|REPLICATION SOURCE) TO (?:FOR CHANNEL '(?<channel>[^']*)' )?executed'.*New state "
            + @"(?:master|source)_host='(?<host>[^']*)', (?:master|source)_port=\s*'?(?<port>\d+)",
        RegexOptions.CultureInvariant, Patience)]
    private static partial Regex Change();

    // 2026-11-21T17:05:38.220092Z, 2026-11-21 17:04:46, 261121 17:04:46 (MariaDB up to 10.1, MySQL 5.5), "time" : "..."
    // where MySQL writes JSON (log_sink_json).
    [GeneratedRegex(
        @"(?:^|""time""\s*:\s*"")(?<time>(?:\d{4}-\d\d-\d\d[T ]|\d{6}\s+)\d?\d:\d\d:\d\d)", RegexOptions.CultureInvariant, Patience)]
    private static partial Regex LineTime();
}
