using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Live;

/// <summary>
/// Logs that name no columns, read with the definitions that the server has by now: where these may be others than those of the rows, the
/// result says so, and where they are the same, it does not.
/// </summary>
public abstract class LiveDefinitionTests(ServerFixture fixture)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private MySqlServer Server => fixture.Server;

    [Theory]
    [InlineData("same", "", "", false)]
    [InlineData("altered", "", "ALTER TABLE t CHANGE a b INT, CHANGE b a INT", true)]
    [InlineData("swapped", "", "RENAME TABLE t TO old, n TO t", true)]
    [InlineData("parted_altered", "PARTITION BY HASH (id) PARTITIONS 2", "ALTER TABLE t CHANGE a b INT, CHANGE b a INT", true)]
    [InlineData("parted_swapped", "PARTITION BY HASH (id) PARTITIONS 2", "RENAME TABLE t TO old, n TO t", true)]
    public void A_definition_that_came_after_the_rows_is_doubted_in_the_reasons(string name, string partitions, string ddl, bool isDoubted)
    {
        using IDisposable? _ = Server.Flavour.HasRowMetadata ? new GlobalSetting(Server, "binlog_row_metadata", "MINIMAL") : null;
        Server.Sql($"CREATE DATABASE live_{name}; USE live_{name}; CREATE TABLE t (id INT, a INT, b INT) {partitions}; "
            + $"CREATE TABLE n (id INT, b INT, a INT) {partitions}");
        Thread.Sleep(1100);
        Server.FlushLogs();
        Server.Sql("INSERT INTO t VALUES (1, 2, 3)", $"live_{name}");
        string log = Server.FlushLogs();
        Thread.Sleep(1100);
        if (ddl.Length > 0)
            Server.Sql(ddl, $"live_{name}");

        // MySQL 8.0 and later do not tell when a table got its name: there the log alone tells of an older one.
        bool isSilent = Server.Flavour == ServerFlavour.MySql && ddl.StartsWith("RENAME", StringComparison.Ordinal);
        Assert.Equal(isDoubted && !isSilent, Undo(log).Length > 0);
        Assert.Equal(isDoubted, Undo(log, Server.FlushLogs()).Length > 0);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void A_definition_of_the_second_of_the_rows_is_doubted_because_it_may_have_come_after_them(int later, bool isDoubted)
    {
        using IDisposable? _ = Server.Flavour.HasRowMetadata ? new GlobalSetting(Server, "binlog_row_metadata", "MINIMAL") : null;
        string database = $"live_second_{later}";
        Server.Sql($"CREATE DATABASE {database}; CREATE TABLE {database}.t (id INT, a INT, b INT)");
        Server.FlushLogs();
        string made = Server.Scalar($"SELECT UNIX_TIMESTAMP(CREATE_TIME) FROM information_schema.TABLES WHERE TABLE_SCHEMA = '{database}'");
        Server.Sql($"SET timestamp = {made} + {later}; INSERT INTO t VALUES (1, 2, 3)", database);
        string[] said = Undo(Server.FlushLogs());

        Assert.Equal(isDoubted ? 1 : 0, said.Length);
        Assert.All(said, line => Assert.Contains("the same second", line));
    }

    private string[] Undo(params string[] logs)
    {
        var schema = new ServerLogSchema(() => Server.Connect(), null, _ => { }, Stop);
        using var scan = new EventScan(logs.Select(LogRange.Whole), new EventFilter { WithStatements = true }, Stop, schema);
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse: true, movesBytes: false);
        string path = Path.Combine(Server.FolderPath, Guid.NewGuid().ToString("N"));
        try
        {
            return RowSqlExport.WriteFile(index, where: null, new SqlForm { Reverse = true }, path, overwrite: false, Stop).Reason;
        }
        catch (RecoveryException e)
        {
            return [e.Message];
        }
    }
}
