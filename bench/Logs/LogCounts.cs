using MySqlRecovery.Model;

namespace MySqlRecovery.Bench.Logs;

/// <summary>What a reader found in a log.</summary>
internal sealed class LogCounts
{
    /// <summary>Events by type byte, those in compressed transactions included.</summary>
    public SortedDictionary<byte, int> Events { get; } = [];

    /// <summary>Rows by operation.</summary>
    public SortedDictionary<RowOperation, int> Rows { get; } = [];

    public string ServerVersion { get; set; } = string.Empty;

    /// <summary>Why the reader stopped before the end; null where it did not.</summary>
    public string? Failure { get; set; }

    public int EventCount => Events.Values.Sum();

    public int RowCount => Rows.Values.Sum();

    public void Count(byte type) => Events[type] = Events.GetValueOrDefault(type) + 1;

    public void Count(RowOperation operation, int rows = 1) => Rows[operation] = Rows.GetValueOrDefault(operation) + rows;

    /// <summary>What <paramref name="other"/> counted differently; empty where all is equal.</summary>
    public string Differences(LogCounts other)
    {
        IEnumerable<string> events = Differences(Events, other.Events, type => ((BinlogEventType)type).ToString());
        return string.Join(", ", events.Concat(Differences(Rows, other.Rows, operation => $"rows of {operation}")));
    }

    private static IEnumerable<string> Differences<T>(IDictionary<T, int> ours, IDictionary<T, int> theirs, Func<T, string> name) =>
        from key in ours.Keys.Union(theirs.Keys).Order()
        let our = ours.TryGetValue(key, out int a) ? a : 0
        let their = theirs.TryGetValue(key, out int b) ? b : 0
        where our != their
        select $"{name(key)} {our} to {their}";
}
