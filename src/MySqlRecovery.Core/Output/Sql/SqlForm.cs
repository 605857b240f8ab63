using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;

namespace MySqlRecovery.Output.Sql;

/// <summary>In which form row changes become SQL.</summary>
internal sealed record SqlForm
{
    /// <summary>Undo: last change first, each the other way round.</summary>
    public bool Reverse { get; init; }

    /// <summary>One statement for each key: the sum of all its changes.</summary>
    public bool Fold { get; init; }

    /// <summary>Rows of an INSERT, or of a DELETE by a key of one integer column, at most.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>Bytes of such a statement at most, unless one row takes more: below the least default of max_allowed_packet
    /// (1 MiB, to 5.6.5).</summary>
    public int StatementLength { get; init; } = 512 << 10;

    /// <summary>The columns that updates may set; empty for all.</summary>
    public string[] Columns { get; init; } = [];

    /// <summary>Under which names tables are written.</summary>
    public TableRenames Renames { get; init; } = TableRenames.None;

    /// <summary>The same for what follows statements: sums are by the names of the log, so that rows of one table under two names
    /// have no order among them.</summary>
    public TableRenames? Following => Fold ? null : Renames;

    /// <summary>Whether an undo brings back removed versions of rows of system-versioned tables (MariaDB 10.11 and later).</summary>
    public bool WritesHistory { get; init; }

    /// <summary>Fails where a name given matches nothing of the tables at hand.</summary>
    public void Check(IReadOnlyCollection<TableMap> maps)
    {
        Renames.CheckAllUsed(maps);
        string? unknown = Array.Find(Columns, c => !maps.Any(m => Array.Exists(m.Columns, d => IsNamed(d, c))));
        if (unknown != null)
            throw new RecoveryException(
                "ColumnUnknown", RecoveryErrorKind.ObjectNotFound, $"no table of the range has a column '{unknown}', which -Column names",
                recommendedAction: "Look at ColumnName of Get-RowChange; where the log has no names, give -SchemaPath.");
    }

    /// <summary>Which columns of a table updates may set, by ordinal; null for all.</summary>
    public bool[]? ChosenColumns(TableMap map) => Columns.Length == 0
        ? null : Array.ConvertAll(map.Columns, d => Array.Exists(Columns, c => IsNamed(d, c)));

    private static bool IsNamed(ColumnDefinition column, string name) =>
        string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase);
}
