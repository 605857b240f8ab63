using Xunit;

namespace MySqlRecovery.Server.Tests.Servers;

public sealed class OlderServerTests
{
    [Theory]
    [InlineData(ServerFlavour.MySql56, "5.6.")]
    [InlineData(ServerFlavour.MySql57, "5.7.")]
    [InlineData(ServerFlavour.MariaDb, "10.")]
    [InlineData(ServerFlavour.MariaDb118, "11.8.")]
    public void It_writes_a_binary_log_that_is_applied_again(ServerFlavour flavour, string version)
    {
        using MySqlServer server = MySqlServer.Start(flavour);
        Assert.StartsWith(version, server.Version);
        server.Sql("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY)");
        server.FlushLogs();
        server.Sql("INSERT INTO d.t VALUES (1), (2)");
        string full = server.Dump("d");
        string log = server.FlushLogs();
        Assert.Equal(Path.GetFileName(server.BinlogFiles[^1]), server.Position().File);

        server.Sql("TRUNCATE d.t");
        server.Restart();
        server.ApplyBinlog(log);

        Assert.Equal(full, server.Dump("d"));
    }
}
