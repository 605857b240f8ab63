using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>Judges what a comparison found: what is lost and why, what is errant, and what is only not there yet.</summary>
internal sealed class LogVerdict
{
    // replica_checkpoint_group: no worker of MySQL is further behind than its default of 512 transactions.
    private const int MaximumWorkerDelay = 512;

    /// <summary>
    /// From so many lost transactions on, and none applied, a table is taken for filtered where the rules are not known.
    /// Fewer will do where the replica has the transaction, without the table, as MySQL's filters leave it.
    /// </summary>
    private const int FilteredFrom = 3, FilteredInPlaceFrom = 2;

    private readonly LogCheckInput _input;
    private readonly TransactionComparison _comparison;
    private readonly TransactionReader _source, _replica;
    private readonly Dictionary<TableName, int> _differentByTable, _lostByTable;
    private readonly bool _isRelay, _isPromoted;

    /// <param name="input">What is known.</param>
    /// <param name="comparison">What both logs hold.</param>
    /// <param name="source">The source's logs, read to their end.</param>
    /// <param name="replica">The replica's logs, read to their end.</param>
    /// <param name="isRelay">Whether the source's logs were compared with relay logs: then it is about receiving, not applying.</param>
    public LogVerdict(
        LogCheckInput input, TransactionComparison comparison, TransactionReader source, TransactionReader replica, bool isRelay)
    {
        (_input, _comparison, _source, _replica, _isRelay) = (input, comparison, source, replica, isRelay);
        _isPromoted = input.IsDetached || (!isRelay && input.AppliedTo == null
            && comparison.ReplicaOnly.Any(t =>
                t.ServerId == replica.OwnServerId && !t.IsEmpty && t.Ordinal > comparison.ReplicaWindow.Last));
        _differentByTable = Count(comparison.Different.Select(p => p.Source!));
        _lostByTable = Count(comparison.SourceOnly);

        static Dictionary<TableName, int> Count(IEnumerable<LoggedTransaction> transactions) =>
            transactions.SelectMany(t => t.Tables).GroupBy(t => t.Name).ToDictionary(t => t.Key, t => t.Count());
    }

    /// <summary>What keeps the logs from being compared; null if nothing does.</summary>
    public RecoveryException? FindObstacle()
    {
        if (_comparison.MatchedCount > 0 || _comparison.SourceOnly.Count == 0 || _input.ReplicaExecuted != null)
            return null;
        return new RecoveryException(
            "LogsShareNothing", RecoveryErrorKind.InvalidArgument,
            $"no transaction of the source's logs is in the replica's logs, {_comparison.SourceOnly.Count} are in the source's alone",
            _input.ReplicaName,
            recommendedAction: "Give logs of the same time. A replica without log_replica_updates (log_slave_updates) logs nothing of its "
                + "source: give its relay logs and its error log.");
    }

    /// <summary>What the replica did not apply, in the order of the source's logs.</summary>
    public IEnumerable<LostTransaction> FindLost() =>
        _comparison.SourceOnly.Select(OfMissing).OfType<LostTransaction>().Concat(_comparison.Different.SelectMany(OfDifferent))
            .OrderBy(l => l.Transaction.Ordinal);

    /// <summary>What the replica has and the source has not.</summary>
    public IEnumerable<(LoggedTransaction Transaction, FindingConfidence Confidence)> FindErrant()
    {
        if (_isRelay)
            yield break;
        foreach (LoggedTransaction transaction in _comparison.ReplicaOnly)
        {
            bool isOwn = transaction.ServerId == _replica.OwnServerId;
            if ((transaction.Gtid is { } gtid && _input.SourceApplied?.Contains(gtid) == true)
                || (!isOwn && _input.IsOfOtherChannel(transaction)))
                continue;
            if ((transaction.IsEmpty && transaction.Gtid == null)
                || (isOwn ? IsDone(transaction, _source, _input.SourceExecuted) : IsOutside(transaction)))
                continue;
            yield return (transaction, isOwn ? FindingConfidence.Proven : FindingConfidence.Likely);
        }
    }

    private static bool IsDone(LoggedTransaction transaction, TransactionReader reader, GtidSet? executed) =>
        transaction.Gtid is { } gtid && (reader.Declared.Contains(gtid) || executed?.Contains(gtid) == true);

    /// <summary>Whether a transaction that the replica got from elsewhere may be older than the source's logs, or newer than
    /// the copy of them.</summary>
    private bool IsOutside(LoggedTransaction transaction)
    {
        if (IsDone(transaction, _source, _input.SourceExecuted))
            return true;
        bool isNewer = transaction.Ordinal > _comparison.ReplicaWindow.Last && _input.AppliedTo == null
            && transaction.ServerId == _source.OwnServerId;
        bool isOlder = transaction.Ordinal < _comparison.ReplicaWindow.First && _input.SourceExecuted == null
            && !(transaction.Gtid is { } gtid && _source.Executed.KnowsOriginOf(gtid));
        return isNewer || isOlder;
    }

