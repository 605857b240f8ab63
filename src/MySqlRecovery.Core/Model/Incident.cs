using System.Globalization;

namespace MySqlRecovery.Model;

/// <summary>Changes that are unusual for their tables, and so may be damage: one transaction, one statement, or a run of transactions
/// of one session.</summary>
// PowerShell makes empty text of null when it brings an object back from remoting; no such property can be empty.
public sealed class Incident
{
    /// <summary>How suspicious it is, 0 to 100; what is below 50 is given on request only.</summary>
    public int Score { get; set; }

    /// <summary>What is unusual, the weightiest first.</summary>
    public string[] Reason { get; set; } = [];

    /// <summary>The server that the log was read from, <c>host:port</c>; null for a file.</summary>
    public string? Server { get; set => field = value is "" ? null : value; }

    /// <summary>Time of the first event, UTC.</summary>
    public DateTime FirstTimestamp { get; set; }

    /// <summary>Time of the last row event, UTC.</summary>
    public DateTime LastTimestamp { get; set; }

    /// <summary>Connection id of the session; null where the log does not say.</summary>
    public uint? ThreadId { get; set; }

    /// <summary>server_id of the server that wrote the changes first.</summary>
    public uint ServerId { get; set; }

    /// <summary>GTIDs of the transactions, as sets; empty for anonymous ones.</summary>
    public string[] Gtid { get; set; } = [];

    /// <summary>The tables, <c>database.table</c>.</summary>
    public string[] Table { get; set; } = [];

    /// <summary>Rows inserted into these tables.</summary>
    public long InsertCount { get; set; }

    /// <summary>Rows updated.</summary>
    public long UpdateCount { get; set; }

    /// <summary>Rows deleted.</summary>
    public long DeleteCount { get; set; }

    /// <summary>Transactions.</summary>
    public long TransactionCount { get; set; }

    /// <summary>Log of the first transaction.</summary>
    public string LogFile { get; set; } = string.Empty;

    /// <summary>Offset of its first event in <see cref="LogFile"/>.</summary>
    public long StartPosition { get; set; }

    /// <summary>Log of the last transaction.</summary>
    public string StopLogFile { get; set; } = string.Empty;

    /// <summary>Offset after the last transaction in <see cref="StopLogFile"/>.</summary>
    public long StopPosition { get; set; }

    /// <summary>The files from the first log to the last; empty for a server's.</summary>
    public string[] LogPath { get; set; } = [];

    /// <summary>The statement: of DDL, or of the first rows where it was logged; null where it was not.</summary>
    public string? Statement { get; set => field = value is "" ? null : value; }

    /// <summary>The command that undoes just this; for DDL, which the log cannot undo, the one that shows it.</summary>
    public string Hint { get; set; } = string.Empty;

    /// <summary>One line: score, what, why.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Score} {string.Join(", ", Table)}: {InsertCount} inserted, {UpdateCount} updated, "
            + $"{DeleteCount} deleted: {string.Join("; ", Reason)}");
}
