using System.Globalization;
using System.Text;
using MySqlRecovery.Client.Protocol;
using MySqlRecovery.Server;

namespace MySqlRecovery.Client.Replication;

/// <summary>What a replica says before the events flow: its abilities as user variables, its registration, the dump command.</summary>
internal sealed class BinlogDumpSetup
{
    // Flags of the dump commands. 2 is MariaDB's alone; MySQL means another kind of heartbeat by it.
    private const ushort NonBlocking = 1;
    private const ushort SendAnnotateRows = 2;
    private const ushort ThroughGtid = 4;

    // How long a server waits for a client that does not take the events, because whoever they are piped to takes his time.
    private const int NetWriteTimeout = 86400;

    private readonly ServerConnection _connection;
    private readonly BinlogDumpRequest _request;
    private readonly uint _serverId;

    public BinlogDumpSetup(ServerConnection connection, BinlogDumpRequest request)
    {
        _connection = connection;
        _request = request;
        _serverId = request.ServerId != 0 || !request.Blocking ? request.ServerId : (uint)Random.Shared.NextInt64(1L << 30, 1L << 32);
    }

    public PacketStream Run(CancellationToken token)
    {
        _connection.Execute(Variables(), token);
        if (_request.Blocking)
            Register(token);
        PacketStream packets = _request.GtidSet != null && !_connection.IsMariaDb ? DumpGtid(token) : Dump(token);
        if (_request.Blocking)
            packets.Timeout = _request.HeartbeatPeriod * 3;
        return packets;
    }

    private string Variables()
    {
        // Both the old names and those since MySQL 8.0.26. "CRC32" means that we can take checksums: each event then comes
        // with the one it has in the file, or without where it has none.
        string period = ((long)_request.HeartbeatPeriod.TotalNanoseconds).ToString(CultureInfo.InvariantCulture);
        string uuid = Guid.NewGuid().ToString();
        string sql =
            $"SET SESSION net_write_timeout = {NetWriteTimeout}, @master_binlog_checksum = 'CRC32', @source_binlog_checksum = 'CRC32', "
            + $"@master_heartbeat_period = {period}, @source_heartbeat_period = {period}, @slave_uuid = '{uuid}', @replica_uuid = '{uuid}'";
        if (!_connection.IsMariaDb)
            return sql;

        // Capability 4: knows all events of MariaDB 10, which would otherwise be replaced by dummies.
        sql += ", @mariadb_slave_capability = 4";
        return _request.GtidSet == null
            ? sql
            : sql + $", @slave_connect_state = '{new MariaDbGtidState(_request.GtidSet)}', @slave_gtid_strict_mode = 0, "
                + "@slave_gtid_ignore_duplicates = 0";
    }

    private void Register(CancellationToken token)
    {
        string host = Environment.MachineName;
        PayloadWriter arguments = new PayloadWriter()
            .UInt32(_serverId)
            .LengthEncodedText(host.Length > 60 ? host[..60] : host)
            .LengthEncoded(0).LengthEncoded(0) // user and password, for SHOW REPLICAS only
            .UInt16(0).UInt32(0).UInt32(0); // port, rank, id of the source
        _connection.Command(ServerCommand.RegisterSlave, arguments.Written, token);
    }

    private PacketStream Dump(CancellationToken token)
    {
        ushort flags = _request.Blocking ? (ushort)0 : NonBlocking;
        if (_connection.IsMariaDb)
            flags |= SendAnnotateRows;
        bool byGtid = _request.GtidSet != null;

        // Where the command cannot say the position, the file is asked for from its start, and BinlogDump passes over the rest.
        long position = byGtid || _request.Position > uint.MaxValue ? BinlogDumpRequest.FirstPosition : _request.Position;
        PayloadWriter arguments = new PayloadWriter().UInt32((uint)position).UInt16(flags).UInt32(_serverId);
        if (!byGtid)
            arguments.Text(_request.FileName);
        return _connection.BeginStream(ServerCommand.BinlogDump, arguments.Written, token);
    }

    private PacketStream DumpGtid(CancellationToken token)
    {
        byte[] set = GtidSetEncoding.Encode(_request.GtidSet!);
        PayloadWriter arguments = new PayloadWriter(set.Length + 32)
            .UInt16((ushort)(ThroughGtid | (_request.Blocking ? 0 : NonBlocking)))
            .UInt32(_serverId)
            .UInt32((uint)Encoding.UTF8.GetByteCount(_request.FileName)) // without a name the server finds the file by the set
            .Text(_request.FileName)
            .UInt64((ulong)_request.Position)
            .UInt32((uint)set.Length)
            .Bytes(set);
        return _connection.BeginStream(ServerCommand.BinlogDumpGtid, arguments.Written, token);
    }
}
