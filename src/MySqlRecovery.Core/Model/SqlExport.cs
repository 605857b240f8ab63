using System.Globalization;

namespace MySqlRecovery.Model;

/// <summary>What a file of row changes as SQL holds, and what it could not hold.</summary>
public sealed class SqlExport
{
    /// <summary>The file that was written.</summary>
    public string Path { get; set; } = string.Empty;

    /// <summary>The server whose logs they are, <c>host:port</c>; null for files.</summary>
    public string? Server { get; set => field = value is "" ? null : value; }

    /// <summary>The logs that the changes come from.</summary>
    public string[] File { get; set; } = [];

    /// <summary>Whether the file undoes the changes.</summary>
    public bool IsReverse { get; set; }

    /// <summary>Transactions, each as one of its own.</summary>
    public int TransactionCount { get; set; }

    /// <summary>Changed rows.</summary>
    public long RowCount { get; set; }

    /// <summary>INSERT, UPDATE and DELETE statements; an update that changed nothing has none.</summary>
    public long StatementCount { get; set; }

    /// <summary>Tables, <c>database.table</c>.</summary>
    public string[] Table { get; set; } = [];

    /// <summary>Whether everything in the chosen range is in the file; if not, <see cref="Reason"/> says what is missing.</summary>
    public bool IsComplete { get; set; }

    /// <summary>What could not be written, one line each; empty where all could.</summary>
    public string[] Reason { get; set; } = [];

    /// <summary>
    /// Rows of the undo that other changes, which stay, have changed again later, one line each: what those did to them is
    /// overwritten; and rows that foreign keys tie to those of the undo, where definitions tell of them. Looked for in the files
    /// given; empty where there are none; null for objects from the pipeline without logs beside them, for which nothing was looked
    /// at. Of changes that are done again: what was left out before them and stands in their way.
    /// </summary>
    public string[]? LaterChange { get; set; } = [];

    /// <summary>
    /// Row changes that were left out, because other changes, which stay, have changed the rows again later: those are as the others
    /// left them. 0 where that was not asked for.
    /// </summary>
    public long ExcludedRowCount { get; set; }

    /// <summary>The rows that were left out, each by the first of the changes that stay; empty where that was not asked for.</summary>
    public LaterChange[] Excluded { get; set; } = [];

    /// <summary>One line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Path}: {RowCount} rows in {TransactionCount} "
            + $"transactions{(IsComplete ? string.Empty : ", incomplete")}");
}
