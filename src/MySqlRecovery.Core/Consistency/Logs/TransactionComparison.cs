using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>A transaction as the source and as the replica logged it; null on the side that lacks it.</summary>
internal readonly record struct TransactionPair(LoggedTransaction? Source, LoggedTransaction? Replica);

/// <summary>
/// Brings the transactions of two logs together: by GTID, and where there is none by what they did, when, and whose
/// they are. Both logs are read side by side; a transaction is kept only until the other side has shown it too.
/// </summary>
internal sealed class TransactionComparison(TransactionReader source, TransactionReader replica, CancellationToken stop) : IDisposable
{
    // Before the first transaction that both have, the older log may run for a long time.
    private const int MaximumBeforeWindow = 200_000;

    private readonly UnmatchedTransactions _source = new(), _replica = new();
    private readonly List<TransactionPair> _different = [];
    private readonly List<RecoveryException> _unreadable = [];
    private readonly HashSet<TableName> _applied = [];
    private readonly TransactionRows _sourceRows = new(source.Series, null, stop), _replicaRows = new(replica.Series, null, stop);

    /// <summary>Transactions of the source that the replica's log lacks, in log order, but for those before that log.</summary>
    public IReadOnlyList<LoggedTransaction> SourceOnly { get; private set; } = [];

    /// <summary>The same the other way round.</summary>
    public IReadOnlyList<LoggedTransaction> ReplicaOnly { get; private set; } = [];

    /// <summary>Transactions that both have, with other contents.</summary>
    public IReadOnlyList<TransactionPair> Different => _different;

    /// <summary>What keeps transactions from being compared row by row: their bytes differ.</summary>
    public IReadOnlyList<RecoveryException> Unreadable => _unreadable;

    /// <summary>How many both have.</summary>
    public long MatchedCount { get; private set; }

    /// <summary>Ordinals of the first and the last transaction of the source that the replica has.</summary>
    public (long First, long Last) SourceWindow { get; private set; } = (long.MaxValue, -1);

    /// <summary>Ordinals of the first and the last transaction of the replica that the source has.</summary>
    public (long First, long Last) ReplicaWindow { get; private set; } = (long.MaxValue, -1);

    /// <summary>Whether the replica commits in another order than the source: what it lacks may still be with a worker.</summary>
    public bool IsOutOfOrder { get; private set; }

    /// <summary>When the source's transactions came.</summary>
    public TransactionTimes Times { get; } = new();

    /// <summary>Whether rows of a table are in a transaction that both have.</summary>
    public bool IsApplied(TableName table) => _applied.Contains(table);

    /// <summary>Reads both logs to their ends.</summary>
    /// <exception cref="RecoveryException">A log is missing or damaged.</exception>
    public void Run()
    {
        bool sourceEnds = false, replicaEnds = false;
        uint sourceTime = 0, replicaTime = 0;
        while (!sourceEnds || !replicaEnds)
        {
            stop.ThrowIfCancellationRequested();
            bool readsSource = replicaEnds || (!sourceEnds
                && (sourceTime != replicaTime ? sourceTime < replicaTime : _source.Count <= _replica.Count));
            if (readsSource)
            {
                sourceEnds = !source.Read();
                if (source.Current is { } mine)
                {
                    sourceTime = mine.Timestamp;
                    Times.Add(mine);
                    Offer(mine, isSource: true);
                }
            }
            else
            {
                replicaEnds = !replica.Read();
                if (replica.Current is { } theirs)
                {
                    replicaTime = theirs.Timestamp;
                    Offer(theirs, isSource: false);
                }
            }
        }

        MatchRest();
        SourceOnly = [.. _source.All.Where(t => !WasBefore(replica, t))];
        ReplicaOnly = [.. _replica.All.Where(t => !WasBefore(source, t))];
        _different.Sort((a, b) => a.Source!.Ordinal.CompareTo(b.Source!.Ordinal));
    }

    public void Dispose()
    {
        _sourceRows.Dispose();
        _replicaRows.Dispose();
    }

    private static bool WasBefore(TransactionReader other, LoggedTransaction transaction) =>
        transaction.Gtid is { } gtid && other.Executed.Contains(gtid);

    private void Offer(LoggedTransaction transaction, bool isSource)
    {
        (UnmatchedTransactions own, UnmatchedTransactions other) = isSource ? (_source, _replica) : (_replica, _source);
        if (FindPartner(transaction, other, isSource) is { } partner)
        {
            other.Remove(partner);
            Match(isSource ? new(transaction, partner) : new(partner, transaction));
            return;
        }

        // It is not there because it is older than the other log.
        if (WasBefore(isSource ? replica : source, transaction))
            return;
        own.Add(transaction);
        if (MatchedCount == 0 && own.Count > MaximumBeforeWindow && transaction.Gtid == null)
            own.RemoveFirst();
    }

    private LoggedTransaction? FindPartner(LoggedTransaction transaction, UnmatchedTransactions other, bool isSource)
    {
        if (transaction.Gtid is { } gtid && other.Find(gtid) is { } same)
            return same;
        LoggedTransaction? found = null;
        foreach (LoggedTransaction candidate in other.FindByTime(transaction))
        {
            if (candidate.IsSameGtidKind(transaction) || !candidate.HasSameContent(transaction))
                continue;
            if (candidate.ThreadId == transaction.ThreadId)
                return candidate;
            found ??= candidate;
        }

        if (found != null)
            return found;
        foreach (LoggedTransaction candidate in other.FindByTime(transaction))
        {
            if (!candidate.IsSameGtidKind(transaction) && (candidate.IsPartial || transaction.IsPartial)
                && HasSameRows(isSource ? new(transaction, candidate) : new(candidate, transaction)))
                return candidate;
        }

        return null;
    }

