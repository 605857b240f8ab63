using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.Client.Replication;

/// <summary>The binlogs of a server for a scan: one range a file, in the order in which the server sends them.</summary>
internal sealed class ServerLog(
    ConnectionOptions options, ServerLogRequest request, Action<string> warn, CancellationToken stop, Action<string>? tell = null)
{
    /// <summary>Connects and reads; a range is good until the next one is asked for.</summary>
    /// <param name="whole">Whether to read the first and the last file as a whole, although a part of them is chosen.</param>
    /// <exception cref="RecoveryException">ServerUnreachable, ServerAuthenticationFailed, ServerPrivilegeMissing, BinlogPurged,
    /// BinlogDisabled ...</exception>
    public IEnumerable<LogRange> Ranges(bool whole = false)
    {
        (LogPreconditions preconditions, string? startFile) = UnreadableAnswer.Guard(options.Server, () => Prepare(isQuiet: whole));
        var wanted = new BinlogDumpRequest
        {
            FileName = startFile ?? "",
            Position = !whole && Ask(() => StartsTransaction(startFile), preconditions)
                ? request.StartPosition!.Value : BinlogDumpRequest.FirstPosition,
            GtidSet = request.StartGtid,
            Blocking = request.Follow,
        };
        using var dump = new ResumingDump(options, wanted, warn, stop);
        bool isBeyond = false;
        for (bool isFirst = true; Ask(dump.Peek, preconditions); isFirst = false)
        {
            string file = dump.Current.FileName;
            bool isLast = file == request.StopFile;
            string path = $"{options.Server}/{file}";
            long end = isBeyond ? 0 : isLast ? request.StopPosition ?? long.MaxValue : long.MaxValue;
            yield return new LogRange(path, isFirst ? request.StartPosition ?? 0 : 0, end)
            {
                Server = options.Server,
                IsReadWhole = whole,
                Open = () => new DumpedLog(path, dump, request.Follow),
            };
            if (isLast && !whole)
                yield break;
            isBeyond |= isLast;

            // What is left of a file that could not be read to its end.
            while (dump.Peek() && dump.Current.FileName == file)
                dump.Take();
        }

        if (request.StopFile != null && !isBeyond)
            throw new RecoveryException(
                "StopFileNotFound", RecoveryErrorKind.ObjectNotFound, $"the binlog ended before a file {request.StopFile} came",
                options.Server,
                recommendedAction: "SHOW BINARY LOGS tells what is there; everything to the end was read.");
    }

    /// <summary>Says what the log lacks, and finds the file to start in; null leaves that to the server.</summary>
    private (LogPreconditions Preconditions, string? StartFile) Prepare(bool isQuiet)
    {
        using ServerConnection connection = ServerConnection.Open(options, stop);
        var preconditions = new LogPreconditions(connection, stop);
        foreach (string lack in preconditions.Check(request.UsesGtid))
        {
            if (!isQuiet)
                warn(lack);
        }

        bool isSought = request.StartTime != null && request.StartFile == null && request.StartGtid == null;
        string? file = isSought ? FindStart(connection, preconditions, request.StartTime!.Value) : request.StartFile;
        if (!isQuiet)
            tell?.Invoke($"Reading the log of {options.Server}, {connection.VersionText}, {connection.Transport}, "
                + $"from {file ?? request.StartGtid ?? "the oldest file"}");
        return (preconditions, file);
    }

    private string? FindStart(ServerConnection connection, LogPreconditions preconditions, DateTime time)
    {
        IReadOnlyList<BinaryLog> logs;
        try
        {
            logs = BinaryLogs.List(connection, stop);
        }
        catch (RecoveryException e) when (e.ErrorId == "ServerPrivilegeMissing")
        {
            warn(preconditions.CannotList());
            return null;
        }

        return Ask(() => FindStart(logs, preconditions, time), preconditions);
    }

    private string FindStart(IReadOnlyList<BinaryLog> logs, LogPreconditions preconditions, DateTime time)
    {
        string file = BinaryLogs.FindByTime(options, logs, time, stop);
        if (file == logs[0].Name && BinaryLogs.FirstEventTime(options, file, stop) is var begun && begun > time)
            warn(preconditions.Purged(time, file, begun));
        return file;
    }

    /// <summary>
    /// Whether what stands at the start position does not need what stands before it. Within a transaction it does: the
    /// session, the GTID and the table maps are further up, so that the file is fetched from its start.
    /// </summary>
    private bool StartsTransaction(string? file)
    {
        if (file == null || request.StartPosition is null or <= BinlogDumpRequest.FirstPosition)
            return false;
        var probe = new BinlogDumpRequest { FileName = file, Position = request.StartPosition.Value };
        using BinlogDump dump = BinlogDump.Open(options, probe, stop);
        while (dump.Read(stop))
        {
            if (dump.IsStored)
                return StartsTransaction(EventHeader.Parse(dump.Event.Span).Type);
        }

        return true;
    }

    // A statement may stand after a GTID event, be it a BEGIN.
    private static bool StartsTransaction(BinlogEventType type) => type.IsGtid()
        || type is BinlogEventType.Rotate or BinlogEventType.Stop or BinlogEventType.PreviousGtids
            or BinlogEventType.MariaDbGtidList or BinlogEventType.MariaDbBinlogCheckpoint;

    private T Ask<T>(Func<T> question, LogPreconditions preconditions)
    {
        try
        {
            return UnreadableAnswer.Guard(options.Server, question);
        }
        catch (RecoveryException e)
        {
            throw preconditions.Explain(e);
        }
    }
}
