using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>What is known for a comparison of logs; what is null is not known.</summary>
internal sealed record LogCheckInput
{
    /// <summary>The binlogs of the source.</summary>
    public LogSeries? Source { get; init; }

    /// <summary>The relay logs of the replica.</summary>
    public LogSeries? Relay { get; init; }

    /// <summary>The binlogs of the replica.</summary>
    public LogSeries? Replica { get; init; }

    /// <summary>Whether the replica logs what it applies (log_replica_updates).</summary>
    public bool LogsUpdates { get; init; } = true;

    /// <summary>How findings name the replica.</summary>
    public required string ReplicaName { get; init; }

    /// <summary>Findings of transactions that touch one of these tables only; all where it is null.</summary>
    public TableFilter? Tables { get; init; }

    /// <summary>What the replica's error log says was passed over.</summary>
    public IReadOnlyList<SkippedRange> Skipped { get; init; } = [];

    /// <summary>What the replica is told to leave out.</summary>
    public ReplicationFilter? Filter { get; init; }

    /// <summary>
    /// The place in the source's logs up to which the replica had applied everything before its binlogs were read. Where
    /// it is not known, the last transaction of the source in the replica's logs tells.
    /// </summary>
    public LogPosition? AppliedTo { get; init; }

    /// <summary>gtid_executed of the source, asked after that of the replica; null where it has none.</summary>
    public GtidSet? SourceExecuted { get; init; }

    /// <summary>gtid_executed of the replica, asked before its logs were read.</summary>
    public GtidSet? ReplicaExecuted { get; init; }

    /// <summary>What the source, where it is MariaDB, has logged or applied, also what it applied before it was the source.</summary>
    public GtidSet? SourceApplied { get; init; }

    /// <summary>Whether a transaction came to the replica by another channel than the source's.</summary>
    public Func<LoggedTransaction, bool> IsOfOtherChannel { get; init; } = _ => false;

    /// <summary>Whether the replica is known not to replicate from the source any more: nothing is in flight then.</summary>
    public bool IsDetached { get; init; }
}

/// <summary>
/// Compares the transactions in the logs of a source and a replica: which are lost, skipped, injected, errant or filtered,
/// and what the lost ones have in common. Only what both sides' logs cover is compared: what was purged, and what may
/// still be under way at the end, is no finding.
/// </summary>
internal sealed class LogCheck(LogCheckInput input) : IConsistencyCheck
{
    // Damage of one kind is all over a log.
    private const int MaximumErrors = 10;

    /// <summary>The transactions of the findings, with the rows that they would have changed.</summary>
    public NotAppliedRows NotApplied { get; } = new();

    public IEnumerable<ConsistencyFinding> Run(Action<RecoveryException> onError, CancellationToken token)
    {
        LogSeries? source = input.Source ?? input.Relay;
        if (source == null)
            return FindSkips(null, token);
        bool isRelay = input.Source == null;
        if (input.Replica != null && input.LogsUpdates)
            return Compare(source, isRelay, input.Replica, false, onError, token);
        if (!isRelay && input.Relay != null)
            return Compare(source, false, input.Relay, true, onError, token);
        return FindSkips(source, token);
    }

    private IEnumerable<ConsistencyFinding> Compare(
        LogSeries source, bool isSourceRelay, LogSeries replica, bool isReplicaRelay, Action<RecoveryException> onError,
        CancellationToken token)
    {
        using var mine = new TransactionReader(source, isSourceRelay, token);
        using var theirs = new TransactionReader(replica, isReplicaRelay, token);
        using var comparison = new TransactionComparison(mine, theirs, token);
        comparison.Run();
        foreach (RecoveryException unreadable in comparison.Unreadable.Take(MaximumErrors))
            onError(unreadable);
        var verdict = new LogVerdict(input, comparison, mine, theirs, isReplicaRelay);
        if (verdict.FindObstacle() is { } obstacle)
        {
            onError(obstacle);
            yield break;
        }

        LostTransaction[] lost = [.. verdict.FindLost().Where(l => IsWanted(l.Transaction))];
        var relay = new RelayLogs(input.Relay == null || isSourceRelay || isReplicaRelay ? null : input.Relay);
        relay.Find(lost.Select(l => l.Transaction), token);
        var findings = new LogFindings(input.ReplicaName, relay);
        var losses = new List<LossCase>();
        foreach (LostTransaction item in lost)
        {
            ConsistencyFinding finding = findings.OfLost(item);
            NotApplied.Add(finding, source, item.Transaction);
            if (item.Type is FindingType.TransactionMissing or FindingType.TransactionSkipped or FindingType.TransactionInjected)
                losses.Add(
                    new LossCase(
                        item.Transaction, item.Skip, isSourceRelay
                        ? item.Transaction.IsFirstInLog : relay.IsFirst(item.Transaction) ?? IsFirst(item.Skip)));
            yield return finding;
        }

        foreach ((LoggedTransaction transaction, FindingConfidence confidence) in verdict.FindErrant())
        {
            if (!IsWanted(transaction))
                continue;
            ConsistencyFinding finding = findings.OfErrant(transaction, confidence, theirs.OwnServerId);
            NotApplied.Add(finding, replica, transaction);
            yield return finding;
        }

        if (Pattern(losses, comparison.Times, isSourceRelay ? source.Logs.Count : relay.LogCount) is { } pattern)
            yield return pattern;
    }

