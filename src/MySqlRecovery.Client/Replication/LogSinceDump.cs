using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.History;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client.Replication;

/// <summary>The log from the place of a dump up to a moment: of a server, or of files.</summary>
internal static class LogSinceDump
{
    /// <summary>Of a server.</summary>
    /// <exception cref="RecoveryException">BinlogPurged: the server has the log no more that begins at the dump.</exception>
    public static Func<EventFilter, ITableSchemaSource?, EventScan> OfServer(
        ConnectionOptions options, DumpFile dump, Moment moment, Action<string> warn, CancellationToken stop)
    {
        ServerLogRequest request;
        using (ServerConnection connection = ServerConnection.Open(options, stop))
        {
            (string File, long Position) last = BinaryLogs.End(connection, stop);
            var search = new LogMoment(options, BinaryLogs.List(connection, stop), stop);
            (string File, long Position)? end = moment switch
            {
                { Place: { } place } => search.Find(place.File, place.Position),
                { Gtid: { } gtid } => search.Find(gtid),
                { Time: { } time } => search.Find(time),
                _ => null,
            };
            if (dump.Place is { } begin && search.Compare((begin.File, begin.Position), end ?? last) > 0)
                throw Later(dump, moment);
            request = new ServerLogRequest
            {
                StartFile = dump.Place is { } start ? search.Find(start.File, start.Position).File : null,
                StartPosition = dump.Place?.Position,
                StartGtid = dump.Place == null ? dump.Gtids : null,
                StopFile = end?.File,
                StopPosition = end?.Position,
            };
        }

        return (filter, schema) => new EventScan(new ServerLog(options, request, warn, stop).Ranges(), filter, stop, schema);
    }

    /// <summary>Of files, in log order.</summary>
    /// <exception cref="RecoveryException">DumpNotUsable: the files do not begin at the dump, or lack one in between.</exception>
    public static Func<EventFilter, ITableSchemaSource?, EventScan> OfFiles(
        IReadOnlyList<string> files, DumpFile dump, Moment moment, Keyring? keyring, ILogCatalogs? catalogs, CancellationToken stop)
    {
        LogPosition begin = dump.Place ?? throw dump.NotUsable("it names transactions and no log, which files are found by");
        List<string> since = [.. files.SkipWhile(f => NameOf(f) != begin.File)];
        if (since.Count == 0)
            throw dump.NotUsable($"the log {begin.File}, at which it was made, is not among the files");
        for (int i = 1; i < since.Count; i++)
        {
            if (LogNumber.Of(since[i]) != LogNumber.Of(since[i - 1]) + 1)
                throw dump.NotUsable($"the logs between {since[i - 1]} and {since[i]} are missing");
        }

        List<LogRange> ranges = [.. LogRange.Of(since, begin.Position, null)];
        (string File, long Position)? end = moment switch
        {
            { Place: { } place } => Check(place),
            { Gtid: { } gtid } => MomentSearch.After(Open(ranges, new EventFilter(), null), gtid)
                ?? throw LogMoment.GtidNotFound(gtid.ToString(), dump.Path),
            { Time: { } time } => MomentSearch.After(Open(ranges, new EventFilter(), null), time),
            _ => null,
        };
        if (end is { } last)
        {
            int at = ranges.FindIndex(r => NameOf(r.Path) == last.File);
            if (at < 0 || (at == 0 && last.Position < begin.Position))
                throw Later(dump, moment);
            ranges = [.. ranges[..at], ranges[at] with { Stop = last.Position }];
        }

        return (filter, schema) => Open(ranges, filter, schema);

        (string File, long Position) Check((string File, long Position) place)
        {
            if (since.Find(f => NameOf(f) == place.File) is { } path)
            {
                using EventScan scan = Open([new LogRange(path, place.Position, long.MaxValue)], new EventFilter(), null);
                MomentSearch.CheckBoundary(scan, place.File, place.Position);
            }

            return place;
        }

        EventScan Open(IEnumerable<LogRange> logs, EventFilter filter, ITableSchemaSource? schema) =>
            new(logs, filter, stop, schema) { Keyring = keyring, Catalogs = catalogs };
    }

    private static string NameOf(string path) => Path.GetFileName(LogContainer.LogName(path));

    private static RecoveryException Later(DumpFile dump, Moment moment) =>
        dump.NotUsable($"it was made at {dump.Place}, and not before the moment {moment.Shown}");
}
