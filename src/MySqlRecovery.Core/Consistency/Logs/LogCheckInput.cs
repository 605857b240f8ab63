using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Gtids;

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
    public LogPlace? AppliedTo { get; init; }

    /// <summary>gtid_executed of the source, asked after that of the replica; null where it has none.</summary>
    public GtidSet? SourceExecuted { get; init; }

    /// <summary>gtid_executed of the replica, asked before its logs were read.</summary>
    public GtidSet? ReplicaExecuted { get; init; }

    /// <summary>Whether the replica is known not to replicate from the source any more: nothing is in flight then.</summary>
    public bool IsDetached { get; init; }
}
