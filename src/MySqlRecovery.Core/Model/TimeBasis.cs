namespace MySqlRecovery.Model;

/// <summary>Which time of a change a range of time goes by.</summary>
public enum TimeBasis
{
    /// <summary>When the statement began on the server that wrote it first, to the second: the time in the header of its event.</summary>
    Event,

    /// <summary>
    /// When the transaction was committed on the server that wrote this log, to the microsecond: on a replica when it committed it
    /// there (immediate_commit_timestamp, MySQL 8.0.1+). A transaction is in the range as a whole or not at all.
    /// </summary>
    Commit,
}
