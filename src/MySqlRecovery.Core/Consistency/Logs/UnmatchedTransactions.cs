using MySqlRecovery.Gtids;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>
/// The transactions of one side that the other side has not shown yet. There are as many as one server is out of step
/// with the other, and what is lost.
/// </summary>
internal sealed class UnmatchedTransactions
{
    private readonly SortedDictionary<long, LoggedTransaction> _all = [];
    private readonly Dictionary<Gtid, LoggedTransaction> _byGtid = [];
    private readonly Dictionary<(uint Timestamp, uint ServerId), List<LoggedTransaction>> _byTime = [];

    public int Count => _all.Count;

    /// <summary>In log order.</summary>
    public IEnumerable<LoggedTransaction> All => _all.Values;

    public void Add(LoggedTransaction transaction)
    {
        _all.Add(transaction.Ordinal, transaction);
        if (transaction.Gtid is { } gtid)
            _byGtid[gtid] = transaction;
        if (!_byTime.TryGetValue(Key(transaction), out List<LoggedTransaction>? same))
            _byTime.Add(Key(transaction), same = []);
        same.Add(transaction);
    }

    public LoggedTransaction? Find(in Gtid gtid) => _byGtid.GetValueOrDefault(gtid);

    /// <summary>Those of the same server and second as another side's transaction, in log order.</summary>
    public IReadOnlyList<LoggedTransaction> FindByTime(LoggedTransaction other) => _byTime.GetValueOrDefault(Key(other)) ?? [];

    public void Remove(LoggedTransaction transaction)
    {
        _all.Remove(transaction.Ordinal);
        if (transaction.Gtid is { } gtid && _byGtid.TryGetValue(gtid, out LoggedTransaction? known) && known == transaction)
            _byGtid.Remove(gtid);
        List<LoggedTransaction> same = _byTime[Key(transaction)];
        same.Remove(transaction);
        if (same.Count == 0)
            _byTime.Remove(Key(transaction));
    }

    /// <summary>Forgets the oldest.</summary>
    public void RemoveFirst() => Remove(_all.First().Value);

    private static (uint, uint) Key(LoggedTransaction transaction) => (transaction.Timestamp, transaction.ServerId);
}
