using System.Globalization;

namespace MySqlRecovery.Model;

/// <summary>How rows are written.</summary>
public enum TableRowFormat
{
    /// <summary>INSERT statements.</summary>
    Sql,

    /// <summary>Fields with tabs between them as LOAD DATA reads them, and beside it a file with the LOAD DATA statement.</summary>
    Tsv,

    /// <summary>Fields with commas between them, the names of the columns first (RFC 4180).</summary>
    Csv,

    /// <summary>A JSON object a row, one a line.</summary>
    JsonLines,
}

/// <summary>What a file of rows holds, and what it could not hold.</summary>
public sealed class TableRowExport
{
    /// <summary>The file that was written.</summary>
    public string Path { get; set; } = string.Empty;

    /// <summary>The format.</summary>
    public TableRowFormat Format { get; set; }

    /// <summary>The file with the LOAD DATA statement; null for other formats.</summary>
    public string? LoadDataPath { get; set => field = value is "" ? null : value; }

    /// <summary>Tables, <c>database.table</c>.</summary>
    public string[] Table { get; set; } = [];

    /// <summary>Rows written.</summary>
    public long RowCount { get; set; }

    /// <summary>Rows left out, because values of them are lost (TableRowState.Partial).</summary>
    public long PartialRowCount { get; set; }

    /// <summary>Whether all rows are in the file; if not, <see cref="Reason"/> says what is missing.</summary>
    public bool IsComplete { get; set; }

    /// <summary>What could not be written, one line each, at most 100.</summary>
    public string[] Reason { get; set; } = [];

    /// <summary>One line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Path}: {RowCount} rows of "
            + $"{string.Join(", ", Table)}{(IsComplete ? string.Empty : ", incomplete")}");
}
