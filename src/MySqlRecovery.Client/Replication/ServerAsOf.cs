using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.History;
using MySqlRecovery.Model;
using MySqlRecovery.Restore;
using MySqlRecovery.Schema;
using MySqlRecovery.Server;

namespace MySqlRecovery.Client.Replication;

/// <summary>A table of a server as it was at a moment.</summary>
internal sealed class ServerAsOf : IDisposable
{
    private readonly ServerConnection _connection;
    private readonly RestoreSession _session;
    private readonly AsOf _asOf;

    private ServerAsOf(ServerConnection connection, RestoreSession session, AsOf asOf) =>
        (_connection, _session, _asOf) = (connection, session, asOf);

    /// <summary>Connects, takes the snapshot, and reads the log since the moment: what stands in the way is thrown here.</summary>
    /// <param name="options">The server.</param>
    /// <param name="request">Which table, and what of it.</param>
    /// <param name="moment">When.</param>
    /// <param name="warn">Takes what the server's log lacks.</param>
    /// <param name="stop">Cancels.</param>
    public static ServerAsOf Open(
        ConnectionOptions options, AsOfRequest request, Moment moment, Action<string> warn, CancellationToken stop)
    {
        ServerConnection connection = ServerConnection.Open(options, stop);
        RestoreSession? session = null;
        AsOf? asOf = null;
        try
        {
            session = new RestoreSession(connection, stop);
            asOf = new AsOf(connection, request with { IsMariaDb = connection.IsMariaDb }, stop)
            {
                Log = TakeSnapshot(connection, request, moment, stop) is { } range ? (filter, schema) =>
                    new EventScan(new ServerLog(options, range, warn, stop).Ranges(), filter, stop, schema) : null,
                OpenSchema = tables => new ServerLogSchema(
                    () => ServerConnection.Open(options, stop), tables, _ => { }, stop, followsLog: true),
            };
            asOf.Prepare();
            return new ServerAsOf(connection, session, asOf);
        }
        catch
        {
            asOf?.Dispose();
            session?.Dispose();
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The rows, once.</summary>
    public IEnumerable<TableRow> Rows() => _asOf.Rows();

    public void Dispose()
    {
        _asOf.Dispose();
        _session.Dispose();
        _connection.Dispose();
    }

    /// <summary>The part of the log between the moment and the snapshot; null where nothing is between them.</summary>
    private static ServerLogRequest? TakeSnapshot(ServerConnection connection, AsOfRequest request, Moment moment, CancellationToken stop)
    {
        TableSchema? table = AsOf.FindTable(connection, request.Table, stop);
        // Rows without key are counted, and so the snapshot must be of one position.
        bool isExact = !moment.IsNow && !connection.IsMariaDb && table != null && LogSchema.KeyOf(table) == null;
        if (isExact)
            connection.Execute("FLUSH TABLES WITH READ LOCK", stop);
        (string File, long Position)? end;
        try
        {
            AsOf.BeginSnapshot(connection, table?.QualifiedName, stop);
            end = moment.IsNow ? null : connection.IsMariaDb ? SnapshotPosition(connection, stop) : BinaryLogs.End(connection, stop);
        }
        finally
        {
            if (isExact)
                connection.Execute("UNLOCK TABLES", CancellationToken.None);
        }

        if (end is not { } last)
            return null;
        IReadOnlyList<BinaryLog> logs = BinaryLogs.List(connection, stop);
        var search = new LogMoment(connection.Options, logs, stop);
        (string File, long Position)? start = moment switch
        {
            { Place: { } place } => search.Find(place.File, place.Position),
            { Gtid: { } gtid } => search.Find(gtid),
            _ => search.Find(moment.Time!.Value),
        };
        return start is not { } first || search.Compare(first, last) >= 0 ? null : new ServerLogRequest
        {
            StartFile = first.File,
            StartPosition = first.Position,
            StopFile = last.File,
            StopPosition = last.Position,
        };
    }

    // MariaDB says at which position its snapshot is.
    private static (string File, long Position) SnapshotPosition(ServerConnection connection, CancellationToken stop)
    {
        var status = connection.QueryAll("SHOW STATUS LIKE 'binlog_snapshot_%'", stop).ToDictionary(
            r => r[0]!, r => r[1], StringComparer.OrdinalIgnoreCase);
        return status.GetValueOrDefault("Binlog_snapshot_file") is { Length: > 0 } file
            && long.TryParse(status.GetValueOrDefault("Binlog_snapshot_position"), out long position)
            ? (file, position) : BinaryLogs.End(connection, stop);
    }
}
