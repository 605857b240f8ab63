using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Changes;

public sealed class RowsReverserTests
{
    // Table id 9, flags, database d, table t, two columns INT, no metadata, both nullable.
    private static readonly TableMap Map =
        TableMap.Parse([.. new byte[EventHeader.Size], 9, 0, 0, 0, 0, 0, 1, 0, 1, (byte)'d', 0, 1, (byte)'t', 0, 2, 3, 3, 0, 3]);

    [Fact]
    public void An_update_swaps_images_bitmaps_and_partitions_and_turns_the_rows_round()
    {
        // Before images have both columns, after images the second only.
        byte[] body = Body("0100 0700 01 AABB CCDD", "02 03 02", "00 01000000 02000000  00 03000000", "00 04000000 05000000  00 06000000");
        byte[] undone = Reverse(BinlogEventType.UpdateRows, body, true);
        Assert.Equal(Body("0100 0700 01 CCDD AABB", "02 02 03", "00 06000000  00 04000000 05000000", "00 03000000  00 01000000 02000000"),
            undone);
        Assert.Equal(body, Reverse(BinlogEventType.UpdateRows, undone, true));
    }

    [Fact]
    public void An_insert_keeps_its_partition()
    {
        byte[] body = Body("0100 0500 01 AABB", "02 03", "00 01000000 02000000", "03");
        Assert.Equal(Body("0100 0500 01 AABB", "02 03", "03", "00 01000000 02000000"), Reverse(BinlogEventType.WriteRows, body, true));
    }

    [Fact]
    public void Info_of_another_storage_engine_stays_and_what_is_unknown_ends_it()
    {
        byte[] body = Body("0100 0B00 00 03 0000 01 AABB CCDD", "02 03 03", "03 03");
        Assert.Equal(Body("0100 0B00 00 03 0000 01 CCDD AABB", "02 03 03", "03 03"), Reverse(BinlogEventType.UpdateRows, body, true));
        byte[] unknown = Body("0100 0800 7F AABB CCDD EE", "02 03 03", "03 03");
        Assert.Equal(unknown, Reverse(BinlogEventType.UpdateRows, unknown, true));
    }

    [Theory]
    [InlineData(true, "1300")]
    [InlineData(false, "1200")]
    public void The_end_of_the_statement_is_where_the_undo_has_it(bool ends, string flags)
    {
        byte[] undone = Reverse(BinlogEventType.DeleteRows, Body("1300 0200", "02 03", "03"), ends);
        Assert.Equal(Body(flags + "0200", "02 03", "03"), undone);
    }

    [Theory]
    [InlineData("02 03", "00 01000000")]
    [InlineData("02 00", "00")]
    [InlineData("03 03", "03")]
    public void Rows_that_do_not_fit_are_refused(string columns, string rows)
    {
        Exception? failure = Record.Exception(() => Reverse(BinlogEventType.WriteRows, Body("0100 0200", columns, rows), true));
        Assert.True(failure is EndOfStreamException or InvalidDataException, failure?.ToString());
    }

    [Theory]
    [InlineData(BinlogEventType.WriteRows, true, "0000", "0100")]
    [InlineData(BinlogEventType.WriteRows, true, "1000", "1300")]
    [InlineData(BinlogEventType.DeleteRows, true, "1200", "1300")]
    public void Nothing_cascades_from_an_undo_whose_log_has_the_rows_of_the_cascade(
        BinlogEventType type, bool isOfSeveral, string flags, string undone) => AssertFlags(type, isOfSeveral, flags, undone);

    [Theory]
    [InlineData(BinlogEventType.DeleteRows, true, "1000", "1100")]
    [InlineData(BinlogEventType.DeleteRows, false, "1000", "1100")]
    [InlineData(BinlogEventType.WriteRows, false, "1000", "1100")]
    [InlineData(BinlogEventType.WriteRows, false, "1200", "1300")]
    public void What_no_cascade_changed_is_checked_as_it_was(BinlogEventType type, bool isOfSeveral, string flags, string undone) =>
        AssertFlags(type, isOfSeveral, flags, undone);

    private static void AssertFlags(BinlogEventType type, bool isOfSeveral, string flags, string undone)
    {
        StatementPart part = isOfSeveral ? StatementPart.End | StatementPart.OfSeveral : StatementPart.End;
        Assert.Equal(Body(undone + "0200", "02 03", "03"), Reverse(type, Body(flags + "0200", "02 03", "03"), part));
    }

    private static byte[] Body(params string[] parts) => Convert.FromHexString(("090000000000" + string.Concat(parts)).Replace(" ", ""));

    private static byte[] Reverse(BinlogEventType type, byte[] body, bool endsStatement) =>
        Reverse(type, body, endsStatement ? StatementPart.End : StatementPart.None);

    private static byte[] Reverse(BinlogEventType type, byte[] body, StatementPart part)
    {
        RowsEvent rows = RowsEvent.Parse(type, body, Map.Columns.Length);
        var result = new byte[rows.At.Rows + rows.Rows.Length];
        RowsReverser.Write(rows, Map, null, part, result);
        return result;
    }
}
