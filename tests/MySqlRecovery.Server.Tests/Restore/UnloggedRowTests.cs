using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Restore;

/// <summary>Rows of which the log does not hold what is needed: each is named, and the others are restored.</summary>
public abstract class UnloggedRowTests(ServerFixture fixture)
{
    private MySqlServer Server => fixture.Server;

    [Fact]
    public void A_row_of_a_minimal_image_is_named_once_and_the_others_come_back()
    {
        Make("CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(10)); "
            + "INSERT INTO t VALUES (1, 1, 'one'), (2, 2, 'two'), (3, 3, 'three');");
        Server.FlushLogs();
        Server.Sql("""
            SET binlog_row_image = MINIMAL; UPDATE t SET a = 10 WHERE id = 1; UPDATE t SET a = 11 WHERE id = 1; DELETE FROM t WHERE id = 2;
            INSERT INTO t (id, a) VALUES (4, 4); SET binlog_row_image = FULL; DELETE FROM t WHERE id = 3; UPDATE t SET b = 'x' WHERE id = 1;
            """, "unlogged");
        string log = Server.FlushLogs();
        foreach (bool writes in (bool[])[false, true])
        {
            List<RowVerdict> verdicts = writes ? new Restoring(Server, log).Run() : new Restoring(Server, log).Test();
            Assert.Equal(
                [
                    (1, RowOperation.Update, RestoreVerdict.NotInLog), (2, RowOperation.Insert, RestoreVerdict.NotInLog),
                    (3, RowOperation.Insert, RestoreVerdict.Clean), (4, RowOperation.Delete, RestoreVerdict.NotInLog),
                ],
                verdicts.OrderBy(v => (int)v.Key!["id"]!).Select(v => ((int)v.Key!["id"]!, v.Action, v.Verdict)));
            Assert.All(verdicts.Where(v => v.Verdict == RestoreVerdict.NotInLog),
                v => Assert.Contains("binlog_row_image", v.Reason, StringComparison.Ordinal));
        }

        Assert.Equal([["1", "11"], ["3", "3"], ["4", "4"]], Server.Query("SELECT id, a FROM t ORDER BY id", "unlogged"));
    }

    [Fact]
    public void Rows_before_a_change_of_the_table_are_named_and_those_after_it_come_back()
    {
        Make("CREATE TABLE t (id INT PRIMARY KEY, a INT); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3); "
            + "CREATE TABLE other (id INT PRIMARY KEY); INSERT INTO other VALUES (1);");
        Server.FlushLogs();
        Server.Sql("DELETE FROM t WHERE id = 1; DELETE FROM other; ALTER TABLE t ADD b INT; DELETE FROM t WHERE id = 2", "unlogged");
        string log = Server.FlushLogs();
        List<RowVerdict> done = new Restoring(Server, log).Run(out List<RestoreResult> results);
        Assert.Equal(
            [("other", 1, RestoreVerdict.Clean), ("t", 1, RestoreVerdict.NotInLog), ("t", 2, RestoreVerdict.Clean)],
            done.Select(v => (v.Table, (int)v.Before!.Values.Cast<object>().First(), v.Verdict)).Order());
        Assert.Contains("ALTER TABLE t ADD b INT", done.Find(v => !v.IsApplied)!.Reason, StringComparison.Ordinal);
        RestoreResult result = results.Find(r => r.Table == "t")!;
        Assert.Equal((2, 1, 1, false), (result.RowCount, result.RestoredCount, result.LeftCount, result.IsComplete));
        Assert.Equal([["2"], ["3"]], Server.Query("SELECT id FROM t ORDER BY id", "unlogged"));
    }

    [Fact]
    public void A_statement_without_row_images_makes_the_result_of_each_table_incomplete()
    {
        Make("CREATE TABLE t (id INT PRIMARY KEY, a INT); INSERT INTO t VALUES (1, 1), (2, 2); "
            + "CREATE TABLE other (id INT PRIMARY KEY); INSERT INTO other VALUES (1);");
        Server.FlushLogs();
        Server.Sql(
            "DELETE FROM t WHERE id = 1; DELETE FROM other; SET SESSION binlog_format = 'STATEMENT'; UPDATE t SET a = 9", "unlogged");
        string log = Server.FlushLogs();
        new Restoring(Server, log).Run(out List<RestoreResult> results);

        Assert.Equal(["other", "t"], results.Select(r => r.Table));
        Assert.All(results, r => Assert.Single(r.Reason, x => x.Contains("UPDATE t SET a = 9", StringComparison.Ordinal)));
        Assert.All(results, r => Assert.Equal((1, 1, 0, false), (r.RowCount, r.RestoredCount, r.LeftCount, r.IsComplete)));
    }

