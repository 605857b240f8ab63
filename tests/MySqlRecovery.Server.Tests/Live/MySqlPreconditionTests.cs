using MySqlRecovery.Client.Replication;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Live;

[Collection<MySqlServers>]
public sealed class MySqlPreconditionTests(MySqlFixture fixture) : PreconditionTests(fixture)
{
    [Fact]
    public void Transactions_without_GTIDs_are_named_where_GTIDs_choose()
    {
        Server.Sql("CREATE DATABASE gtid_off");
        Server.Sql("SET GLOBAL gtid_mode = ON_PERMISSIVE; SET GLOBAL gtid_mode = OFF_PERMISSIVE; SET GLOBAL gtid_mode = OFF; "
            + "SET GLOBAL enforce_gtid_consistency = OFF");
        try
        {
            Server.FlushLogs();
            var request = new ServerLogRequest { UsesGtid = true, StartFile = Path.GetFileName(Server.BinlogFiles[^1]) };
            string said = Assert.Single(Warnings(request));

            // The server does not even send what it logged with GTIDs before.
            RecoveryException refusal = Assert.Throws<RecoveryException>(() => Warnings(new ServerLogRequest()));
            Assert.Equal("BinlogDumpFailed", refusal.ErrorId);
            Assert.Contains("gtid_mode = OFF_PERMISSIVE", refusal.RecommendedAction);
            Server.Sql(StatementOf(said));
            Assert.Equal("ON", Server.Scalar("SELECT @@global.gtid_mode"));
            Assert.Empty(Warnings(new ServerLogRequest { UsesGtid = true }));
        }
        finally
        {
            // Other tests use this server; each step is one that the server takes from wherever it is.
            foreach (string mode in (string[])["OFF_PERMISSIVE", "ON_PERMISSIVE", "ON"])
                Server.Sql($"SET GLOBAL enforce_gtid_consistency = ON; "
                    + $"SET GLOBAL gtid_mode = IF(@@GLOBAL.gtid_mode = 'ON', 'ON', '{mode}')");
        }
    }

    [Fact]
    public void A_server_without_a_log_is_told_how_to_write_one()
    {
        using MySqlServer server = MySqlServer.Start(ServerFlavour.MySql, "skip-log-bin", "gtid-mode=OFF", "enforce-gtid-consistency=OFF");
        RecoveryException none =
            Assert.Throws<RecoveryException>(() => WireReading.Events(server.SocketOptions(), new ServerLogRequest(), Stop));
        Assert.Equal("BinlogDisabled", none.ErrorId);
        Assert.Contains("log_bin = binlog", none.RecommendedAction);
    }
}
