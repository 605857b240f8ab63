using System.Collections.Specialized;
using System.Globalization;

namespace MySqlRecovery.Model;

/// <summary>How many rows a table has at a moment, and one number for all that is in them: equal numbers, equal rows.</summary>
public sealed class TableState
{
    /// <summary>The server, <c>host:port</c>.</summary>
    public string Server { get; set; } = string.Empty;

    /// <summary>The database.</summary>
    public string Database { get; set; } = string.Empty;

    /// <summary>The table.</summary>
    public string Table { get; set; } = string.Empty;

    /// <summary>Its rows.</summary>
    public long RowCount { get; set; }

    /// <summary>
    /// The sum, in hexadecimal digits, of a 64-bit hash (of SHA-256) of every column of every row, generated ones that are computed on
    /// reading aside: the order of the rows does not matter, and rows that are there twice count twice.
    /// </summary>
    public string Checksum { get; set; } = string.Empty;

    /// <summary>The sum of each integer and decimal column, by name; text where it has more digits than a decimal.</summary>
    public OrderedDictionary Sum { get; set; } = [];

    /// <summary>When it was measured, UTC. The tables of one call are those of one moment, as far as their engine has snapshots.</summary>
    public DateTime Timestamp { get; set; }

    /// <summary>One line.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Server} {Database}.{Table}: {RowCount} rows, {Checksum}");
}
