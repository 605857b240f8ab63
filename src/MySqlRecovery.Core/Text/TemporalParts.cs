namespace MySqlRecovery.Text;

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
