namespace MySqlRecovery.Model;

/// <summary>What a comparison of source and replica looks at.</summary>
public enum ConsistencyCheckKind
{
    /// <summary>The parameters of each server.</summary>
    Setting,

    /// <summary>Where the replica stands.</summary>
    Position,

    /// <summary>The definitions of tables, triggers and events, and AUTO_INCREMENT counters.</summary>
    Schema,

    /// <summary>The transactions in the logs.</summary>
    Log,

    /// <summary>The rows.</summary>
    Data,
}
