using System.Text;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using Xunit;

namespace MySqlRecovery.Core.Tests.Output.Sql;

/// <summary>Statements of rows, forward and as their undo.</summary>
public sealed class RowStatementTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Rows_are_found_by_their_key()
    {
        SmallLog log = Log(key: [0]).AddRows(BinlogEventType.UpdateRowsV1, 1, [1, 5], [1, null]);
        Assert.Equal(["UPDATE `d`.`t` SET `v` = NULL WHERE `id` = 1;"], Write(log, reverse: false));
        Assert.Equal(["UPDATE `d`.`t` SET `v` = 5 WHERE `id` = 1;"], Write(log, reverse: true));
    }

    [Fact]
    public void Rows_without_a_key_are_found_by_all_they_hold_and_one_at_a_time()
    {
        SmallLog log = Log().AddRows(BinlogEventType.DeleteRowsV1, 1, [1, null]);
        Assert.Equal(["DELETE FROM `d`.`t` WHERE `id` = 1 AND `v` IS NULL LIMIT 1;"], Write(log, reverse: false));
        Assert.Equal(["INSERT INTO `d`.`t` (`id`, `v`) VALUES (1, NULL);"], Write(log, reverse: true));
    }

    [Fact]
    public void A_change_of_the_key_finds_the_row_by_the_key_that_it_has()
    {
        SmallLog log = Log(key: [0]).AddRows(BinlogEventType.UpdateRowsV1, 1, [1, 5], [2, 5]);
        Assert.Equal(["UPDATE `d`.`t` SET `id` = 2 WHERE `id` = 1;"], Write(log, reverse: false));
        Assert.Equal(["UPDATE `d`.`t` SET `id` = 1 WHERE `id` = 2;"], Write(log, reverse: true));
    }

    [Fact]
    public void An_update_that_changes_nothing_is_no_statement() =>
        Assert.Empty(Write(Log(key: [0]).AddRows(BinlogEventType.UpdateRowsV1, 1, [1, 5], [1, 5]), reverse: true));

    [Fact]
    public void An_undo_starts_with_the_last_row()
    {
        SmallLog log = Log(key: [0]).AddRows(BinlogEventType.WriteRowsV1, 1, [1, 5], [2, 5]);
        log.AddRows(BinlogEventType.DeleteRowsV1, 1, [1, 5]);
        Assert.Equal(
            ["INSERT INTO `d`.`t` (`id`, `v`) VALUES (1, 5);", "DELETE FROM `d`.`t` WHERE `id` = 2;",
                "DELETE FROM `d`.`t` WHERE `id` = 1;"],
            Write(log, reverse: true));
    }

    [Fact]
    public void Chosen_columns_alone_are_set()
    {
        SmallLog log = new SmallLog().AddBegin().AddInts(1, "t", ["id", "v", "w"], 0);
        log.AddRows(BinlogEventType.UpdateRowsV1, 1, [1, 5, 6], [1, 7, 8]);
        Assert.Equal(["UPDATE `d`.`t` SET `w` = 6 WHERE `id` = 1;"], Write(log, new SqlForm { Reverse = true, Columns = ["W"] }));
    }

    [Fact]
    public void Rows_of_one_statement_share_it_up_to_the_size_asked_for()
    {
        SmallLog log = Log(key: [0]).AddRows(BinlogEventType.WriteRowsV1, 1, [1, 5], [2, 6], [3, 7]);
        Assert.Equal(
            ["INSERT INTO `d`.`t` (`id`, `v`) VALUES (1, 5), (2, 6);", "INSERT INTO `d`.`t` (`id`, `v`) VALUES (3, 7);"],
            Write(log, new SqlForm { BatchSize = 2 }));
        Assert.Equal(
            ["DELETE FROM `d`.`t` WHERE `id` IN (3, 2);", "DELETE FROM `d`.`t` WHERE `id` IN (1);"],
            Write(log, new SqlForm { BatchSize = 2, Reverse = true }));
    }

    private static SmallLog Log(params byte[] key) => new SmallLog().AddBegin().AddInts(1, "t", ["id", "v"], key);

    private string[] Write(SmallLog log, bool reverse) => Write(log, new SqlForm { Reverse = reverse });

    private string[] Write(SmallLog log, SqlForm form)
    {
        // The log is written to more than once: each ends the transaction in a file of its own.
        string path = Path.Combine(_folder, "binlog.000001");
        byte[] end = [.. new SmallLog().AddCommit().Bytes[^27..]];
        byte[] bytes = [.. log.Bytes, .. end];
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 27 + 13), bytes.Length);
        File.WriteAllBytes(path, bytes);
        using var scan = new EventScan([LogRange.Whole(path)], EventFilter.All, TestContext.Current.CancellationToken);
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, form.Reverse);
        using var text = new SqlText();
        using var export = new RowSqlExport(index, where: null, form, text, CancellationToken.None);
        while (export.WritePart(CancellationToken.None))
            continue;
        return [.. Encoding.UTF8.GetString(text.Written).Split('\n').Where(s => s.Split(' ')[0] is "INSERT" or "UPDATE" or "DELETE")];
    }
}
