using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Changes;

/// <summary>What is taken of a log to be undone or done again, and what is said of the rest.</summary>
public sealed class ChangeIndexTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Rows_of_one_transaction_are_together_and_statements_are_told_apart()
    {
        SmallLog log = new SmallLog().AddBegin();
        log = Insert(Insert(log, 1), 2).AddCommit();
        log = Insert(log.AddBegin(thread: 9), 3).AddCommit();
        using ChangeIndex index = Build(log);
        Assert.Equal((3, 2, 3L), (index.Events.Count, index.Transactions.Count, index.RowCount));
        Assert.Equal([1, 2, 4], Enumerable.Range(0, 3).Select(i => index.Events[i].Statement));
        Assert.Equal(
            [(0, 7U), (2, 9U)], Enumerable.Range(0, 2).Select(i => (index.Transactions[i].FirstEvent, index.Transactions[i].ThreadId)));
        Assert.Empty(index.Reasons);
    }

    [Theory]
    [InlineData("INSERT INTO t VALUES (1)")]
    [InlineData("/* a */ update t set id = 2")]
    [InlineData("LOAD DATA INFILE 'a' INTO TABLE t")]
    [InlineData("SELECT f()")]
    public void A_statement_that_changed_rows_is_an_obstacle(string sql)
    {
        SmallLog log = Insert(new SmallLog().AddBegin(), 1).AddCommit().AddBegin();
        long place = log.End;
        using ChangeIndex index = Build(log.AddStatement(sql).AddCommit());
        string shown = sql[(sql.LastIndexOf('/') + 1)..].TrimStart();
        Assert.Equal([$"binlog.000001:{place} changed rows as a statement, without row images: {shown}"], index.Reasons);
        Assert.Equal(1, index.RowCount);
    }

    [Theory]
    [InlineData("FLUSH PRIVILEGES")]
    [InlineData("GRANT SELECT ON *.* TO u")]
    [InlineData("SET PASSWORD = 'x'")]
    public void A_statement_that_changes_no_table_is_none(string sql)
    {
        using ChangeIndex index = Build(Insert(new SmallLog().AddBegin(), 1).AddCommit().AddStatement(sql));
        Assert.Empty(index.Reasons);
    }

    [Theory]
    [InlineData("DROP TABLE `t`", 1)]
    [InlineData("TRUNCATE TABLE d.t", 1)]
    [InlineData("ALTER TABLE t DROP COLUMN v", 1)]
    [InlineData("ALTER TABLE t ADD COLUMN w INT", 1)]
    [InlineData("ALTER TABLE t MODIFY v BIGINT", 1)]
    [InlineData("ALTER TABLE t DROP PARTITION p0", 1)]
    [InlineData("ALTER TABLE t DISCARD TABLESPACE", 1)]
    [InlineData("CREATE OR REPLACE TABLE t (id INT)", 1)]
    [InlineData("DROP DATABASE d", 0)]
    [InlineData("ALTER TABLE t ADD INDEX (v)", 2)]
    [InlineData("ALTER TABLE t ALTER v SET DEFAULT 3", 2)]
    [InlineData("DROP TABLE other", 2)]
    [InlineData("DROP TABLE e.t", 2)]
    public void Rows_whose_table_a_later_statement_took_away_cannot_be_undone(string ddl, long left)
    {
        SmallLog log = new SmallLog().AddBegin();
        log.AddInts(1, "t", ["id", "v"]).AddRows(BinlogEventType.WriteRowsV1, 1, [1, 2]);
        log.AddInts(2, "u", ["id", "v"]).AddRows(BinlogEventType.WriteRowsV1, 2, [1, 2]);
        log.AddCommit();
        long place = log.End;
        log.AddStatement(ddl);

        using ChangeIndex index = Build(log);
        using ChangeIndex forward = Build(log, reverse: false);

        Assert.Equal(left, index.RowCount);
        Assert.Equal(2, forward.RowCount);
        string[] lost = [.. new[] { "t", "u" }.Take((int)(2 - left)).Select(
            t => $"d.{t}: 1 rows from binlog.000001:{place} on: a later statement put them out of reach: {ddl}")];
        Assert.Equal([$"binlog.000001:{place} changed the tables themselves: {ddl}", .. lost], index.Reasons);
        Assert.Equal([$"binlog.000001:{place} changed the tables themselves: {ddl}"], forward.Reasons);
    }

    [Fact]
    public void Rows_written_after_a_table_was_made_anew_can_be_undone()
    {
        SmallLog log = Insert(new SmallLog().AddBegin(), 1).AddCommit().AddStatement("DROP TABLE t")
            .AddStatement("CREATE TABLE t (id INT)");
        using ChangeIndex index = Build(Insert(log.AddBegin(), 2).AddCommit());
        Assert.Equal((1L, 1), (index.RowCount, index.Transactions.Count));
        Assert.Equal(3, index.Reasons.Length);
    }

    [Theory]
    [InlineData("XA COMMIT X'61',X'',1")]
    [InlineData("Xa Commit X'61',X'',1")]
    [InlineData("xa/*c*/commit X'61', X'', 1")]
    public void An_xa_transaction_counts_when_its_commit_comes(string commit)
    {
        using ChangeIndex index = Build(Insert(Prepare(new SmallLog(), 1).AddStatement(commit).AddBegin(), 2).AddCommit());
        Assert.Equal((2L, 2), (index.RowCount, index.Transactions.Count));
        Assert.Empty(index.Reasons);
    }

    [Fact]
    public void An_xa_transaction_that_was_rolled_back_is_passed_over_in_silence()
    {
        SmallLog log = Insert(Prepare(new SmallLog(), 1).AddBegin(), 2).AddCommit().AddStatement("XA ROLLBACK X'61',X'',1");
        using ChangeIndex index = Build(log);
        Assert.Equal((1L, 1), (index.RowCount, index.Transactions.Count));
        Assert.Empty(index.Reasons);
    }

    [Fact]
    public void An_xa_transaction_that_nothing_decides_is_an_obstacle()
    {
        SmallLog log = new();
        Prepare(log, 1);
        using ChangeIndex index = Build(log);
        Assert.Equal(0, index.RowCount);
        string reason = Assert.Single(index.Reasons);
        Assert.EndsWith("on: an XA transaction was prepared, and no XA COMMIT of it is among the chosen events", reason);
        Assert.StartsWith("d.t: 1 rows from binlog.000001:", reason);
    }

    [Fact]
    public void An_xa_commit_of_what_was_prepared_earlier_is_an_obstacle()
    {
        SmallLog log = new();
        long place = log.End;
        using ChangeIndex index = Build(Insert(log.AddStatement("XA COMMIT X'61',X'',1").AddBegin(), 1).AddCommit());
        Assert.Equal(
            [$"binlog.000001:{place} committed rows that were prepared before the chosen events: XA COMMIT X'61',X'',1"], index.Reasons);
    }

    [Fact]
    public void An_id_used_again_belongs_to_the_transaction_that_was_prepared_last()
    {
        SmallLog log = Prepare(Prepare(new SmallLog(), 1).AddStatement("XA COMMIT X'61',X'',1"), 2).AddStatement("XA ROLLBACK X'61',X'',1");
        using ChangeIndex index = Build(log);
        Assert.Equal(1, index.RowCount);
    }

    [Fact]
    public void What_was_rolled_back_or_never_ended_is_named_and_not_taken()
    {
        SmallLog log = new();
        Insert(log.AddBegin(), 1).AddStatement("ROLLBACK");
        Insert(log.AddBegin(), 2).AddCommit();
        Insert(log.AddBegin(), 3);
        using ChangeIndex index = Build(log);
        Assert.Equal(1, index.RowCount);
        Assert.Equal(
            ["they were rolled back, and the log does not say which tables cannot roll back",
                "the log ends before their transaction does, and the server takes such a transaction back"],
            index.Reasons.Select(r => r[(r.IndexOf(" on: ", StringComparison.Ordinal) + 5)..]));
    }

    [Fact]
    public void Only_the_rows_that_were_asked_for_are_counted()
    {
        SmallLog log = new SmallLog().AddBegin().AddInts(1, "t", ["id", "v"])
            .AddRows(BinlogEventType.WriteRowsV1, 1, [1, 5], [2, 6], [3, 5], [4, null]).AddCommit();
        var where = new RowPredicate(new Dictionary<string, object?> { ["v"] = 5 });
        using ChangeIndex index = Build(log, where: where);
        IndexedEvent item = index.Events[0];
        Assert.Equal((2, 18, 4 * 9 - 4), (item.RowCount, item.RowsLength, item.AllRowsLength));
    }

    [Fact]
    public void Events_of_other_tables_sessions_and_operations_are_passed_over()
    {
        SmallLog log = new();
        Insert(log.AddBegin(thread: 8), 1).AddCommit();
        log.AddBegin(thread: 9).AddInts(1, "t", ["id"])
            .AddRows(BinlogEventType.DeleteRowsV1, 1, [2]).AddRows(BinlogEventType.WriteRowsV1, 1, [3])
            .AddInts(2, "u", ["id"]).AddRows(BinlogEventType.DeleteRowsV1, 2, [4]).AddCommit();
        using ChangeIndex index = Build(log, filter: new EventFilter
        {
            Tables = new TableFilter([], [], ["d.t"], []),
            ThreadIds = [9],
            Operations = [RowOperation.Delete],
            WithStatements = true,
        });
        Assert.Equal((1L, BinlogEventType.DeleteRowsV1), (index.RowCount, index.Events[0].Type));
    }

    [Fact]
    public void Sums_say_what_they_could_not_count()
    {
        SmallLog log = Insert(new SmallLog().AddBegin(), 1);
        long place = log.End;
        log.AddStatement("DELETE FROM t").AddCommit();
        var measure = new BinlogMeasure(BinlogSummaryKind.Table);
        using EventScan scan = Scan(log, new EventFilter { WithStatements = true });
        while (scan.Read())
            measure.Add(new EventView(scan));
        BinlogSummary sum = Assert.Single(measure.Complete());
        Assert.Equal(("d", "t", 1L, 1L, 1L), (sum.Database, sum.Table, sum.RowCount, sum.InsertCount, sum.TransactionCount));
        Assert.Equal([$"binlog.000001:{place} changed rows as a statement, without row images: DELETE FROM t"], measure.Unseen);
    }

    private static SmallLog Insert(SmallLog log, int id) => log.AddInts(1, "t", ["id"]).AddRows(BinlogEventType.WriteRowsV1, 1, [id]);

    private static SmallLog Prepare(SmallLog log, int id) => Insert(log.AddStatement("XA START X'61',X'',1"), id)
        .AddStatement("XA END X'61',X'',1").Add(BinlogEventType.XaPrepare, [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, (byte)'a']);

    private EventScan Scan(SmallLog log, EventFilter filter) =>
        new([LogRange.Whole(log.WriteTo(_folder))], filter, TestContext.Current.CancellationToken);

    private ChangeIndex Build(SmallLog log, bool reverse = true, RowPredicate? where = null, EventFilter? filter = null)
    {
        using EventScan scan = Scan(log, filter ?? new EventFilter { WithStatements = true, Where = where });
        return ChangeIndexBuilder.Build(scan, reverse);
    }
}
