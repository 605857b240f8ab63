using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Server.Tests.Undo;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>XA: the rows are logged when a transaction is prepared, and a later group decides about them.</summary>
[Collection(MySqlLogs.Name)]
public sealed class XaTests(MySqlFixture fixture)
{
    private const string Setup = "CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)";

    private MySqlServer Server => fixture.Server;

    [Fact]
    public void What_was_prepared_and_committed_later_is_undone() => new DamagedDatabase(
        Server, "xa_commit", Setup,
        """
        XA START 'a', 'branch', 7; UPDATE t SET v = 10 WHERE id = 1; DELETE FROM t WHERE id = 2; XA END 'a', 'branch', 7;
        XA PREPARE 'a', 'branch', 7;
        INSERT INTO t VALUES (4, 4);
        XA COMMIT 'a', 'branch', 7;
        """).AssertUndone();

    [Theory]
    [InlineData("ON")]
    [InlineData("OFF")]
    public void Rows_alone_are_undone_only_where_nothing_more_decides_about_them(string compression)
    {
        var database = new DamagedDatabase(
            Server, $"xa_rows_{compression.ToLowerInvariant()}", Setup,
            $"""
            SET binlog_transaction_compression = {compression};
            XA START 'p'; UPDATE t SET v = 10 WHERE id = 1; XA END 'p'; XA PREPARE 'p'; XA ROLLBACK 'p';
            XA START 'q'; UPDATE t SET v = 10 WHERE id = 2; XA END 'q'; XA COMMIT 'q' ONE PHASE;
            UPDATE t SET v = 30 WHERE id = 3;
            """);

        UndoBinlog undo = database.Undo(database.Events.Where(e => e.Operation != null));

        DatabaseState.AssertEqual(database.Before, database.State());
        Assert.Equal(2, undo.RowCount);
        Assert.Contains("no XA COMMIT of it", Assert.Single(undo.Reason));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_log_beside_rows_says_how_their_transactions_ended(bool isCommitted)
    {
        string end = isCommitted ? "COMMIT" : "ROLLBACK";
        var database = new DamagedDatabase(
            Server, $"xa_beside_{end.ToLowerInvariant()}", Setup,
            $"""
            XA START 'p'; UPDATE t SET v = 10 WHERE id = 1; XA END 'p'; XA PREPARE 'p'; XA {end} 'p';
            XA START 'p'; UPDATE t SET v = 20 WHERE id = 2; XA END 'p'; XA PREPARE 'p'; XA {end} 'p';
            UPDATE t SET v = 30 WHERE id = 3;
            """);
        using var spool = new ChangeSpool(new PipelineTableMaps(null), EventFilter.All, reverse: true);
        var selection = new PipedSelection();
        spool.Events.Selection = selection;
        foreach (RowChange row in BinlogRecovery.ReadRowChanges(database.Events))
            spool.Events.Add(row);
        CancellationToken stop = TestContext.Current.CancellationToken;
        using ChangeIndex index = spool.Complete(found => LaterFindings.Find(
            found, selection, [], movesBytes: true, filter => new EventScan([LogRange.Whole(database.Log)], filter, stop)));

        Assert.Empty(index.Reasons);
        Assert.Empty(index.LaterChanges!);
        Assert.Equal(isCommitted ? 3 : 1, index.RowCount);
    }

    [Fact]
    public void Rows_and_their_decision_out_of_a_pipeline_are_undone()
    {
        var database = new DamagedDatabase(
            Server, "xa_piped", Setup,
            "XA START 'r'; UPDATE t SET v = 10 WHERE id = 1; XA END 'r'; XA PREPARE 'r'; XA COMMIT 'r'; DELETE FROM t WHERE id = 3");

        UndoBinlog undo = database.Undo(database.Events.Where(
            e => e.Operation != null || e.Statement?.StartsWith("XA COMMIT", StringComparison.Ordinal) == true));

        Assert.Empty(undo.Reason);
        DatabaseState.AssertEqual(database.Before, database.State());
    }

    [Fact]
    public void One_phase_is_undone() => new DamagedDatabase(
        Server, "xa_one_phase", Setup,
        "XA START 'b'; UPDATE t SET v = 10; XA END 'b'; XA COMMIT 'b' ONE PHASE; UPDATE t SET v = v + 1 WHERE id = 1").AssertUndone();

    [Fact]
    public void What_was_prepared_and_rolled_back_is_not_undone() => new DamagedDatabase(
        Server, "xa_rollback", Setup,
        """
        XA START 'c'; UPDATE t SET v = 10 WHERE id < 3; XA END 'c'; XA PREPARE 'c';
        INSERT INTO t VALUES (4, 4);
        XA ROLLBACK 'c';
        """).AssertUndone();

    [Fact]
    public void What_is_prepared_and_undecided_is_named()
    {
        var database = new DamagedDatabase(
            Server, "xa_open", Setup,
            """
            XA START 'd'; UPDATE t SET v = 10 WHERE id < 3; XA END 'd'; XA PREPARE 'd'; INSERT INTO t VALUES (4, 4);
            FLUSH BINARY LOGS; XA ROLLBACK 'd';
            """);

        database.AssertUndoneInPart(("SELECT COUNT(*) AS n FROM t", "n 3"), "xa_open.t: 2 rows");
    }

    [Fact]
    public void A_decision_of_what_was_prepared_in_an_earlier_log_is_named()
    {
        Server.Sql("CREATE DATABASE xa_earlier");
        Server.Sql(Setup, "xa_earlier");
        Server.Sql("XA START 'e'; UPDATE t SET v = 10 WHERE id = 1; XA END 'e'; XA PREPARE 'e'", "xa_earlier");
        var database = new DamagedDatabase(Server, "xa_later", Setup, "XA COMMIT 'e'; INSERT INTO t VALUES (5, 5)");

        database.AssertUndoneInPart(("SELECT COUNT(*) AS n FROM t", "n 3"), "XA COMMIT");
    }
}
