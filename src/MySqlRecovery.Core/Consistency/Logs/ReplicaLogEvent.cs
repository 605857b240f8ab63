namespace MySqlRecovery.Consistency.Logs;

/// <summary>What a line of a replica's error log says about its SQL thread.</summary>
internal enum ReplicaLogEvent
{
    /// <summary>The SQL thread starts at a place.</summary>
    Start,

    /// <summary>The SQL thread stopped at a place.</summary>
    Stop,

    /// <summary>SQL_SLAVE_SKIP_COUNTER or SQL_REPLICA_SKIP_COUNTER had it pass over events.</summary>
    Skip,

    /// <summary>An event could not be applied.</summary>
    Error,

    /// <summary>CHANGE MASTER TO, CHANGE REPLICATION SOURCE TO.</summary>
    Change,
}