    [Fact]
    public void Rows_of_a_table_that_is_gone_are_named_and_those_of_others_come_back()
    {
        Make("CREATE TABLE t (id INT PRIMARY KEY, a INT); INSERT INTO t VALUES (1, 1); "
            + "CREATE TABLE other (id INT PRIMARY KEY); INSERT INTO other VALUES (1);");
        Server.FlushLogs();
        Server.Sql("DELETE FROM t; DELETE FROM other", "unlogged");
        string log = Server.FlushLogs();
        Server.Sql("DROP TABLE t", "unlogged");
        List<RowVerdict> done = new Restoring(Server, log).Run();

        RowVerdict gone = Assert.Single(done, v => v.Table == "t");
        Assert.Equal(RestoreVerdict.NotInLog, gone.Verdict);
        Assert.Equal("the server has no such table, or the account may not see it", gone.Reason);
        Assert.True(Assert.Single(done, v => v.Table == "other").IsApplied);
    }

    [Fact]
    public void A_document_whose_changed_parts_alone_are_logged_comes_back_if_the_log_has_what_it_was()
    {
        Assert.SkipWhen(Server.Flavour != ServerFlavour.MySql, "no other server logs parts of documents");
        Make("CREATE TABLE t (id INT PRIMARY KEY, a INT, j JSON); "
            + "INSERT INTO t VALUES (1, 1, JSON_OBJECT('a', 1, 'b', REPEAT('x', 500))), (2, 2, '{\"a\": 2}'), (3, 3, JSON_OBJECT('a', "
            + "1, 'b', REPEAT('x', 500)));");
        Server.FlushLogs();
        Server.Sql("""
            SET binlog_row_value_options = PARTIAL_JSON; UPDATE t SET j = JSON_SET(j, '$.a', 2) WHERE id = 1; DELETE FROM t WHERE id = 2;
            SET binlog_row_image = MINIMAL; UPDATE t SET j = JSON_SET(j, '$.a', 3) WHERE id = 3;
            """, "unlogged");
        List<RowVerdict> done = new Restoring(Server, Server.FlushLogs()).Run();
        RowVerdict left = Assert.Single(done, v => !v.IsApplied);
        Assert.Equal((RestoreVerdict.NotInLog, RowOperation.Update, 3), (left.Verdict, left.Action, left.Key!["id"]));
        Assert.Contains("PARTIAL_JSON", left.Reason, StringComparison.Ordinal);
        Assert.Equal([["1", "1"], ["2", "2"], ["3", "3"]], Server.Query("SELECT id, j->'$.a' FROM t ORDER BY id", "unlogged"));
    }

    private void Make(string tables) =>
        Server.Sql($"DROP DATABASE IF EXISTS unlogged; CREATE DATABASE unlogged CHARACTER SET utf8mb4; USE unlogged; {tables}");
}

public sealed class MySqlUnloggedRowTests(MySqlFixture fixture) : UnloggedRowTests(fixture), IClassFixture<MySqlFixture>;

public sealed class MySql57UnloggedRowTests(MySql57Fixture fixture) : UnloggedRowTests(fixture), IClassFixture<MySql57Fixture>;

public sealed class MySql56UnloggedRowTests(MySql56Fixture fixture) : UnloggedRowTests(fixture), IClassFixture<MySql56Fixture>;

public sealed class MariaDbUnloggedRowTests(MariaDbFixture fixture) : UnloggedRowTests(fixture), IClassFixture<MariaDbFixture>;

public sealed class MariaDb118UnloggedRowTests(MariaDb118Fixture fixture) : UnloggedRowTests(fixture), IClassFixture<MariaDb118Fixture>;