    private void Match(TransactionPair pair)
    {
        (LoggedTransaction mine, LoggedTransaction theirs) = (pair.Source!, pair.Replica!);
        MatchedCount++;
        IsOutOfOrder |= mine.Ordinal < SourceWindow.Last && theirs.Ordinal > ReplicaWindow.Last;
        SourceWindow = (Math.Min(SourceWindow.First, mine.Ordinal), Math.Max(SourceWindow.Last, mine.Ordinal));
        ReplicaWindow = (Math.Min(ReplicaWindow.First, theirs.Ordinal), Math.Max(ReplicaWindow.Last, theirs.Ordinal));
        foreach (TableContent table in theirs.Tables)
            _applied.Add(table.Name);

        // What a replica applies keeps the source's server_id. It may write a statement in its own words, or as rows, and
        // with binlog_format=ROW it does not log temporary tables.
        bool isOwnWording = mine.Statement != null && theirs.ServerId == mine.ServerId
            && (!theirs.IsEmpty || mine.Statement.Contains("TEMPORARY", StringComparison.OrdinalIgnoreCase));
        if (!mine.HasSameContent(theirs) && !isOwnWording && !HasSameRows(pair))
            _different.Add(pair);
    }

    /// <summary>What has no GTID and was not recognized by its bytes: by its values, by its tables, by its kind of statement.</summary>
    private void MatchRest()
    {
        MatchRest((mine, theirs) => HasSameRows(new(mine, theirs)));
        MatchRest((mine, theirs) => mine.Statement == null && IsPartOf(theirs, mine));
        MatchRest((mine, theirs) => mine.Statement != null && IsOtherWording(theirs, mine.Statement));
    }

    private void MatchRest(Func<LoggedTransaction, LoggedTransaction, bool> isSame)
    {
        foreach (LoggedTransaction mine in _source.All.ToArray())
        {
            if (_replica.FindByTime(mine).FirstOrDefault(theirs => !mine.IsSameGtidKind(theirs) && isSame(mine, theirs)) is not { } partner)
                continue;
            _source.Remove(mine);
            _replica.Remove(partner);
            Match(new(mine, partner));

            // CREATE TABLE ... SELECT is one transaction on a source before 8.0.21, and its table and its rows are two on the replica.
            if (mine is { Statement: not null, Tables.Length: > 0 } && partner.Tables.Length == 0
                && _replica.FindByTime(mine).FirstOrDefault(t =>
                    t.Statement == null && t.Ordinal > partner.Ordinal && t.Tables.AsSpan().SequenceEqual(mine.Tables)) is { } rows)
            {
                _replica.Remove(rows);
                ReplicaWindow = (ReplicaWindow.First, Math.Max(ReplicaWindow.Last, rows.Ordinal));
                foreach (TableContent table in rows.Tables)
                    _applied.Add(table.Name);
            }
        }
    }

    // The second and the writer are the same: what is left of it are the tables that came through. The session tells it
    // too where the replica keeps it in its log, as MySQL did up to 5.6.
    private static bool IsPartOf(LoggedTransaction theirs, LoggedTransaction mine)
    {
        bool isSameSession = mine.ThreadId != null && mine.ThreadId == theirs.ThreadId;
        return theirs is { IsEmpty: false, Statement: null } && Array.TrueForAll(theirs.Tables, t => Array.Exists(
            mine.Tables, m => m == t || (isSameSession && m.IsSameTable(t) && m.RowCount >= t.RowCount)));
    }

    // A definition stays a definition; a change may be logged as rows.
    private static bool IsOtherWording(LoggedTransaction theirs, string statement) =>
        LoggedStatement.IsDefinition(statement)
            ? theirs.Statement != null && LoggedStatement.IsDefinition(theirs.Statement) : !theirs.IsEmpty;

    /// <summary>Goes back to both logs: images with other columns, or columns of other types, can say the same.</summary>
    private bool HasSameRows(TransactionPair pair)
    {
        if (!pair.Source!.HasSameShape(pair.Replica!) || pair.Source.RowCount == 0)
            return false;
        try
        {
            return AreRowsSame(pair);
        }
        catch (Exception e)
            when (e is EndOfStreamException or InvalidDataException or FormatException or OverflowException or ArgumentException)
        {
            _unreadable.Add(new RecoveryException(
                "BinlogEventMalformed", RecoveryErrorKind.InvalidData,
                $"a row of the transaction, or of the replica's at {pair.Replica!.LogFile}:{pair.Replica.Position}, "
                    + $"cannot be read: {e.Message}",
                pair.Source.LogFile, pair.Source.Position, inner: e));
            return false;
        }
    }

    private bool AreRowsSame(TransactionPair pair)
    {
        using IEnumerator<LoggedRow> mine = _sourceRows.Read(pair.Source!).GetEnumerator();
        using IEnumerator<LoggedRow> theirs = _replicaRows.Read(pair.Replica!).GetEnumerator();
        while (mine.MoveNext())
        {
            if (!theirs.MoveNext() || !mine.Current.IsSame(theirs.Current))
                return false;
        }

        return !theirs.MoveNext();
    }
}

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
