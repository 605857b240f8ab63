namespace MySqlRecovery.Model;

/// <summary>How the transaction of a row change ends in its log.</summary>
public enum TransactionEnd
{
    /// <summary>It cannot be seen: after damage, in a relay log that ends before it does, or in logs made from text.</summary>
    Unknown,

    /// <summary>It was committed.</summary>
    Commit,

    /// <summary>It, or the part of it after a savepoint, was rolled back; only tables without transactions kept the rows.</summary>
    Rollback,

    /// <summary>It is an XA transaction that was prepared: an XA COMMIT or XA ROLLBACK after it decides.</summary>
    Prepare,

    /// <summary>The log ends before the transaction does, as after a crash: the server takes such a transaction back.</summary>
    Missing,
}
