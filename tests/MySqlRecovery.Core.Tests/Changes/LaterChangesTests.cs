using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using Xunit;

namespace MySqlRecovery.Core.Tests.Changes;

/// <summary>Rows that were chosen to be undone, and that something else changed after them. Session 7 is chosen, 9 is not.</summary>
public sealed class LaterChangesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_row_that_was_changed_again_is_named_by_its_key()
    {
        SmallLog log = Insert(new SmallLog(), 7, [1, 5], [2, 5]);
        log = Update(log, 9, [2, 5], [2, 6], out long place);
        Assert.Equal([$"d.t id=2 at binlog.000001:{place} thread 9"], Find(log));
    }

    [Fact]
    public void A_row_that_was_changed_before_it_was_chosen_is_not_named()
    {
        SmallLog log = Insert(new SmallLog(), 9, [1, 5]);
        Assert.Empty(Find(Update(log, 7, [1, 5], [1, 6], out _)));
    }

    [Fact]
    public void A_row_is_named_once()
    {
        SmallLog log = Insert(new SmallLog(), 7, [1, 5]);
        log = Update(Update(log, 9, [1, 5], [1, 6], out long place), 9, [1, 6], [1, 7], out _);
        Assert.Equal([$"d.t id=1 at binlog.000001:{place} thread 9"], Find(log));
    }

    [Fact]
    public void A_row_is_found_by_the_key_that_it_was_given()
    {
        SmallLog log = Update(new SmallLog(), 7, [1, 5], [3, 5], out _);
        log = Update(log, 9, [3, 5], [3, 6], out long place);
        Assert.Equal([$"d.t id=3 at binlog.000001:{place} thread 9"], Find(log));
    }

    [Fact]
    public void A_row_that_got_the_key_of_another_stands_in_the_way_of_both()
    {
        SmallLog log = Update(Delete(new SmallLog(), 7, [2, 5]), 7, [1, 5], [1, 6], out _);
        log = Update(log, 9, [1, 6], [2, 6], out long place);
        Assert.Equal([$"d.t id=1 at binlog.000001:{place} thread 9", $"d.t id=2 at binlog.000001:{place} thread 9"], Find(log));
    }

    [Fact]
    public void A_row_that_is_not_undone_and_got_the_key_of_one_that_is_is_named_by_that()
    {
        SmallLog log = Update(Delete(new SmallLog(), 7, [2, 5]), 9, [3, 5], [2, 5], out long place);
        Assert.Equal([$"d.t id=2 at binlog.000001:{place} thread 9"], Find(log));
    }

    [Fact]
    public void A_row_without_a_key_is_known_by_all_it_holds()
    {
        SmallLog log = Insert(new SmallLog(), 7, key: false, [1, 5], [1, 5], [2, 5]);
        log = Update(log, 9, [2, 6], [2, 7], out _, key: false);
        log = Update(log, 9, [2, 5], [2, 7], out long place, key: false);
        Assert.Equal([$"d.t at binlog.000001:{place} thread 9"], Find(log));
    }

    [Fact]
    public void Where_columns_are_chosen_only_changes_of_them_count()
    {
        SmallLog log = Update(new SmallLog(), 7, [1, 5], [1, 6], out _);
        log = Update(log, 9, [1, 6], [1, 7], out long place);
        Assert.Empty(Find(log, "other"));
        Assert.Equal([$"d.t id=1 at binlog.000001:{place} thread 9"], Find(log, "V"));
    }

    [Fact]
    public void Rows_of_a_table_of_another_name_are_others()
    {
        SmallLog log = Insert(new SmallLog(), 7, [1, 5]);
        log.AddBegin(thread: 9).AddInts(2, "u", ["id", "v"], 0).AddRows(BinlogEventType.DeleteRowsV1, 2, [1, 5]).AddCommit();
        Assert.Empty(Find(log));
    }

    [Fact]
    public void Only_rows_that_the_row_test_lets_through_were_chosen()
    {
        SmallLog log = Insert(new SmallLog(), 7, [1, 5], [2, 6]);
        log = Update(log, 9, [1, 5], [1, 9], out _);
        log = Update(log, 9, [2, 6], [2, 9], out long place);
        var filter = new EventFilter { ThreadIds = [7], Where = new RowPredicate(new Dictionary<string, object?> { ["v"] = 6 }) };
        Assert.Equal([$"d.t id=2 at binlog.000001:{place} thread 9"], Find(log, filter));
    }

    [Theory]
    [InlineData("TRUNCATE t", true)]
    [InlineData("ALTER TABLE t ADD w INT FIRST", true)]
    [InlineData("ALTER TABLE t MODIFY v BIGINT", true)]
    [InlineData("RENAME TABLE t TO x, y TO t", true)]
    [InlineData("DROP TABLE t", true)]
    [InlineData("ALTER TABLE p EXCHANGE PARTITION a WITH TABLE t", true)]
    [InlineData("DROP DATABASE d", true)]
    [InlineData("ALTER TABLE p CONVERT TABLE t TO PARTITION a VALUES LESS THAN (9)", true)]
    [InlineData("ALTER TABLE t CHANGE v w INT", true)]
    [InlineData("SET STATEMENT a = 1 FOR DROP/**/TABLE t", true)]
    [InlineData("ALTER TABLE t ADD INDEX (v)", false)]
    [InlineData("ALTER TABLE u ADD w INT FIRST", false)]
    [InlineData("TRUNCATE e.t", false)]
    public void A_statement_that_was_not_chosen_puts_rows_before_it_out_of_reach(string statement, bool isLoss)
    {
        SmallLog log = Insert(new SmallLog(), 7, [1, 5]);
        long place = log.End;
        log.AddStatement(statement, thread: 9);

        LaterChanges later = Later(log, new EventFilter { ThreadIds = [7], WithStatements = true }, [], out string[] lines);

        Assert.Empty(lines);
        if (isLoss)
            Assert.Equal(("d", "t", place), (later.Losses[0].Database, later.Losses[0].Table, later.Losses[0].Position));
        else
            Assert.Empty(later.Losses);
    }

    [Theory]
    [InlineData("UPDATE t SET v = 9", true)]
    [InlineData("DELETE/**/FROM d.t", true)]
    [InlineData("SELECT f()", true)]
    [InlineData("UPDATE plain SET v = 9", false)]
    [InlineData("UPDATE has_trigger SET v = 9", true)]
    [InlineData("UPDATE perhaps_a_view SET v = 9", true)]
    [InlineData("UPDATE mysql.rds_heartbeat2 SET v = 9", false)]
    public void A_statement_that_was_not_chosen_and_may_have_changed_the_table_later_is_named(string statement, bool isNamed)
    {
        SmallLog log = Insert(new SmallLog(), 7, [1, 5]).AddStatement(statement, thread: 9);
        const string Schema = "CREATE TABLE d.plain (v INT); CREATE TABLE d.has_trigger (v INT); "
            + "CREATE TRIGGER d.follows AFTER UPDATE ON d.has_trigger FOR EACH ROW UPDATE d.t SET v = 8";

        Later(log, new EventFilter { ThreadIds = [7], WithStatements = true }, [], out string[] lines,
            schema: new LogSchema(SchemaCatalog.Parse(Schema)));

        Assert.Equal(isNamed ? 1 : 0, lines.Length);
        Assert.All(lines, line => Assert.Contains("thread 9", line));
    }

    [Fact]
    public void Of_statements_on_a_table_of_which_nothing_is_known_the_first_is_named()
    {
        SmallLog log = Insert(new SmallLog(), 7, [1, 5]).AddStatement("UPDATE u SET v = 1", thread: 9)
            .AddStatement("UPDATE u SET v = 2", thread: 9).AddStatement("UPDATE w SET v = 3", thread: 9);

        Later(log, new EventFilter { ThreadIds = [7], WithStatements = true }, [], out string[] lines);

        Assert.Equal(2, lines.Length);
        Assert.Contains("UPDATE u SET v = 1", lines[0]);
        Assert.Contains("UPDATE w SET v = 3", lines[1]);
    }

    [Fact]
    public void Statements_before_the_chosen_rows_and_statements_that_were_chosen_are_not_later()
    {
        SmallLog log = Insert(new SmallLog().AddStatement("TRUNCATE t", thread: 9), 7, [1, 5]).AddStatement("TRUNCATE t");

        LaterChanges later = Later(log, new EventFilter { ThreadIds = [7], WithStatements = true }, [], out string[] lines);

        Assert.Empty(later.Losses);
        Assert.Empty(lines);
    }

    [Fact]
    public void A_later_move_of_the_key_concerns_every_column()
    {
        SmallLog log = Update(new SmallLog(), 7, [1, 5], [1, 6], out _);
        log = Update(log, 9, [1, 6], [2, 6], out long place);
        Assert.Equal([$"d.t id=1 at binlog.000001:{place} thread 9"], Find(log, "v"));
    }

    [Fact]
    public void A_row_of_another_table_without_a_key_is_another_although_it_holds_the_same()
    {
        SmallLog log = Insert(new SmallLog(), 7, key: false, [1, 5]);
        log.AddBegin(thread: 9).AddInts(2, "u", ["id", "v"]).AddRows(BinlogEventType.DeleteRowsV1, 2, [1, 5]).AddCommit();
        Assert.Empty(Find(log));
    }

    [Fact]
    public void Rows_of_a_table_that_got_the_name_they_are_written_under_are_followed_to_it()
    {
        SmallLog log = Insert(new SmallLog(), 7, [1, 5], [2, 5]).AddStatement("DROP TABLE x", thread: 9)
            .AddStatement("RENAME TABLE t TO d.x", thread: 9).AddBegin(thread: 9).AddInts(2, "x", ["id", "v"], 0);
        long place = log.End;
        log.AddRows(BinlogEventType.UpdateRowsV1, 2, [2, 5], [2, 6]).AddCommit();
        Assert.Empty(Followed(log, out string[] lines));
        Assert.Equal([$"d.x id=2 at binlog.000001:{place} thread 9"], lines);

        log.AddStatement("TRUNCATE x", thread: 9);
        LaterLoss loss = Assert.Single(Followed(log, out _));
        Assert.Equal(("d", "t", "a later statement put them out of reach: TRUNCATE x"), (loss.Database, loss.Table, loss.Cause));
    }

    [Theory]
    [InlineData("TRUNCATE x", 7)]
    [InlineData("RENAME TABLE x TO y", 9)]
    [InlineData("ALTER TABLE x DROP COLUMN v", 7)]
    [InlineData("DROP TABLE x", 7)]
    [InlineData("UPDATE x SET v = 1", 9)]
    public void What_is_done_to_a_table_under_its_new_name_is_done_to_the_rows(string statement, byte thread)
    {
        SmallLog log = Insert(new SmallLog(), 7, [1, 5]).AddStatement("ALTER TABLE t RENAME x", thread: 9);
        log.AddStatement(statement, thread: thread);

        IReadOnlyList<LaterLoss> losses = Followed(log, out string[] lines);

        Assert.Contains(statement, Assert.Single([.. losses.Select(l => l.Cause), .. lines]));
    }

    [Fact]
    public void Rows_of_two_tables_that_had_one_name_are_not_written_to_one()
    {
        SmallLog log = Insert(new SmallLog(), 7, [1, 5]).AddStatement("RENAME TABLE t TO x, y TO t", thread: 9);
        Assert.Empty(Followed(log, out _));
        log.AddBegin(thread: 9).AddInts(3, "t", ["id", "v"], 0).AddRows(BinlogEventType.DeleteRowsV1, 3, [1, 5]).AddCommit();
        Assert.Empty(Followed(log, out string[] lines));
        Assert.Empty(lines);

        log.AddBegin(thread: 7).AddInts(3, "t", ["id", "v"], 0).AddRows(BinlogEventType.DeleteRowsV1, 3, [2, 5]).AddCommit();
        Assert.StartsWith("another table had this name before, which is d.x now", Assert.Single(Followed(log, out _)).Cause);
    }

    private static SmallLog Insert(SmallLog log, byte thread, params int?[][] rows) => Insert(log, thread, true, rows);

    private static SmallLog Insert(SmallLog log, byte thread, bool key, params int?[][] rows) =>
        Table(log.AddBegin(thread), key).AddRows(BinlogEventType.WriteRowsV1, 1, rows).AddCommit();

    private static SmallLog Delete(SmallLog log, byte thread, params int?[][] rows) =>
        Table(log.AddBegin(thread), key: true).AddRows(BinlogEventType.DeleteRowsV1, 1, rows).AddCommit();

    private static SmallLog Update(SmallLog log, byte thread, int?[] before, int?[] after, out long place, bool key = true)
    {
        Table(log.AddBegin(thread), key);
        place = log.End;
        return log.AddRows(BinlogEventType.UpdateRowsV1, 1, before, after).AddCommit();
    }

    private static SmallLog Table(SmallLog log, bool key) => log.AddInts(1, "t", ["id", "v"], key ? [0] : []);

    private string[] Find(SmallLog log, params string[] columns) => Find(log, new EventFilter { ThreadIds = [7] }, columns);

    private string[] Find(SmallLog log, EventFilter chosen, params string[] columns)
    {
        Later(log, chosen, columns, out string[] lines);
        return lines;
    }

    private IReadOnlyList<LaterLoss> Followed(SmallLog log, out string[] lines) => Later(
        log, new EventFilter { ThreadIds = [7], WithStatements = true }, [], out lines,
        TableRenames.Parse(new Dictionary<string, string> { ["d.t"] = "d.x" })).Losses;

    private LaterChanges Later(
        SmallLog log, EventFilter chosen, string[] columns, out string[] lines, TableRenames? renames = null, LogSchema? schema = null)
    {
        var range = LogRange.Whole(log.WriteTo(_folder)) with { IsReadWhole = true };
        var tables = new TableFilter([], [], ["d.t", "d.x"], []);
        using var scan = new EventScan([range], new EventFilter { Tables = tables, WithStatements = true },
            TestContext.Current.CancellationToken);
        var later = new LaterChanges(
            new EventSelection(chosen, isPart: false), columns, new TableFilter([], [], ["d.t"], []), renames: renames,
            schema: schema);
        lines = later.Find(scan);
        return later;
    }
}
