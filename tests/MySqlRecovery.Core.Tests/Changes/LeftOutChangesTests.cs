using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Changes;

/// <summary>Session 7 is done again, session 9 is left out.</summary>
public sealed class LeftOutChangesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_row_that_the_left_out_one_made_and_the_chosen_one_changed_is_named()
    {
        SmallLog log = Change(new SmallLog(), 9, true, BinlogEventType.WriteRowsV1, out long place, [1, 5]);
        log = Change(log, 7, true, BinlogEventType.UpdateRowsV1, out _, [1, 5], [1, 6]);

        Assert.Equal($"d.t id=1 at binlog.000001:{place} thread 9 was made by what is left out, and changed by what is chosen",
            Assert.Single(Find(log)));
    }

    [Fact]
    public void A_key_that_the_left_out_one_freed_and_the_chosen_one_took_is_named()
    {
        SmallLog log = Change(new SmallLog(), 9, true, BinlogEventType.DeleteRowsV1, out _, [1, 5]);
        log = Change(log, 7, true, BinlogEventType.WriteRowsV1, out _, [1, 6]);

        Assert.Contains("taken away", Assert.Single(Find(log)));
    }

    [Fact]
    public void Without_a_key_a_row_that_the_left_out_one_changed_is_named()
    {
        SmallLog log = Change(new SmallLog(), 9, false, BinlogEventType.UpdateRowsV1, out _, [1, 5], [1, 6]);
        log = Change(log, 7, false, BinlogEventType.DeleteRowsV1, out _, [1, 6]);

        Assert.Single(Find(log));
    }

    [Fact]
    public void With_a_key_other_columns_that_the_left_out_one_changed_do_not_matter_nor_does_what_came_later()
    {
        SmallLog log = Change(new SmallLog(), 9, true, BinlogEventType.UpdateRowsV1, out _, [1, 5], [1, 6]);
        log = Change(log, 7, true, BinlogEventType.UpdateRowsV1, out _, [1, 6], [1, 7]);
        log = Change(log, 9, true, BinlogEventType.DeleteRowsV1, out _, [1, 7]);
        log = Change(log, 9, true, BinlogEventType.WriteRowsV1, out _, [1, 7]);

        Assert.Empty(Find(log));
    }

    [Theory]
    [InlineData("UPDATE t SET v = 1", true)]
    [InlineData("WITH/**/c AS (SELECT 1) DELETE/**/FROM d.t WHERE id IN (SELECT * FROM c)", true)]
    [InlineData("SET STATEMENT max_statement_time = 1 FOR TRUNCATE t", true)]
    [InlineData("ALTER TABLE t ADD COLUMN w INT", true)]
    [InlineData("ALTER TABLE t MODIFY v BIGINT", true)]
    [InlineData("RENAME TABLE u TO t", true)]
    [InlineData("DROP TABLE t", true)]
    [InlineData("DROP DATABASE d", true)]
    [InlineData("ALTER TABLE e.p EXCHANGE PARTITION p0 WITH TABLE d.t", true)]
    [InlineData("ALTER TABLE t ADD INDEX (v)", false)]
    [InlineData("CREATE TABLE t (id INT PRIMARY KEY, v INT)", false)]
    [InlineData("TRUNCATE e.t", false)]
    [InlineData("DROP TABLE other", false)]
    public void A_statement_that_changed_rows_or_columns_before_what_is_chosen_is_named_and_none_after_it(string sql, bool isNamed)
    {
        SmallLog log = Change(new SmallLog(), 7, true, BinlogEventType.WriteRowsV1, out _, [1, 5]);
        long place = log.End;
        log = Change(log.AddStatement(sql, thread: 9), 7, true, BinlogEventType.WriteRowsV1, out _, [2, 5]);
        log.AddStatement(sql, thread: 9);

        string[] found = Find(log);

        Assert.Equal(isNamed ? 1 : 0, found.Length);
        Assert.All(found, line => Assert.EndsWith($"{sql} at binlog.000001:{place} thread 9", line));
    }

    private static SmallLog Change(SmallLog log, byte thread, bool key, BinlogEventType type, out long place, params int?[][] images)
    {
        log.AddBegin(thread).AddInts(1, "t", ["id", "v"], key ? [0] : []);
        place = log.End;
        return log.AddRows(type, 1, images).AddCommit();
    }

    private string[] Find(SmallLog log)
    {
        string path = log.WriteTo(_folder);
        return new LeftOutChanges(new EventSelection(new EventFilter { ThreadIds = [7] }, isPart: false)).Find(
            () => new EventScan([LogRange.Whole(path) with { IsReadWhole = true }], EventFilter.All,
                TestContext.Current.CancellationToken));
    }
}
