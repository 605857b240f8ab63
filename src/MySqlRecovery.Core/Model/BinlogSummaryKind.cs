namespace MySqlRecovery.Model;

/// <summary>What Measure-BinlogEvent sums up by.</summary>
public enum BinlogSummaryKind
{
    /// <summary>One summary a table.</summary>
    Table,

    /// <summary>One summary a transaction, in log order.</summary>
    Transaction,
}
