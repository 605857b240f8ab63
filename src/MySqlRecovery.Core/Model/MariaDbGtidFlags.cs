namespace MySqlRecovery.Model;

/// <summary>
/// What a GTID event of MariaDB says of its transaction: flags2 in the low byte, the extra flags of 10.3 and later in the
/// high one (MariaDB: sql/log_event.h <c>Gtid_log_event</c>).
/// </summary>
[Flags]
public enum MariaDbGtidFlags : ushort
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>FL_STANDALONE: one statement, without BEGIN and COMMIT.</summary>
    Standalone = 0x1,

    /// <summary>FL_GROUP_COMMIT_ID: committed together with others.</summary>
    GroupCommit = 0x2,

    /// <summary>FL_TRANSACTIONAL: it can be rolled back.</summary>
    Transactional = 0x4,

    /// <summary>FL_ALLOW_PARALLEL: a replica may run it beside others.</summary>
    AllowParallel = 0x8,

    /// <summary>FL_WAITED: it waited for a row lock.</summary>
    Waited = 0x10,

    /// <summary>FL_DDL: it changes definitions.</summary>
    Ddl = 0x20,

    /// <summary>FL_PREPARED_XA: XA PREPARE.</summary>
    PreparedXa = 0x40,

    /// <summary>FL_COMPLETED_XA: XA COMMIT or XA ROLLBACK.</summary>
    CompletedXa = 0x80,

    /// <summary>FL_EXTRA_MULTI_ENGINE_E1: several storage engines take part.</summary>
    MultipleEngines = 0x100,

    /// <summary>FL_START_ALTER_E1: an ALTER TABLE starts, whose end is another transaction (10.8+, binlog_alter_two_phase).</summary>
    StartAlter = 0x200,

    /// <summary>FL_COMMIT_ALTER_E1: an ALTER TABLE that was started is done.</summary>
    CommitAlter = 0x400,

    /// <summary>FL_ROLLBACK_ALTER_E1: an ALTER TABLE that was started has failed.</summary>
    RollbackAlter = 0x800,

    /// <summary>FL_EXTRA_THREAD_ID: the event says which session ran it (11.5+).</summary>
    ThreadId = 0x1000,
}
