using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Consistency.Logs;

namespace MySqlRecovery.Client.Replication;

/// <summary>The binlogs of a running server, up to where they were when this was made.</summary>
internal sealed class ServerLogSeries : LogSeries
{
    private readonly ConnectionOptions _options;
    private readonly IReadOnlyList<BinaryLog> _logs;
    private readonly CancellationToken _stop;

    /// <summary>Asks the server for its list of logs.</summary>
    /// <exception cref="Model.RecoveryException">BinlogDisabled, ServerPrivilegeMissing, ServerUnreachable ...</exception>
    public ServerLogSeries(ConnectionOptions options, CancellationToken stop)
    {
        _options = options;
        _stop = stop;
        using ServerConnection connection = ServerConnection.Open(options, stop);
        _logs = BinaryLogs.List(connection, stop);
        Logs = [.. _logs.Select(l => l.Name)];
    }

    public override string Name => _options.Server;

    public override IReadOnlyList<string> Logs { get; }

    public override EventReader Open(int log, long position = 0) =>
        new ExpandedEventReader(new DumpedEventReader(_options, _logs[log].Name, position, _logs[log].Size, _stop));
}
