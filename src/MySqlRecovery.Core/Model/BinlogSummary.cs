using System.Globalization;

namespace MySqlRecovery.Model;

/// <summary>What happened to one table, in one transaction, session or interval, or by one kind of statement, in the chosen part of
/// the logs.</summary>
// PowerShell makes empty text of null when it brings an object back from remoting; no such property can be empty.
public sealed class BinlogSummary
{
    /// <summary>What is summed up.</summary>
    public BinlogSummaryKind By { get; set; }

    /// <summary>Database of the table; null where it is not a table that is summed up.</summary>
    public string? Database { get; set => field = value is "" ? null : value; }

    /// <summary>The table; else all tables, <c>database.table</c>, separated by commas.</summary>
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

    /// <summary>Transactions; 1 for a transaction.</summary>
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

    /// <summary>Offset after the last row event in <see cref="EndLogFile"/>.</summary>
    public long EndPosition { get; set; }

    /// <summary>The files, from the first to the last with such rows; empty for a server's and for objects of a pipeline.</summary>
    public string[] LogPath { get; set; } = [];

    /// <summary>GTID of a transaction; null for other sums and for anonymous transactions.</summary>
    public string? Gtid { get; set => field = value is "" ? null : value; }

    /// <summary>Connection id of the session; null where it is neither a transaction nor a session that is summed up, and where the
    /// log does not say.</summary>
    public uint? ThreadId { get; set; }

    /// <summary>server_id of the server that wrote a session's changes; null for other sums.</summary>
    public uint? ServerId { get; set; }

    /// <summary>The kind of statement: its text without values; null for other sums and where the log has no statements.</summary>
    public string? Statement { get; set => field = value is "" ? null : value; }

    /// <summary>Start of the interval, UTC, in which the transactions began; null for other sums.</summary>
    public DateTime? IntervalStart { get; set; }

    /// <summary>Its length; null for other sums.</summary>
    public TimeSpan? Interval { get; set; }

    /// <summary>Whether the log holds enough to undo all these rows.</summary>
    public bool IsComplete { get; set; } = true;

    /// <summary>Why rows cannot be undone; empty where all can.</summary>
    public string[] Reason { get; set; } = [];

    private string Subject => By switch
    {
        BinlogSummaryKind.Session => string.Create(CultureInfo.InvariantCulture, $"session {(object?)ThreadId ?? "unknown"}"),
        BinlogSummaryKind.Statement => Statement ?? "statements that were not logged",
        BinlogSummaryKind.Time => string.Create(CultureInfo.InvariantCulture, $"{IntervalStart:u}"),
        _ => Database == null ? Table : $"{Database}.{Table}",
    };

    /// <summary>One line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Subject}: {InsertCount} inserted, {UpdateCount} updated, {DeleteCount} deleted");
}

/// <summary>What Measure-BinlogEvent sums up by.</summary>
public enum BinlogSummaryKind
{
    /// <summary>One summary a table.</summary>
    Table,

    /// <summary>One summary a transaction, in log order.</summary>
    Transaction,

    /// <summary>One summary a session, most rows first.</summary>
    Session,

    /// <summary>One summary a kind of statement, most rows first.</summary>
    Statement,

    /// <summary>One summary an interval of time with changes, by the time at which transactions began.</summary>
    Time,
}
