using MySqlRecovery.Gtids;

namespace MySqlRecovery.Changes;

/// <summary>How a transaction starts in its log.</summary>
internal enum IndexedTransactionKind : byte
{
    /// <summary>With BEGIN: MySQL 5.6 with gtid_mode=OFF, and before.</summary>
    Plain,

    /// <summary>With an ANONYMOUS_GTID event.</summary>
    Anonymous,

    /// <summary>With a GTID.</summary>
    Gtid,
}
