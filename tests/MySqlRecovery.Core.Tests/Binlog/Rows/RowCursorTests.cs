using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Rows;

public sealed class RowCursorTests
{
    // INT, VARCHAR(20), SMALLINT, VARCHAR(300), TINYINT and four INT: nine columns, so that there are two null bytes.
    private const string NineColumns = "03 0F 02 0F 01 03 03 03 03";
    private const string NineMetadata = "1400 2C01";

    [Fact]
    public void Rows_are_walked_by_their_lengths()
    {
        Row[] expected = [new(0, 5, 5, "", "00 01000000"), new(5, 10, 10, "", "00 02000000"), new(10, 11, 11, "", "01")];
        Assert.Equal(expected, Walk(BinlogEventType.WriteRows, Map("03"), "01 01", "00 01000000  00 02000000  01"));
    }

    [Fact]
    public void An_update_has_two_images_each_with_its_own_columns()
    {
        Row[] expected = [new(0, 9, 14, "00 01000000 02000000", "00 03000000")];
        Assert.Equal(expected, Walk(BinlogEventType.UpdateRows, Map("03 03"), "02 03 02", "00 01000000 02000000  00 03000000"));
    }

    [Fact]
    public void The_image_of_a_deleted_row_is_the_one_before()
    {
        Row[] expected = [new(0, 5, 5, "00 01000000", "")];
        Assert.Equal(expected, Walk(BinlogEventType.DeleteRows, Map("03"), "01 01", "00 01000000"));
    }

    [Fact]
    public void Null_bits_count_only_the_columns_that_are_present()
    {
        // Columns 2 and 3 of three are there; the second bit belongs to column 3.
        Row[] expected = [new(0, 5, 5, "", "02 05000000"), new(5, 14, 14, "", "00 05000000 06000000")];
        Assert.Equal(expected, Walk(BinlogEventType.WriteRows, Map("03 03 03"), "03 06", "02 05000000  00 05000000 06000000"));
    }

    [Fact]
    public void Lengths_of_one_and_of_two_bytes_stand_before_their_text()
    {
        const string image = "0000 01000000 02 6162 0500 0300 616263 07 01000000 02000000 03000000 04000000";
        Row[] expected = [new(0, 33, 33, "", image)];
        Assert.Equal(expected, Walk(BinlogEventType.WriteRows, Map(NineColumns, NineMetadata), "09 FF01", image));
    }

    [Fact]
    public void What_is_null_takes_no_bytes_whichever_byte_its_bit_is_in()
    {
        // NULL: columns 2, 4 and 9.
        const string image = "0A01 01000000 0500 07 01000000 02000000 03000000";
        Row[] expected = [new(0, 21, 21, "", image)];
        Assert.Equal(expected, Walk(BinlogEventType.WriteRows, Map(NineColumns, NineMetadata), "09 FF01", image));
    }

    [Fact]
    public void A_cursor_comes_back_to_a_row_that_it_has_passed()
    {
        byte[] body = Body("01 01", "00 01000000  00 02000000  00 03000000");
        var cursor = new RowCursor(RowsEvent.Parse(BinlogEventType.WriteRows, body, 1), Map("03"));
        Assert.True(cursor.MoveNext() && cursor.MoveNext());
        RowCursorMark second = cursor.Mark();
        Assert.True(cursor.MoveNext());
        Assert.False(cursor.MoveNext());
        cursor.Return(second);
        Assert.Equal((1, "0002000000"), (cursor.Index, Convert.ToHexString(cursor.After)));
    }

    [Theory]
    [InlineData("03", "", "01 01", "00 010000", "a row image goes beyond")]
    [InlineData("0F", "1400", "01 01", "00 05 6162", "a row image goes beyond")]
    [InlineData("0F", "2C01", "01 01", "00 05", "a row image goes beyond")]
    [InlineData("FC", "04", "01 01", "00 FFFFFF7F 61", "a row image goes beyond")]
    [InlineData("FC", "04", "01 01", "00 FFFFFFFF 61", "a row image goes beyond")]
    [InlineData("03 03", "", "02 03", "01 010000", "a row image goes beyond")]
    [InlineData("03", "", "01 00", "00", "a row image without columns")]
    public void A_row_that_its_event_does_not_hold_is_refused(string types, string metadata, string columns, string rows, string message)
    {
        Exception? failure = Record.Exception(() => Walk(BinlogEventType.WriteRows, Map(types, metadata), columns, rows));
        Assert.StartsWith(message, failure?.Message);
        Assert.True(failure is EndOfStreamException or InvalidDataException, failure!.ToString());
    }