    /// <summary>Without logs of the replica its error log is all that there is; the source's logs say what was in the ranges.</summary>
    private IEnumerable<ConsistencyFinding> FindSkips(LogSeries? source, CancellationToken token)
    {
        var findings = new LogFindings(input.ReplicaName, new RelayLogs(null));
        var times = new TransactionTimes();
        var losses = new List<LossCase>();
        var found = new HashSet<SkippedRange>();
        if (source != null)
        {
            using var reader = new TransactionReader(source, isRelay: input.Source == null, token);
            while (reader.Read())
            {
                LoggedTransaction transaction = reader.Current!;
                times.Add(transaction);
                if (input.Skipped.FirstOrDefault(s => s.Contains(transaction)) is not { } skip)
                    continue;
                found.Add(skip);
                if (!IsWanted(transaction))
                    continue;
                losses.Add(new LossCase(transaction, skip, IsFirst(skip)));
                ConsistencyFinding finding = findings.OfLost(
                    new(FindingType.TransactionSkipped, FindingConfidence.Proven, transaction, skip, null, []));
                NotApplied.Add(finding, source, transaction);
                yield return finding;
            }
        }

        foreach (SkippedRange range in input.Skipped.Where(s => s.IsByCounter && !found.Contains(s)))
        {
            losses.Add(new LossCase(null, range, IsFirst(range)));
            yield return findings.OfRange(range);
        }

        if (Pattern(losses, times, 0) is { } pattern)
            yield return pattern;
        if (input.Replica == null)
            yield break;

        // A replica that does not log what it applies logs what was written on it itself.
        using var own = new TransactionReader(input.Replica, isRelay: false, token);
        while (own.Read())
        {
            LoggedTransaction transaction = own.Current!;
            if (transaction.IsEmpty || transaction.ServerId != own.OwnServerId || !IsWanted(transaction))
                continue;
            ConsistencyFinding finding = findings.OfErrant(transaction, FindingConfidence.Likely, own.OwnServerId);
            NotApplied.Add(finding, input.Replica, transaction);
            yield return finding;
        }
    }

    private bool IsWanted(LoggedTransaction transaction)
    {
        if (input.Tables is not { } tables)
            return true;
        return transaction.Tables.Length > 0
            ? Array.Exists(transaction.Tables, t => tables.IsMatch(t.Database, t.Table))
            : transaction.Statement != null && tables.IsDatabaseMatch(transaction.StatementDatabase ?? "")
                && tables.MayName(transaction.Statement);
    }

    private static bool? IsFirst(SkippedRange? skip) => skip is { IsByCounter: true } ? skip.IsFirstInRelayLog : null;

    private ConsistencyFinding? Pattern(List<LossCase> losses, TransactionTimes times, long relayLogCount)
    {
        List<string> facts = new LossPattern(times, relayLogCount).Find(losses);
        return facts.Count == 0 ? null : new ConsistencyFinding
        {
            Type = FindingType.LossPattern,
            Severity = FindingSeverity.Warning,
            Confidence = FindingConfidence.Likely,
            Server = input.ReplicaName,
            Evidence = [.. facts],
            Recommendation = losses.Exists(l => l.Skip is { IsByCounter: true })
                ? "Look for a job or a script that sets the skip counter, and end it: a skipped transaction is lost."
                : "Look for what happens on the replica, or between the servers, at these times and places.",
        };
    }
}
