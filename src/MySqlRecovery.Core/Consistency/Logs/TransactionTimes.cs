namespace MySqlRecovery.Consistency.Logs;

/// <summary>How many transactions there are in each part of a minute, an hour, a day and a week, and of each table.</summary>
internal sealed class TransactionTimes
{
    public long Count { get; private set; }

    public long[] BySecond { get; } = new long[60];

    public long[] ByMinute { get; } = new long[60];

    public long[] ByHour { get; } = new long[24];

    public long[] ByWeekday { get; } = new long[7];

    public Dictionary<string, long> ByTable { get; } = new(StringComparer.Ordinal);

    public void Add(LoggedTransaction transaction)
    {
        Count++;
        DateTime time = transaction.Time;
        BySecond[time.Second]++;
        ByMinute[time.Minute]++;
        ByHour[time.Hour]++;
        ByWeekday[(int)time.DayOfWeek]++;
        foreach (TableContent table in transaction.Tables)
        {
            string name = table.ToString();
            ByTable[name] = ByTable.GetValueOrDefault(name) + 1;
        }
    }
}