    [Fact]
    public void Values_are_where_their_layout_says()
    {
        // MEDIUMBLOB, INT, TINYINT; the last one is NULL.
        TableMap map = Map("FC 03 01", "03");
        byte[] image = Bytes("04 030000 AABBCC 05000000");
        var ranges = new ValueRange[3];
        map.Layout.Locate(image, ranges);
        Assert.Equal(image.Length, map.Layout.Measure(image));
        Assert.Equal("AABBCC", Convert.ToHexString(ranges[0].Of(image)));
        Assert.Equal("05000000", Convert.ToHexString(ranges[1].Of(image)));
        Assert.Equal([false, false, true], ranges.Select(r => r.IsNull));
    }

    [Fact]
    public void A_layout_of_all_columns_is_the_tables_own_and_one_of_some_is_kept()
    {
        TableMap map = Map("03 03 03");
        Assert.Same(map.Layout, map.LayoutFor([0b111]));
        Assert.Same(map.Layout, map.LayoutFor([0b1111_1111]));
        RowLayout part = map.LayoutFor([0b101]);
        Assert.Equal([0, 2], part.Ordinals);
        Assert.Equal((0, -1, 1, false), (part.IndexOf(0), part.IndexOf(1), part.IndexOf(2), part.IsFull));
        Assert.Same(part, map.LayoutFor([0b101]));
    }

    [Theory]
    [InlineData("0200 02 03", "a row event of 2 columns for a table map of 1")]
    [InlineData("0100 01 01", "extra row info of 1 bytes")]
    public void A_row_event_that_does_not_fit_its_table_is_refused(string head, string message) => Assert.Equal(
        message, Assert.Throws<InvalidDataException>(() => Parse(BinlogEventType.WriteRows, Bytes($"090000000000 0100 {head}"))).Message);

    [Theory]
    [InlineData(BinlogEventType.WriteRowsV1, "090000000000 0100 01 01 00", 10)]
    [InlineData(BinlogEventType.UpdateRowsV1, "090000000000 0100 01 01 01 00", 11)]
    [InlineData(BinlogEventType.WriteRows, "090000000000 0100 0500 AABBCC 01 01 00", 15)]
    [InlineData(BinlogEventType.UpdateRows, "090000000000 0100 0200 01 01 01 00", 13)]
    public void The_rows_start_after_a_head_that_depends_on_version_and_operation(BinlogEventType type, string body, int rows) =>
        Assert.Equal(rows, Parse(type, Bytes(body)).Rows);

    private static RowsEvent.Offsets Parse(BinlogEventType type, byte[] body) => RowsEvent.Parse(type, body, 1).At;

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    private static byte[] Body(string columns, string rows) => Bytes($"090000000000 0100 0200 {columns} {rows}");

    private static TableMap Map(string types, string metadata = "")
    {
        (byte[] type, byte[] meta) = (Bytes(types), Bytes(metadata));
        return TableMap.Parse(
            [.. new byte[EventHeader.Size], 9, 0, 0, 0, 0, 0, 1, 0, 1, (byte)'d', 0, 1, (byte)'t', 0, (byte)type.Length, .. type,
                (byte)meta.Length, .. meta, .. new byte[(type.Length + 7) / 8]]);
    }

    private static Row[] Walk(BinlogEventType type, TableMap map, string columns, string rows)
    {
        var cursor = new RowCursor(RowsEvent.Parse(type, Body(columns, rows), map.Columns.Length), map);
        var found = new List<Row>();
        for (int i = 0; cursor.MoveNext(); i++)
        {
            Assert.Equal(i, cursor.Index);
            found.Add(new Row(cursor.Start, cursor.Middle, cursor.End, Convert.ToHexString(cursor.Before),
                Convert.ToHexString(cursor.After)));
        }

        return [.. found];
    }

    private sealed record Row(int Start, int Middle, int End, string Before, string After)
    {
        public string Before { get; } = Before.Replace(" ", "", StringComparison.Ordinal);

        public string After { get; } = After.Replace(" ", "", StringComparison.Ordinal);
    }
}
