using System.Text;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using Xunit;

namespace MySqlRecovery.Core.Tests.Changes;

/// <summary>All changes of a key summed up to one statement.</summary>
public sealed class RowFoldTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Updates_of_a_row_become_one_from_the_first_value_to_the_last()
    {
        SmallLog log = Log()
            .AddRows(BinlogEventType.UpdateRowsV1, 1, [1, 5], [1, 6]).AddRows(BinlogEventType.UpdateRowsV1, 1, [1, 6], [1, 7]);
        Assert.Equal(["UPDATE `d`.`t` SET `v` = 7 WHERE `id` = 1;"], Fold(log, reverse: false));
        Assert.Equal(["UPDATE `d`.`t` SET `v` = 5 WHERE `id` = 1;"], Fold(log, reverse: true));
    }

    [Fact]
    public void A_row_that_came_and_went_is_not_mentioned() => Assert.Empty(Fold(
        Log().AddRows(BinlogEventType.WriteRowsV1, 1, [1, 5]).AddRows(BinlogEventType.DeleteRowsV1, 1, [1, 5]), reverse: false));

    [Fact]
    public void A_row_that_went_and_came_back_as_it_was_is_not_mentioned() => Assert.Empty(Fold(
        Log().AddRows(BinlogEventType.DeleteRowsV1, 1, [1, 5]).AddRows(BinlogEventType.WriteRowsV1, 1, [1, 5]), reverse: true));

    [Fact]
    public void A_row_that_came_and_was_changed_comes_as_it_is_now()
    {
        SmallLog log = Log().AddRows(BinlogEventType.WriteRowsV1, 1, [1, 5]).AddRows(BinlogEventType.UpdateRowsV1, 1, [1, 5], [1, null]);
        Assert.Equal(["INSERT INTO `d`.`t` (`id`, `v`) VALUES (1, NULL);"], Fold(log, reverse: false));
        Assert.Equal(["DELETE FROM `d`.`t` WHERE `id` = 1;"], Fold(log, reverse: true));
    }

    [Fact]
    public void A_change_of_the_key_ends_one_row_and_starts_another()
    {
        SmallLog log = Log().AddRows(BinlogEventType.UpdateRowsV1, 1, [1, 5], [2, 5]);
        Assert.Equal(
            ["DELETE FROM `d`.`t` WHERE `id` = 1;", "INSERT INTO `d`.`t` (`id`, `v`) VALUES (2, 5);"], Fold(log, reverse: false));
        Assert.Equal(
            ["DELETE FROM `d`.`t` WHERE `id` = 2;", "INSERT INTO `d`.`t` (`id`, `v`) VALUES (1, 5);"], Fold(log, reverse: true));
    }

    [Fact]
    public void Rows_go_before_others_change_and_come()
    {
        SmallLog log = Log().AddRows(BinlogEventType.WriteRowsV1, 1, [1, 5]).AddRows(BinlogEventType.UpdateRowsV1, 1, [2, 5], [2, 6])
            .AddRows(BinlogEventType.DeleteRowsV1, 1, [3, 5]);
        Assert.Equal(["DELETE", "UPDATE", "INSERT"], Fold(log, reverse: false).Select(s => s.Split(' ')[0]));
        Assert.Equal(
            ["DELETE FROM `d`.`t` WHERE `id` = 1;", "UPDATE `d`.`t` SET `v` = 5 WHERE `id` = 2;",
                "INSERT INTO `d`.`t` (`id`, `v`) VALUES (3, 5);"],
            Fold(log, reverse: true));
    }

    [Fact]
    public void A_row_that_something_else_changed_in_between_is_refused()
    {
        SmallLog log = Log()
            .AddRows(BinlogEventType.UpdateRowsV1, 1, [1, 5], [1, 6]).AddRows(BinlogEventType.UpdateRowsV1, 1, [1, 9], [1, 7]);
        Assert.Equal("FoldInterrupted", Assert.Throws<RecoveryException>(() => Fold(log, reverse: true)).ErrorId);
    }

    [Fact]
    public void What_something_else_did_to_other_columns_in_between_stays()
    {
        SmallLog log = Wide().AddRows(BinlogEventType.UpdateRowsV1, 1, [1, 5, 50], [1, 6, 50])
            .AddRows(BinlogEventType.UpdateRowsV1, 1, [1, 6, 51], [1, 7, 51]);
        Assert.Equal(["UPDATE `d`.`t` SET `v` = 5 WHERE `id` = 1;"], Fold(log, reverse: true));
        Assert.Equal(["UPDATE `d`.`t` SET `v` = 7 WHERE `id` = 1;"], Fold(log, reverse: false));

        log = Wide().AddRows(BinlogEventType.UpdateRowsV1, 1, [1, 5, 50], [1, 6, 50])
            .AddRows(BinlogEventType.UpdateRowsV1, 1, [1, 6, null], [1, null, null])
            .AddRows(BinlogEventType.DeleteRowsV1, 1, [1, null, 52]);
        Assert.Equal(["INSERT INTO `d`.`t` (`id`, `v`, `w`) VALUES (1, 5, 52);"], Fold(log, reverse: true));
    }

    [Fact]
    public void A_row_that_came_goes_whatever_something_else_did_to_it_in_between()
    {
        SmallLog log = Wide().AddRows(BinlogEventType.WriteRowsV1, 1, [1, 5, 50])
            .AddRows(BinlogEventType.UpdateRowsV1, 1, [1, 9, 51], [1, 7, 51]);
        Assert.Equal(["DELETE FROM `d`.`t` WHERE `id` = 1;"], Fold(log, reverse: true));
        Assert.Equal("FoldInterrupted", Assert.Throws<RecoveryException>(() => Fold(log, reverse: false)).ErrorId);
    }

    [Fact]
    public void A_row_that_something_else_took_away_in_between_is_refused()
    {
        SmallLog log = Wide().AddRows(BinlogEventType.UpdateRowsV1, 1, [1, 5, 50], [1, 6, 50])
            .AddRows(BinlogEventType.WriteRowsV1, 1, [1, 6, 50]);
        Assert.Equal("FoldInterrupted", Assert.Throws<RecoveryException>(() => Fold(log, reverse: true)).ErrorId);
    }

    [Fact]
    public void A_table_without_a_key_is_refused()
    {
        SmallLog log = new SmallLog().AddBegin().AddInts(1, "t", ["id", "v"]).AddRows(BinlogEventType.WriteRowsV1, 1, [1, 5]);
        Assert.Equal("FoldNeedsKey", Assert.Throws<RecoveryException>(() => Fold(log, reverse: true)).ErrorId);
    }

    [Fact]
    public void A_table_that_was_altered_in_between_is_refused()
    {
        SmallLog log = Log().AddRows(BinlogEventType.WriteRowsV1, 1, [1, 5])
            .AddInts(2, "t", ["id", "v", "w"], 0).AddRows(BinlogEventType.WriteRowsV1, 2, [2, 5, 6]);
        Assert.Equal("FoldSchemaChanged", Assert.Throws<RecoveryException>(() => Fold(log, reverse: true)).ErrorId);
    }

    [Fact]
    public void The_same_key_in_two_tables_is_two_rows()
    {
        SmallLog log = Log().AddRows(BinlogEventType.WriteRowsV1, 1, [1, 5])
            .AddInts(2, "u", ["id", "v"], 0).AddRows(BinlogEventType.DeleteRowsV1, 2, [1, 5]);
        Assert.Equal(["DELETE FROM `d`.`u` WHERE `id` = 1;", "INSERT INTO `d`.`t` (`id`, `v`) VALUES (1, 5);"], Fold(log, reverse: false));
    }

    private static SmallLog Wide() => new SmallLog().AddBegin().AddInts(1, "t", ["id", "v", "w"], 0);

    private static SmallLog Log() => new SmallLog().AddBegin().AddInts(1, "t", ["id", "v"], 0);

    private string[] Fold(SmallLog log, bool reverse)
    {
        string path = log.AddCommit().WriteTo(_folder);
        using var scan = new EventScan([LogRange.Whole(path)], EventFilter.All, TestContext.Current.CancellationToken);
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse);
        using var text = new SqlText();
        var form = new SqlForm { Reverse = reverse, Fold = true };
        using var export = new RowSqlExport(index, where: null, form, text, CancellationToken.None);
        while (export.WritePart(CancellationToken.None))
            continue;
        return [.. Encoding.UTF8.GetString(text.Written).Split('\n').Where(s => s.Split(' ')[0] is "INSERT" or "UPDATE" or "DELETE")];
    }
}