    private LostTransaction? OfMissing(LoggedTransaction transaction)
    {
        if (transaction.IsEmpty && transaction.Gtid == null)
            return null;
        SkippedRange? skip = _input.Skipped.FirstOrDefault(s => s.Contains(transaction));
        if (skip != null)
            return new(FindingType.TransactionSkipped, FindingConfidence.Proven, transaction, skip, null, []);
        bool isDone = IsDone(transaction, _replica, _input.ReplicaExecuted);
        if (!IsDue(transaction, isDone, out FindingConfidence confidence, out string? why))
            return null;
        if (isDone)
            return new(
                FindingType.TransactionSkipped, FindingConfidence.Proven, transaction, null, null,
                ["The replica counts it as executed, but no log of it holds it: it was declared to be (gtid_purged)."]);
        string[] evidence = why == null ? [] : [why];
        if (!_isRelay && FindFilter(transaction.Tables, transaction, isInPlace: false) is { } filter)
            return new(FindingType.TransactionFiltered, filter.Confidence, transaction, null, null, [filter.Text]);
        return new(FindingType.TransactionMissing, confidence, transaction, null, null, evidence);
    }

    /// <summary>Whether the transaction would be there if nothing had gone wrong.</summary>
    private bool IsDue(LoggedTransaction transaction, bool isDone, out FindingConfidence confidence, out string? why)
    {
        confidence = FindingConfidence.Proven;
        why = null;
        if (transaction.Ordinal < _comparison.SourceWindow.First && IsBeforeReplica(transaction, isDone))
            return false;
        if (_input.AppliedTo is { } applied)
        {
            if (!applied.IsBefore(transaction.SourceEnd))
            {
                why = $"The replica says that it has applied everything up to {applied}.";
                return true;
            }

            return false;
        }

        if (transaction.Ordinal > _comparison.SourceWindow.Last)
        {
            confidence = _input.IsDetached ? FindingConfidence.Proven : FindingConfidence.Likely;
            why = _input.IsDetached
                ? "The replica does not replicate from this source any more."
                : "The replica's log goes on with transactions of its own: it was promoted before this one came.";
            return _isPromoted;
        }

        if (_comparison.IsOutOfOrder && _comparison.SourceWindow.Last - transaction.Ordinal < MaximumWorkerDelay)
        {
            confidence = FindingConfidence.Likely;
            why = "The replica commits in another order than the source: a worker may have had it when the logs were copied.";
        }

        return true;
    }

    /// <summary>Whether a transaction before the first common one may have come with the copy of data that the replica began
    /// with.</summary>
    private bool IsBeforeReplica(LoggedTransaction transaction, bool isDone)
    {
        if (transaction.Gtid is not { } gtid)
            return true;
        return isDone || (_input.ReplicaExecuted == null && !_replica.Executed.KnowsOriginOf(gtid));
    }

    private IEnumerable<LostTransaction> OfDifferent(TransactionPair pair)
    {
        (LoggedTransaction mine, LoggedTransaction theirs) = (pair.Source!, pair.Replica!);
        string what = $"The replica's {theirs.LogFile} holds it at {theirs.Position} with {theirs.Describe()}.";
        if (_isRelay || (theirs.ServerId == _replica.OwnServerId && theirs.ServerId != mine.ServerId))
        {
            string[] evidence = _isRelay ? [what]
                : [what, $"It was written there by server {theirs.ServerId}, the replica itself, at {theirs.Time:yyyy-MM-dd HH:mm:ss} UTC, "
                    + $"in place of server {mine.ServerId}'s."];
            yield return new(FindingType.TransactionInjected, FindingConfidence.Proven, mine, null, theirs, evidence);
            yield break;
        }

        TableContent[] left = [.. mine.Tables.Where(m => !Array.Exists(theirs.Tables, t => t == m))];
        foreach (TableContent[] part in left.Length == 0 ? [[]] : left.Select(t => new[] { t }))
        {
            LostTransaction lost = FindFilter(part, mine, isInPlace: true) is { } filter
                ? new(FindingType.TransactionFiltered, filter.Confidence, mine, null, theirs, [what, filter.Text])
                : new(
                    FindingType.TransactionSkipped, FindingConfidence.Likely, mine, null, theirs,
                    [what, "It came through replication: what is not in it was left out when it was applied, as replica_skip_errors and "
                        + "replica_exec_mode=IDEMPOTENT do, or a filter."]);
            yield return lost with { Part = part.Length == 0 ? null : part[0] };
        }
    }

    /// <summary>Whether a filter explains that nothing of these tables, or of a statement's database, was applied.</summary>
    private (FindingConfidence Confidence, string Text)? FindFilter(TableContent[] tables, LoggedTransaction transaction, bool isInPlace)
    {
        if (_input.Filter is { } filter)
        {
            List<string?> rules = [.. tables.Select(t => filter.FindTableRule(t.Database, t.Table))];
            if (tables.Length == 0 && transaction.Statement != null)
                rules.Add(filter.FindRule(transaction.Statement, transaction.StatementDatabase ?? ""));
            if (rules.Count > 0 && rules.TrueForAll(r => r != null))
                return (FindingConfidence.Proven, $"The replica leaves it out: {string.Join("; ", rules.Distinct())}.");

            // What the replica has in part may have been left out by a rule of the past.
            if (!isInPlace)
                return null;
        }

        bool looksFiltered = tables.Length > 0 && Array.TrueForAll(tables, t => !_comparison.IsApplied(t.Name)
            && (_lostByTable.GetValueOrDefault(t.Name) >= FilteredFrom
                || _differentByTable.GetValueOrDefault(t.Name) >= FilteredInPlaceFrom));
        return looksFiltered
            ? (FindingConfidence.Likely, $"Nothing of {string.Join(", ", tables)} is in the replica's logs at all, as with "
                + "replicate_ignore_table and its like.") : null;
    }
}
