using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>The logs of one server, in the order in which it wrote them.</summary>
internal abstract class LogSeries
{
    /// <summary>How findings name it: the server, or the folder of the files.</summary>
    public abstract string Name { get; }

    /// <summary>The names of the logs, without folder.</summary>
    public abstract IReadOnlyList<string> Logs { get; }

    /// <summary>Opens a log at its first event, or after its format description at the event that starts at a position.</summary>
    /// <exception cref="Model.RecoveryException">The log cannot be opened.</exception>
    public abstract EventReader Open(int log, long position = 0);

    /// <summary>The number of a log of that name, or -1.</summary>
    public int IndexOf(string log)
    {
        for (int i = 0; i < Logs.Count; i++)
        {
            if (string.Equals(Logs[i], log, StringComparison.Ordinal))
                return i;
        }

        return -1;
    }
}

/// <summary>Logs that lie in files.</summary>
internal sealed class FileLogSeries : LogSeries
{
    private readonly IReadOnlyList<string> _paths;
    private readonly Keyring? _keyring;
    private readonly CancellationToken _stop;

    /// <param name="paths">The files in log order.</param>
    /// <param name="keyring">Keys for encrypted logs, or null.</param>
    /// <param name="stop">Cancels.</param>
    /// <exception cref="RecoveryException">LogSeriesIncomplete: a number is left out.</exception>
    public FileLogSeries(IReadOnlyList<string> paths, Keyring? keyring, CancellationToken stop)
    {
        _paths = paths;
        _keyring = keyring;
        _stop = stop;
        Logs = [.. paths.Select(p => Path.GetFileName(LogContainer.LogName(p)))];
        Name = Path.GetDirectoryName(paths[0]) is { Length: > 0 } folder ? folder : paths[0];
        for (int i = 1; i < paths.Count; i++)
        {
            bool isNext = LogNumber.Of(paths[i]) == LogNumber.Of(paths[i - 1]) + 1
                && LogNumber.Stem(Logs[i]) == LogNumber.Stem(Logs[i - 1]);
            if (!isNext)
                throw new RecoveryException(
                    "LogSeriesIncomplete", RecoveryErrorKind.InvalidArgument,
                    $"{Logs[i]} does not follow {Logs[i - 1]}: what is between them cannot be told from what was lost", paths[i],
                    recommendedAction: "Give all logs of one server without a gap, or a shorter range of them.");
        }
    }

    public override string Name { get; }

    public override IReadOnlyList<string> Logs { get; }

    public override EventReader Open(int log, long position = 0)
    {
        var reader = new FileEventReader(LogContainer.Open(_paths[log], _keyring, _stop));
        try
        {
            if (position > FileEventReader.FirstPosition && reader.Read())
                reader.Seek(position);
            return new ExpandedEventReader(reader);
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }
}

/// <summary>Finds the logs among the files of a folder, such as a data directory or a copy of one.</summary>
internal static class LogFolder
{
    private const int HeadLength = FileEventReader.FirstPosition + EventHeader.Size;

    /// <summary>The binlogs or the relay logs in log order.</summary>
    /// <exception cref="RecoveryException">LogFolderEmpty: there is none.</exception>
    public static IReadOnlyList<string> Find(string folder, bool isRelay, CancellationToken stop)
    {
        string[] files = [.. Directory.EnumerateFiles(folder).Where(f => LogNumber.Of(f) >= 0 && IsLog(f, isRelay, stop))];
        if (files.Length == 0)
            throw new RecoveryException(
                "LogFolderEmpty", RecoveryErrorKind.ObjectNotFound, $"the folder holds no {(isRelay ? "relay log" : "binlog")}", folder);
        return [.. files.OrderBy(LogNumber.Stem, StringComparer.Ordinal).ThenBy(LogNumber.Of)];
    }

    // The server marks the format description of a relay log. Encrypted logs are told by their content only.
    private static bool IsLog(string path, bool isRelay, CancellationToken stop)
    {
        try
        {
            using var file = LogContainer.Open(path, null, stop);
            Span<byte> head = stackalloc byte[HeadLength];
            if (file.Read(0, head) < HeadLength || !head.StartsWith(BinlogFile.Magic))
                return false;
            EventHeader header = EventHeader.Parse(head[FileEventReader.FirstPosition..]);
            return header.Type == BinlogEventType.FormatDescription && header.Flags.HasFlag(EventFlags.RelayLog) == isRelay;
        }
        catch (RecoveryException e) when (e.ErrorId == "BinlogEncrypted")
        {
            return true;
        }
    }
}

/// <summary>Where transactions of the source are in the replica's relay logs.</summary>
internal sealed class RelayLogs(LogSeries? series)
{
    private readonly Dictionary<LoggedTransaction, LoggedTransaction> _found = [];
    private bool _isRead;

    /// <summary>How many relay logs there are; 0 where none were given.</summary>
    public int LogCount => series?.Logs.Count ?? 0;

    /// <summary>Reads the relay logs for these transactions; not at all if there are none.</summary>
    public void Find(IEnumerable<LoggedTransaction> wanted, CancellationToken token)
    {
        // A place has 32 bits in relay logs, and a transaction can be lost in parts: none of this is unique.
        var byPlace = new Dictionary<(string, uint), LoggedTransaction>();
        var byGtid = new Dictionary<Gtid, LoggedTransaction>();
        foreach (LoggedTransaction transaction in wanted)
        {
            byPlace.TryAdd((transaction.SourceEnd.File, (uint)transaction.SourceEnd.Position), transaction);
            if (transaction.Gtid is { } gtid)
                byGtid.TryAdd(gtid, transaction);
        }

        if (series == null || byPlace.Count == 0)
            return;
        _isRead = true;
        using var reader = new TransactionReader(series, isRelay: true, token);
        while (reader.Read())
        {
            LoggedTransaction relayed = reader.Current!;
            bool isWanted = relayed.Gtid is { } id
                ? byGtid.TryGetValue(id, out LoggedTransaction? original)
                : byPlace.TryGetValue((relayed.SourceEnd.File, (uint)relayed.SourceEnd.Position), out original);
            if (isWanted)
                _found[original!] = relayed;
        }
    }

    /// <summary>Whether the transaction is the first of a relay log; null where that is not known.</summary>
    public bool? IsFirst(LoggedTransaction transaction) =>
        _found.TryGetValue(transaction, out LoggedTransaction? relayed) ? relayed.IsFirstInLog : null;

    /// <summary>A sentence on where the transaction is, or null where there are no relay logs.</summary>
    public string? Describe(LoggedTransaction transaction)
    {
        if (!_isRead)
            return null;
        if (!_found.TryGetValue(transaction, out LoggedTransaction? relayed))
            return "The relay logs given do not hold it: it was not received, or its relay log is gone.";
        string first = relayed.IsFirstInLog ? ", as the first transaction of that relay log" : "";
        return $"It was received and not applied: it is in {relayed.LogFile} at {relayed.Position}{first}.";
    }
}
