using MySqlRecovery.Client.Replication;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Client;

[Collection<MySqlServers>]
public sealed class MySqlDumpTests(MySqlFixture fixture) : ServerDumpTests(fixture)
{
    private const byte TaggedGtid = 42;

    [Fact]
    public void A_set_with_tags_is_understood()
    {
        string before = GtidNow();
        string database = Write(1);
        Server.Sql($"SET gtid_next = 'AUTOMATIC:cleanup'; DELETE FROM {database}.t; SET gtid_next = 'AUTOMATIC:other'; "
            + $"INSERT INTO {database}.t VALUES (2, '')");
        string uuid = Server.Scalar("SELECT @@server_uuid");
        string cleanup = Server.Scalar($"SELECT REGEXP_SUBSTR(@@global.gtid_executed, 'cleanup:[-:0-9]+')").TrimEnd(':');

        List<DumpedEvent> all = BinlogBytes.OfServer(Server.SocketOptions(), new BinlogDumpRequest { GtidSet = before }, Token);
        List<DumpedEvent> without = BinlogBytes.OfServer(
            Server.SocketOptions(), new BinlogDumpRequest { GtidSet = $"{before},{uuid}:{cleanup}" }, Token);
        Assert.Equal(2, all.Count(e => e.Type == TaggedGtid));
        Assert.Single(without, e => e.Type == TaggedGtid);
        Assert.DoesNotContain(BinlogBytes.OfServer(Server.SocketOptions(), new BinlogDumpRequest { GtidSet = GtidNow() }, Token),
            e => e.Type == TaggedGtid);
    }

    [Fact]
    public void The_dump_of_an_encrypted_log_is_readable()
    {
        using MySqlServer server = MySqlServer.Start(ServerFlavour.MySql, keyring: true, "binlog-encryption=ON");
        server.Sql("CREATE DATABASE hidden_in_the_file");
        List<DumpedEvent> found = BinlogBytes.OfServer(server.SocketOptions(), new BinlogDumpRequest(), Token);
        Assert.Contains(found, e => e.Hex.Contains(Convert.ToHexString("hidden_in_the_file"u8), StringComparison.Ordinal));
    }

    [Fact]
    public void A_server_without_a_log_says_so()
    {
        using MySqlServer server = MySqlServer.Start(ServerFlavour.MySql, "skip-log-bin", "gtid-mode=OFF", "enforce-gtid-consistency=OFF");
        using BinlogDump dump = BinlogDump.Start(server.Connect(), new BinlogDumpRequest(), Token);
        Assert.Equal("BinlogDisabled", Assert.Throws<Model.RecoveryException>(() => dump.Read(Token)).ErrorId);
        using MySqlRecovery.Client.ServerConnection connection = server.Connect();
        Assert.Equal("BinlogDisabled", Assert.Throws<Model.RecoveryException>(() => BinaryLogs.List(connection, Token)).ErrorId);
    }
}
