using MySqlRecovery.Consistency.Logs;

namespace MySqlRecovery.Model;

/// <summary>What a <see cref="ConsistencyFinding"/> is about.</summary>
public enum FindingType
{
    /// <summary>A server parameter, or a combination, that lets data be lost or drift.</summary>
    Setting,

    /// <summary>Where the replica stands: threads, lag, errors, GTID sets.</summary>
    Position,

    /// <summary>A table, column, key, trigger or event that differs.</summary>
    Schema,

    /// <summary>AUTO_INCREMENT counters that differ, or will hand out the same numbers.</summary>
    AutoIncrement,

    /// <summary>A row of the source that the replica lacks.</summary>
    RowMissing,

    /// <summary>A row of the replica that the source lacks.</summary>
    RowExtra,

    /// <summary>A row that both have, with other contents.</summary>
    RowDifferent,

    /// <summary>A transaction of the source's log that the replica has not applied, for no known reason.</summary>
    TransactionMissing,

    /// <summary>A transaction passed over by SQL_SLAVE_SKIP_COUNTER, SQL_REPLICA_SKIP_COUNTER, a skipped error or a moved position.</summary>
    TransactionSkipped,

    /// <summary>A transaction that the replica holds empty or with other contents under the source's GTID.</summary>
    TransactionInjected,

    /// <summary>A transaction of the replica that the source does not have.</summary>
    TransactionErrant,

    /// <summary>A transaction left out by a replication filter.</summary>
    TransactionFiltered,

    /// <summary>What lost transactions have in common.</summary>
    LossPattern,
}
