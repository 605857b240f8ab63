namespace MySqlRecovery.Text;

/// <summary>Dates and times as the server prints them.</summary>
internal static class TemporalText
{
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

    internal static int CheckFraction(int microsecond) =>
        microsecond < 1_000_000 ? microsecond : throw new InvalidDataException($"a time with {microsecond} microseconds in a second");

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
