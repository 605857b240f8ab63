using System.Globalization;

namespace MySqlRecovery.Model;

/// <summary>What an undo binlog holds, and what it could not hold.</summary>
// PowerShell makes empty text of null when it brings an object back from remoting; no such property can be empty.
public sealed class UndoBinlog
{
    /// <summary>The binlog that was written.</summary>
    public string Path { get; set; } = string.Empty;

    /// <summary>The server whose logs they are, <c>host:port</c>; null for files.</summary>
    public string? Server { get; set => field = value is "" ? null : value; }

    /// <summary>The logs that the undone changes come from.</summary>
    public string[] File { get; set; } = [];

    /// <summary>Transactions undone, each by a transaction of its own.</summary>
    public int TransactionCount { get; set; }

    /// <summary>Rows undone.</summary>
    public long RowCount { get; set; }

    /// <summary>Tables with undone rows, <c>database.table</c>.</summary>
    public string[] Table { get; set; } = [];

    /// <summary>GTIDs of the undo's own transactions, as a set; null where they are anonymous.</summary>
    public string? GtidSet { get; set => field = value is "" ? null : value; }

    /// <summary>Bytes of the binlog.</summary>
    public long Size { get; set; }

    /// <summary>Whether everything in the chosen range is undone; if not, <see cref="Reason"/> says what is missing.</summary>
    public bool IsComplete { get; set; }

    /// <summary>What could not be undone, one line each; empty where all could.</summary>
    public string[] Reason { get; set; } = [];

    /// <summary>
    /// Rows of the undo that other changes, which stay, have changed again later, one line each: what those did to them is
    /// overwritten; and rows that foreign keys tie to those of the undo, where definitions tell of them. Looked for in the files
    /// given; empty where there are none; null for an undo of objects from the pipeline, for which nothing was looked at.
    /// </summary>
    public string[]? LaterChange { get; set; } = [];

    /// <summary>
    /// Row changes that were left out, because other changes, which stay, have changed the rows again later: those are as the others
    /// left them. 0 where that was not asked for.
    /// </summary>
    public long ExcludedRowCount { get; set; }

    /// <summary>The rows that were left out, each by the first of the changes that stay; empty where that was not asked for.</summary>
    public LaterChange[] Excluded { get; set; } = [];

    /// <summary>Whether the written file was read back: checksums, positions, transaction lengths and row counts are right.</summary>
    public bool IsVerified { get; set; }

    /// <summary>One line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Path}: {RowCount} rows in {TransactionCount} "
            + $"transactions{(IsComplete ? string.Empty : ", incomplete")}");
}
