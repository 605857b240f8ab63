using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Rows;

/// <summary>
/// Dates and times of row images: the packed forms of 5.6.4+ (MySQL: mysys/my_time.cc <c>my_datetime_packed_from_binary</c>
/// and siblings; big-endian, offset so that they sort) and the older ones.
/// </summary>
internal static class TemporalValue
{
    private const long TimeOffset = 0x800000;
    private const long DateTimeOffset = 0x8000000000;

    /// <summary>The value's parts, whatever the column's type; a zero date has all parts 0.</summary>
    public static TemporalParts Read(ColumnDefinition column, ReadOnlySpan<byte> value) => column.Type switch
    {
        ColumnType.Date or ColumnType.NewDate => ReadDate(value),
        ColumnType.DateTime2 => ReadDateTime2(value, column.Scale),
        ColumnType.Time2 => ReadTime2(value, column.Scale),
        ColumnType.Timestamp2 => ReadTimestamp(BinaryPrimitives.ReadUInt32BigEndian(value), ReadFraction(value[4..])),
        ColumnType.Timestamp => ReadTimestamp(BinaryPrimitives.ReadUInt32LittleEndian(value), 0),
        ColumnType.DateTime => ReadOldDateTime(BinaryPrimitives.ReadUInt64LittleEndian(value)),
        ColumnType.Time => ReadOldTime(value),
        _ => throw new InvalidDataException($"{column.Type} is not a temporal type"),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsTemporal(ColumnType type) => type is ColumnType.Date or ColumnType.NewDate or ColumnType.DateTime2
        or ColumnType.Time2 or ColumnType.Timestamp2 or ColumnType.Timestamp or ColumnType.DateTime or ColumnType.Time;

    /// <summary>Writes <c>2026-11-21 20:30:00.123456</c>, <c>2026-11-21</c> or <c>-838:59:59</c>; TIMESTAMP in UTC.</summary>
    [MethodImpl(Jit.Hot)]
    public static void Write(ColumnDefinition column, ReadOnlySpan<byte> value, TextBuffer text)
    {
        TemporalParts parts = Read(column, value);
        if (column.Type is ColumnType.Date or ColumnType.NewDate)
            TemporalText.WriteDate(parts, text);
        else if (column.Type is ColumnType.Time2 or ColumnType.Time)
            TemporalText.WriteTime(parts, column.Scale, text);
        else
            TemporalText.WriteDateTime(parts, column.Scale, text);
    }

    private static TemporalParts ReadDate(ReadOnlySpan<byte> value)
    {
        int packed = value[0] | value[1] << 8 | value[2] << 16;
        return new TemporalParts(packed >> 9, packed >> 5 & 15, packed & 31, 0, 0, 0, 0, false);
    }

    private static TemporalParts ReadDateTime2(ReadOnlySpan<byte> value, int scale)
    {
        long packed = ((long)value[0] << 32 | BinaryPrimitives.ReadUInt32BigEndian(value[1..])) - DateTimeOffset;
        int fraction = scale == 0 ? 0 : ReadFraction(value[5..]);
        if (packed < 0)
            throw new InvalidDataException("a DATETIME below zero");
        return TemporalText.FromPacked(packed, fraction, false);
    }

    private static TemporalParts ReadTime2(ReadOnlySpan<byte> value, int scale)
    {
        // Integer part and fraction form one big-endian number of 3 + (scale + 1) / 2 bytes, offset by half its range.
        int fractionBytes = (scale + 1) / 2;
        long raw = 0;
        foreach (byte b in value)
            raw = raw << 8 | b;
        long packed = raw - (TimeOffset << 8 * fractionBytes);
        bool negative = packed < 0;
        packed = Math.Abs(packed);
        long time = packed >> 8 * fractionBytes;
        int fraction = TemporalText.CheckFraction((int)(packed & (1L << 8 * fractionBytes) - 1) * Scale(fractionBytes));
        return new TemporalParts(
            0, 0, 0, (int)(time >> 12 & 1023), (int)(time >> 6 & 63), (int)(time & 63), fraction, negative);
    }

    private static int ReadFraction(ReadOnlySpan<byte> bytes)
    {
        int fraction = 0;
        foreach (byte b in bytes)
            fraction = fraction << 8 | b;
        return TemporalText.CheckFraction(fraction * Scale(bytes.Length));
    }

    private static int Scale(int fractionBytes) => fractionBytes switch { 1 => 10_000, 2 => 100, _ => 1 };

    private static TemporalParts ReadTimestamp(uint seconds, int fraction)
    {
        if (seconds == 0)
            return new TemporalParts(0, 0, 0, 0, 0, 0, fraction, false);
        DateTime time = DateTime.UnixEpoch.AddSeconds(seconds);
        return new TemporalParts(time.Year, time.Month, time.Day, time.Hour, time.Minute, time.Second, fraction, false);
    }

    // Before 5.6.4: the number YYYYMMDDhhmmss.
    private static TemporalParts ReadOldDateTime(ulong value)
    {
        ulong date = value / 1_000_000, time = value % 1_000_000;
        if (date > 99_991_231)
            throw new InvalidDataException($"a DATETIME of {value}");
        return new TemporalParts(
            (int)(date / 10_000), (int)(date / 100 % 100), (int)(date % 100),
            (int)(time / 10_000), (int)(time / 100 % 100), (int)(time % 100), 0, false);
    }

    // Before 5.6.4: the signed number hhmmss in three little-endian bytes.
    private static TemporalParts ReadOldTime(ReadOnlySpan<byte> value)
    {
        int number = (value[0] | value[1] << 8 | value[2] << 16) << 8 >> 8;
        int time = Math.Abs(number);
        return new TemporalParts(0, 0, 0, time / 10_000, time / 100 % 100, time % 100, 0, number < 0);
    }
}
