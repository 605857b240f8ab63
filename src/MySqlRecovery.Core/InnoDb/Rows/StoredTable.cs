using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Rows;

/// <summary>A table as its file keeps it: the columns in the order of the table, and how their records are laid out.</summary>
internal sealed class StoredTable
{
    public required string Database { get; init; }

    public required string Name { get; init; }

    /// <summary>Stored columns in the order of the table.</summary>
    public required StoredColumn[] Columns { get; init; }

    public required RecordLayout Layout { get; init; }

    /// <summary>Indexes into <see cref="Columns"/> of the primary key; empty for a table without one.</summary>
    public required int[] PrimaryKey { get; init; }

    /// <summary>Index into <see cref="Columns"/> of the end of a row's life, for a table WITH SYSTEM VERSIONING; else -1.</summary>
    public int RowEnd { get; init; } = -1;

    /// <summary>How many fields at a record's start tell it from all others: those of the clustered key.</summary>
    public int KeyFields => Layout.TrxIdField;

    /// <summary>Names of the columns that the server computes.</summary>
    public string[] GeneratedColumns => [.. Columns.Where(c => c.Definition.IsGenerated).Select(c => c.Definition.Name)];

    /// <summary>The same table with other columns in the places of these.</summary>
    public StoredTable WithColumns(Converter<StoredColumn, StoredColumn> change) => new()
    {
        Database = Database,
        Name = Name,
        Columns = Array.ConvertAll(Columns, change),
        Layout = Layout,
        PrimaryKey = PrimaryKey,
        RowEnd = RowEnd,
    };

    /// <summary>Why a table is refused: no program but Percona Server expands such values.</summary>
    public static InvalidDataException CompressedByPercona(string column) => new(
        $"column {column} is COLUMN_FORMAT COMPRESSED, a form of Percona Server's own that is not read: change the column there");

    /// <summary>Where columns are that a user named; null for none named.</summary>
    /// <param name="names">The names.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="RecoveryException">The table has no such column.</exception>
    public int[]? IndexesOf(string[] names, string path) => names.Length == 0 ? null : Array.ConvertAll(names, name =>
        Array.FindIndex(Columns, c => string.Equals(c.Definition.Name, name, StringComparison.OrdinalIgnoreCase)) is >= 0 and var index
            ? index
            : throw new RecoveryException("ColumnUnknown", RecoveryErrorKind.ObjectNotFound,
                $"{Database}.{Name} stores no column '{name}'", path));

    /// <summary>Where the last field of each name is: a key part that is a prefix of a column comes before the column.</summary>
    public static int FieldOf(RecordLayout layout, string column)
    {
        for (int i = layout.Fields.Count - 1; i >= 0; i--)
        {
            if (string.Equals(layout.Fields[i].Name, column, StringComparison.OrdinalIgnoreCase))
                return i;
        }

        return -1;
    }
}
