using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Rows;

namespace MySqlRecovery.Text;

/// <summary>
/// Dates and times as the server prints them, from the packed forms of 5.6.4+ (MySQL: mysys/my_time.cc
/// <c>my_datetime_packed_from_binary</c> and siblings; big-endian, offset so that they sort) and the older ones.
/// </summary>
internal static class TemporalText
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

    public static bool IsTemporal(ColumnType type) => type is ColumnType.Date or ColumnType.NewDate or ColumnType.DateTime2
        or ColumnType.Time2 or ColumnType.Timestamp2 or ColumnType.Timestamp or ColumnType.DateTime or ColumnType.Time;

    /// <summary>Writes <c>2026-11-21 20:30:00.123456</c>, <c>2026-11-21</c> or <c>-838:59:59</c>; TIMESTAMP in UTC.</summary>
    [MethodImpl(Jit.Hot)]
    public static void Write(ColumnDefinition column, ReadOnlySpan<byte> value, TextBuffer text)
    {
        TemporalParts parts = Read(column, value);
        if (column.Type is ColumnType.Date or ColumnType.NewDate)
            WriteDate(parts, text);
        else if (column.Type is ColumnType.Time2 or ColumnType.Time)
            WriteTime(parts, column.Scale, text);
        else
            WriteDateTime(parts, column.Scale, text);
    }

    public static void WriteDate(in TemporalParts parts, TextBuffer text)
    {
        text.AppendPadded((uint)parts.Year, 4);
        text.Append((byte)'-');
        text.AppendPadded((uint)parts.Month, 2);
        text.Append((byte)'-');
        text.AppendPadded((uint)parts.Day, 2);
    }

    public static void WriteDateTime(in TemporalParts parts, int scale, TextBuffer text)
    {
        WriteDate(parts, text);
        text.Append((byte)' ');
        WriteTime(parts, scale, text);
    }

    public static void WriteTime(in TemporalParts parts, int scale, TextBuffer text)
    {
        if (parts.IsNegative)
            text.Append((byte)'-');
        text.AppendPadded((uint)parts.Hour, parts.Hour > 99 ? 3 : 2);
        text.Append((byte)':');
        text.AppendPadded((uint)parts.Minute, 2);
        text.Append((byte)':');
        text.AppendPadded((uint)parts.Second, 2);
        if (scale == 0)
            return;
        text.Append((byte)'.');
        int fraction = parts.Microsecond;
        for (int i = scale; i < 6; i++)
            fraction /= 10;
        text.AppendPadded((uint)fraction, scale);
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
        return FromPacked(packed, fraction, false);
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
        int fraction = CheckFraction((int)(packed & (1L << 8 * fractionBytes) - 1) * Scale(fractionBytes));
        return new TemporalParts(
            0, 0, 0, (int)(time >> 12 & 1023), (int)(time >> 6 & 63), (int)(time & 63), fraction, negative);
    }

    private static int ReadFraction(ReadOnlySpan<byte> bytes)
    {
        int fraction = 0;
        foreach (byte b in bytes)
            fraction = fraction << 8 | b;
        return CheckFraction(fraction * Scale(bytes.Length));
    }

    internal static int CheckFraction(int microsecond) =>
        microsecond < 1_000_000 ? microsecond : throw new InvalidDataException($"a time with {microsecond} microseconds in a second");

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

    /// <summary>A packed DATETIME as rows and JSON have it: 17 bits year and month, 5 day, 5 hour, 6 minute, 6 second.</summary>
    internal static TemporalParts FromPacked(long packed, int microsecond, bool negative)
    {
        long date = packed >> 17, time = packed & (1 << 17) - 1;
        long yearMonth = date >> 5;
        if ((ulong)yearMonth / 13 > 9999)
            throw new InvalidDataException($"a date in the year {yearMonth / 13}");
        return new TemporalParts(
            (int)(yearMonth / 13), (int)(yearMonth % 13), (int)(date & 31),
            (int)(time >> 12), (int)(time >> 6 & 63), (int)(time & 63), CheckFraction(microsecond), negative);
    }
}

/// <summary>A date, time or both, valid in the calendar or not (MySQL's MYSQL_TIME).</summary>
internal readonly record struct TemporalParts(
    int Year, int Month, int Day, int Hour, int Minute, int Second, int Microsecond, bool IsNegative)
{
    /// <summary>The same as a DateTime, or null for zero and partial dates and days that the calendar does not have.</summary>
    public DateTime? ToDateTime(DateTimeKind kind)
    {
        if (Year is < 1 or > 9999 || Month is < 1 or > 12 || Day < 1 || Day > DateTime.DaysInMonth(Year, Month)
            || Hour > 23 || Minute > 59 || Second > 59)
            return null;
        return new DateTime(Year, Month, Day, Hour, Minute, Second, kind).AddTicks(Microsecond * 10L);
    }

    /// <summary>The time of day or duration; hours go to 838.</summary>
    public TimeSpan ToTimeSpan()
    {
        var span = new TimeSpan(0, Hour, Minute, Second).Add(TimeSpan.FromTicks(Microsecond * 10L));
        return IsNegative ? -span : span;
    }
}
