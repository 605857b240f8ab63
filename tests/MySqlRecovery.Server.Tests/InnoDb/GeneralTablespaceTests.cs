using MySqlRecovery.InnoDb.Repair;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.InnoDb;

public sealed class GeneralTablespaceTests
{
    [Fact]
    public void A_tablespace_of_several_tables_is_refused_and_the_tables_are_named()
    {
        using MySqlServer lost = MySqlServer.Start(ServerFlavour.MySql), target = MySqlServer.Start(ServerFlavour.MySql);
        foreach (MySqlServer server in (MySqlServer[])[lost, target])
        {
            server.Sql("""
                CREATE DATABASE d; CREATE TABLESPACE ts ADD DATAFILE 'ts.ibd';
                CREATE TABLE d.one (a INT PRIMARY KEY) TABLESPACE ts; CREATE TABLE d.two (a INT PRIMARY KEY) TABLESPACE ts;
                """);
            server.Stop();
        }

        var refusal = Assert.Throws<RecoveryException>(() => RepairPlanner.Plan(
            new RepairRequest { Path = Path.Combine(lost.DataPath, "ts.ibd"), ReferencePath = Path.Combine(target.DataPath, "ts.ibd") },
            CancellationToken.None));

        Assert.Equal("TablespaceShared", refusal.ErrorId);
        Assert.Contains("d.one, d.two", refusal.Message);
    }
}
