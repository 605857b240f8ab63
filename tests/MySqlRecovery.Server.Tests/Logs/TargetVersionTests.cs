using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Output.ReversedBinlog;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>A log of one server, undone on another.</summary>
public sealed class TargetVersionTests(MySqlFixture mySql, MariaDbFixture mariaDb) : IClassFixture<MySqlFixture>,
    IClassFixture<MariaDbFixture>
{
    private const string Before =
        "CREATE TABLE moved.t (id INT PRIMARY KEY, v VARCHAR(20), n DECIMAL(8,3)); "
        + "INSERT INTO moved.t VALUES (1, 'a', 1.5), (2, 'b', -2), (3, 'ü', NULL);";
    private const string Damage =
        "UPDATE moved.t SET v = 'x', n = n + 1 WHERE id < 3; DELETE FROM moved.t WHERE id = 3; INSERT INTO moved.t VALUES (4, 'd', 4);";

    [Fact]
    public void What_MariaDB_logged_is_undone_on_MySql()
    {
        foreach (MySqlServer server in (MySqlServer[])[mariaDb.Server, mySql.Server])
            server.Sql($"CREATE DATABASE moved CHARACTER SET utf8mb4; {Before}");
        string before = mySql.Server.Dump("moved");
        mariaDb.Server.FlushLogs();
        mariaDb.Server.Sql(Damage);
        string log = mariaDb.Server.FlushLogs();
        mySql.Server.Sql(Damage);
        Assert.NotEqual(before, mySql.Server.Dump("moved"));

        string undo = Path.Combine(mySql.Server.FilesPath, "moved.undo");
        using (var scan = new EventScan([LogRange.Whole(log)], EventFilter.All, TestContext.Current.CancellationToken))
        using (ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse: true))
            Assert.True(UndoBinlogWriter.Write(
                index, where: null, undo, overwrite: false, gtidSource: null, TestContext.Current.CancellationToken,
                new Version(9, 7)).IsComplete);
        mySql.Server.ApplyBinlog(undo);

        Assert.Equal(before, mySql.Server.Dump("moved"));
    }
}
