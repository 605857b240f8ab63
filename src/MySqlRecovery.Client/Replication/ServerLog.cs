using MySqlRecovery.Binlog;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Model;
using MySqlRecovery.Transactions;

namespace MySqlRecovery.Client.Replication;

/// <summary>The binlogs of a server for a scan: one range a file, in the order in which the server sends them.</summary>
internal sealed class ServerLog(ConnectionOptions options, ServerLogRequest request, Action<string> warn, CancellationToken stop)
{
    /// <summary>Connects and reads; a range is good until the next one is asked for.</summary>
    /// <param name="whole">Whether to read the first and the last file as a whole, although a part of them is chosen.</param>
    /// <exception cref="RecoveryException">ServerUnreachable, ServerAuthenticationFailed, ServerPrivilegeMissing, BinlogPurged, BinlogDisabled ...</exception>
    public IEnumerable<LogRange> Ranges(bool whole = false)
    {
        string? startFile = request.StartFile ?? FindStart();
        var wanted = new BinlogDumpRequest
        {
            FileName = startFile ?? "",
            Position = !whole && request.StartPosition is { } position && StartsTransaction(startFile!, position) ? position : BinlogDumpRequest.FirstPosition,
            GtidSet = request.StartGtid,
            Blocking = request.Follow,
        };
        using var dump = new ResumingDump(options, wanted, warn, stop);
        for (bool isFirst = true; dump.Peek(); isFirst = false)
        {
            string file = dump.Current.FileName;
            bool isLast = file == request.StopFile;
            string path = $"{options.Server}/{file}";
            yield return new LogRange(path, isFirst ? request.StartPosition ?? 0 : 0, isLast ? request.StopPosition ?? long.MaxValue : long.MaxValue)
            {
                Server = options.Server,
                IsReadWhole = whole,
                Open = () => new DumpedLog(path, dump, request.Follow),
            };
            if (isLast)
                yield break;

            // What is left of a file that could not be read to its end.
            while (dump.Peek() && dump.Current.FileName == file)
                dump.Take();
        }
    }

    private string? FindStart()
    {
        if (request.StartTime is not { } time || request.StartGtid != null)
            return null;
        using ServerConnection connection = ServerConnection.Open(options, stop);
        return BinaryLogs.FindByTime(options, BinaryLogs.List(connection, stop), time, stop);
    }

    /// <summary>
    /// Whether what stands at a position does not need what stands before it. Within a transaction it does: the session, the
    /// GTID and the table maps are further up, so that the file is fetched from its start.
    /// </summary>
    private bool StartsTransaction(string file, long position)
    {
        if (position <= BinlogDumpRequest.FirstPosition)
            return false;
        var probe = new BinlogDumpRequest { FileName = file, Position = position };
        using BinlogDump dump = BinlogDump.Open(options, probe, stop);
        while (dump.Read(stop))
        {
            if (dump.IsStored)
                return StartsTransaction(EventHeader.Parse(dump.Event.Span).Type);
        }

        return true;
    }

    // A statement may stand behind a GTID event, be it a BEGIN.
    private static bool StartsTransaction(BinlogEventType type) => GtidEvent.IsGtid(type)
        || type is BinlogEventType.Rotate or BinlogEventType.Stop or BinlogEventType.PreviousGtids
            or BinlogEventType.MariaDbGtidList or BinlogEventType.MariaDbBinlogCheckpoint;
}
