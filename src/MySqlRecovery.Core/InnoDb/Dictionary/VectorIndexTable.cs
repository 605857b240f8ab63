using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.Schema;

namespace MySqlRecovery.InnoDb.Dictionary;

/// <summary>The table in which MariaDB keeps a vector index (11.7+, sql/vector_mhnsw.cc mhnsw_hlindex_table_def).</summary>
internal static class VectorIndexTable
{
    private const string Reference = "tref", Layer = "layer";
    private const uint RowIdLength = 6, LengthBytes = 2; // DATA_ROW_ID_LEN, HA_KEY_BLOB_LENGTH

    /// <summary>The definition of what is in a file: the table's own, or if it is the file of a vector index, that of its table.</summary>
    /// <param name="path">The file.</param>
    /// <param name="table">The table; null where it is not known.</param>
    public static TableSchema? InFile(string path, TableSchema? table) =>
        table == null || !TableFileName.IsVectorIndex(path) ? table : Of(table, TableFileName.NameOf(path).Name);

    private static TableSchema Of(TableSchema table, string name) => new()
    {
        Database = table.Database,
        Name = name,
        Columns =
        [
            new ColumnSchema { Name = Layer, DataType = "tinyint" },
            new ColumnSchema { Name = Reference, DataType = "varbinary", Length = ReferenceLength(table), IsNullable = true },
            new ColumnSchema { Name = "vec", DataType = "blob" },
            new ColumnSchema { Name = "neighbors", DataType = "blob" },
        ],
        Keys =
        [
            new KeySchema { Name = Reference, Kind = KeyKind.Unique, Parts = [new KeyPart(Reference)] },
            new KeySchema { Name = Layer, Kind = KeyKind.Index, Parts = [new KeyPart(Layer)] },
        ],
    };

    // The clustered key in the server's own form (ha_innobase::open, handler::ref_length).
    private static uint ReferenceLength(TableSchema table)
    {
        SchemaRecordLayout storage = SchemaRecordLayout.For(table);
        if (storage.ClusteredKey() is not { } key)
            return RowIdLength;
        uint length = 0;
        foreach (KeyPart part in key.Parts)
        {
            ColumnSchema column = table.Columns.First(c => string.Equals(c.Name, part.Column, StringComparison.OrdinalIgnoreCase));
            int prefix = storage.Prefix(part, column);
            length += prefix > 0 ? (uint)prefix : (uint)storage.MaximumLength(column);
            if (column.DataType is "varchar" or "varbinary" or "vector" || column.DataType.EndsWith("blob", StringComparison.Ordinal)
                || column.DataType.EndsWith("text", StringComparison.Ordinal))
                length += LengthBytes;
        }

        return length;
    }
}
