using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Rows;

public sealed class DamagedTimeTests
{
    private static readonly ColumnDefinition Microseconds =
        new() { Type = ColumnType.DateTime2, FixedLength = 8, PrefixLength = 0, Scale = 6, IsNullable = false };

    [Fact]
    public void The_last_microsecond_of_the_calendar_is_read()
    {
        Assert.Equal(new DateTime(9999, 12, 31, 23, 59, 59).AddTicks(9_999_990), ColumnValue.Decode(Microseconds, LastSecond(999_999)));
    }

    [Fact]
    public void More_than_a_second_of_microseconds_is_no_time()
    {
        using var text = new TextBuffer();

        Assert.Throws<InvalidDataException>(() => ColumnValue.Decode(Microseconds, LastSecond(1_000_000)));
        Assert.Throws<InvalidDataException>(() => TemporalValue.Write(Microseconds, LastSecond(0xFFFFFF), text));
    }

    private static byte[] LastSecond(int microsecond)
    {
        long packed = 0x8000000000 + ((9999L * 13 + 12 << 5 | 31) << 17 | 23 << 12 | 59 << 6 | 59);
        return
        [
            (byte)(packed >> 32), (byte)(packed >> 24), (byte)(packed >> 16), (byte)(packed >> 8), (byte)packed,
            (byte)(microsecond >> 16), (byte)(microsecond >> 8), (byte)microsecond,
        ];
    }
}
