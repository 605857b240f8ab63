using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
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

    private static SmallLog Insert(SmallLog log, byte thread, params int?[][] rows) => Insert(log, thread, true, rows);

    private static SmallLog Insert(SmallLog log, byte thread, bool key, params int?[][] rows) =>
        Table(log.AddBegin(thread), key).AddRows(BinlogEventType.WriteRowsV1, 1, rows).AddCommit();

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
        var range = LogRange.Whole(log.WriteTo(_folder)) with { IsReadWhole = true };
        using var scan = new EventScan([range], EventFilter.All, TestContext.Current.CancellationToken);
        return new LaterChanges(new EventSelection(chosen, isPart: false), columns).Find(scan);
    }
}
