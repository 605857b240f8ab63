using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.IO;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Rows;

public sealed class TemporalValueTests
{
    [Theory]
    [InlineData((byte)ColumnType.Date, 0, "5DD00F", "2024-02-29")]
    [InlineData((byte)ColumnType.Date, 0, "000000", "0000-00-00")]
    [InlineData((byte)ColumnType.Time2, 0, "800000", "00:00:00")]
    [InlineData((byte)ColumnType.Time2, 0, "7FFFFF", "-00:00:01")]
    [InlineData((byte)ColumnType.Time2, 2, "7FFFFFFF", "-00:00:00.01")]
    [InlineData((byte)ColumnType.Time2, 6, "7FFFFFFFFFFF", "-00:00:00.000001")]
    [InlineData((byte)ColumnType.Time2, 1, "8000010A", "00:00:01.1")]
    [InlineData((byte)ColumnType.Time2, 0, "B46EFB", "838:59:59")]
    [InlineData((byte)ColumnType.DateTime2, 0, "8000000000", "0000-00-00 00:00:00")]
    [InlineData((byte)ColumnType.DateTime2, 3, "99B2BA10830028", "2024-02-29 01:02:03.004")]
    [InlineData((byte)ColumnType.Timestamp2, 0, "00000000", "0000-00-00 00:00:00")]
    [InlineData((byte)ColumnType.Timestamp2, 6, "7FFFFFFF0F423F", "2038-01-19 03:14:07.999999")]
    [InlineData((byte)ColumnType.Timestamp2, 0, "FFFFFFFF", "2106-02-07 06:28:15")]
    public void A_value_is_written_as_the_server_prints_it(byte type, int scale, string hex, string expected)
    {
        using var text = new TextBuffer();
        TemporalValue.Write(Column((ColumnType)type, scale), Convert.FromHexString(hex), text);
        Assert.Equal(expected, text.ToString());
    }

    [Fact]
    public void A_datetime_below_zero_is_refused() =>
        Assert.Throws<InvalidDataException>(() => TemporalValue.Read(Column(ColumnType.DateTime2, 0), Convert.FromHexString("7FFFFFFFFF")));

    [Fact]
    public void Whatever_the_bytes_a_value_is_an_object_or_refused()
    {
        var random = new Random(5);
        ColumnType[] types = [ColumnType.Date, ColumnType.Time, ColumnType.DateTime, ColumnType.Timestamp, ColumnType.Time2,
            ColumnType.DateTime2, ColumnType.Timestamp2];
        for (int i = 0; i < 20_000; i++)
        {
            var meta = new ByteCursor([(byte)random.Next(7)]);
            ColumnDefinition column = ColumnDefinitionParser.Parse(types[random.Next(types.Length)], ref meta, true);
            var bytes = new byte[column.FixedLength];
            random.NextBytes(bytes);
            if (Record.Exception(() => ColumnValue.Decode(column, bytes)) is { } failure)
                Assert.IsType<InvalidDataException>(failure);
        }
    }

    private static ColumnDefinition Column(ColumnType type, int scale) =>
        new() { Type = type, PrefixLength = 0, FixedLength = 0, Scale = scale };
}
