using System.Globalization;

namespace MySqlRecovery.Model;

/// <summary>What happened to one table, or in one transaction, in the chosen part of the logs.</summary>
// PowerShell makes empty text of null when it brings an object back from remoting; no such property can be empty.
public sealed class BinlogSummary
{
    /// <summary>Database of the table; null for a transaction.</summary>
    public string? Database { get; set => field = value is "" ? null : value; }

    /// <summary>The table; for a transaction all its tables, <c>database.table</c>, separated by commas.</summary>
    public string Table { get; set; } = string.Empty;

    /// <summary>Rows inserted.</summary>
    public long InsertCount { get; set; }

    /// <summary>Rows updated.</summary>
    public long UpdateCount { get; set; }

    /// <summary>Rows deleted.</summary>
    public long DeleteCount { get; set; }

    /// <summary>Rows changed in all.</summary>
    public long RowCount { get; set; }

    /// <summary>Row events.</summary>
    public long EventCount { get; set; }

    /// <summary>Transactions that changed the table; 1 for a transaction.</summary>
    public long TransactionCount { get; set; }

    /// <summary>Bytes of the row events.</summary>
    public long Size { get; set; }

    /// <summary>Time of the first row event, UTC.</summary>
    public DateTime FirstTimestamp { get; set; }

    /// <summary>Time of the last row event, UTC.</summary>
    public DateTime LastTimestamp { get; set; }

    /// <summary>The server that the log was read from, <c>host:port</c>; null for a file.</summary>
    public string? Server { get; set => field = value is "" ? null : value; }

    /// <summary>Log of the first row event.</summary>
    public string LogFile { get; set; } = string.Empty;

    /// <summary>Offset of the first transaction's first event in <see cref="LogFile"/>.</summary>
    public long StartPosition { get; set; }

    /// <summary>Log of the last row event.</summary>
    public string EndLogFile { get; set; } = string.Empty;

    /// <summary>Offset behind the last row event in <see cref="EndLogFile"/>.</summary>
    public long EndPosition { get; set; }

    /// <summary>GTID of a transaction; null for a table and for anonymous transactions.</summary>
    public string? Gtid { get; set => field = value is "" ? null : value; }

    /// <summary>Connection id of a transaction's session; null for a table and where the log does not say.</summary>
    public uint? ThreadId { get; set; }

    /// <summary>Whether the log holds enough to undo all these rows.</summary>
    public bool IsComplete { get; set; } = true;

    /// <summary>Why rows cannot be undone; empty where all can.</summary>
    public string[] Reason { get; set; } = [];

    /// <summary>One line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Database == null ? Table : $"{Database}.{Table}")}: {InsertCount} inserted, {UpdateCount} updated, {DeleteCount} deleted");
}

/// <summary>What Measure-BinlogEvent sums up by.</summary>
public enum BinlogSummaryKind
{
    /// <summary>One summary a table.</summary>
    Table,

    /// <summary>One summary a transaction, in log order.</summary>
    Transaction,
}
