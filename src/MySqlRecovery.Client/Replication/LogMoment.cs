using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Gtids;
using MySqlRecovery.History;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client.Replication;

/// <summary>Finds the place in a server's log that a moment is at: all before it had been committed, and nothing after it.</summary>
/// <param name="options">The server.</param>
/// <param name="logs">Its logs, from the oldest on.</param>
/// <param name="stop">Cancels.</param>
internal sealed class LogMoment(ConnectionOptions options, IReadOnlyList<BinaryLog> logs, CancellationToken stop)
{
    /// <summary>The place of a time; null where nothing was committed after it.</summary>
    /// <exception cref="RecoveryException">BinlogPurged: the log does not reach back so far.</exception>
    public (string File, long Position)? Find(DateTime time)
    {
        string file = BinaryLogs.FindByTime(options, logs, time, stop);
        if (file == logs[0].Name && BinaryLogs.FirstEventTime(options, file, stop) is var begun && begun > time)
            throw Purged($"the oldest binlog {file} begins at {begun:u}, after {time:u}");
        using EventScan scan = Open(file);
        return MomentSearch.After(scan, time);
    }

    /// <summary>The place after a transaction.</summary>
    /// <exception cref="RecoveryException">AsOfGtidNotFound.</exception>
    public (string File, long Position) Find(Gtid gtid)
    {
        if (logs.LastOrDefault(l => GtidsBefore(l.Name)?.Contains(gtid) == false) is { } log)
        {
            using EventScan scan = Open(log.Name);
            if (MomentSearch.After(scan, gtid) is { } place)
                return place;
        }

        throw GtidNotFound(gtid.ToString(), options.Server);
    }

    /// <summary>The error for a transaction that is nowhere.</summary>
    public static RecoveryException GtidNotFound(string gtid, string path) => new(
        "AsOfGtidNotFound", RecoveryErrorKind.ObjectNotFound, $"no binlog has the transaction {gtid}", path,
        recommendedAction: "Give the GTID of one transaction, as Get-BinlogEvent prints it.");

    /// <summary>A place that was given.</summary>
    /// <exception cref="RecoveryException">BinlogPurged, or the place is not there yet, or within a transaction.</exception>
    public (string File, long Position) Find(string file, long position)
    {
        BinaryLog log = logs.FirstOrDefault(l => l.Name == file) ?? throw Purged($"the server has no binlog {file}");
        if (position > log.Size)
        {
            throw new RecoveryException(
                "PositionNotABoundary", RecoveryErrorKind.InvalidArgument, $"{file} ends at {log.Size}, before {position}", options.Server);
        }

        if (position is > FileEventReader.FirstPosition && position < log.Size)
        {
            using EventScan scan = Open(new ServerLogRequest { StartFile = file, StartPosition = position });
            MomentSearch.CheckBoundary(scan, file, position);
        }

        return (file, position);
    }

    /// <summary>Compares two places.</summary>
    public int Compare((string File, long Position) one, (string File, long Position) other) =>
        (NumberOf(one.File), one.Position).CompareTo((NumberOf(other.File), other.Position));

    // A log that is newer than the list comes after all of it.
    private int NumberOf(string file) =>
        Enumerable.Range(0, logs.Count).Where(i => logs[i].Name == file).DefaultIfEmpty(logs.Count).First();

    /// <summary>What a log says that came before it; null where it does not say.</summary>
    private GtidSet? GtidsBefore(string file)
    {
        using BinlogDump dump = BinlogDump.Open(options, new BinlogDumpRequest { FileName = file }, stop);
        while (dump.Read(stop))
        {
            EventHeader header = EventHeader.Parse(dump.Event.Span);
            ReadOnlySpan<byte> body = dump.Event.Span[EventHeader.Size..];
            if (header.Type == BinlogEventType.PreviousGtids)
                return GtidSet.Decode(body);
            if (header.Type == BinlogEventType.MariaDbGtidList)
                return GtidSet.DecodeMariaDb(body);
            if (header.Type.IsGtid())
                return null;
        }

        return null;
    }

    private EventScan Open(string file) => Open(new ServerLogRequest { StartFile = file });

    private EventScan Open(ServerLogRequest request) =>
        new(new ServerLog(options, request, _ => { }, stop).Ranges(), EventFilter.All, stop);

    private RecoveryException Purged(string what) => new(
        "BinlogPurged", RecoveryErrorKind.ObjectNotFound, what, options.Server,
        recommendedAction: "Give -Base a dump from before, and -LogPath copies of the logs since then.");
}
