using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.InnoDb.Rows;

/// <summary>The table that a CREATE TABLE statement describes, for files that do not describe themselves.</summary>
internal static class SchemaStoredTable
{
    /// <summary>The possible tables, the most probable first: the records tell which it is.</summary>
    /// <param name="schema">The definition.</param>
    /// <param name="database">The database, if the definition names none.</param>
    /// <param name="isMariaDb">Whether JSON is text.</param>
    /// <param name="asStored">Makes the layout of a fresh table that of the file.</param>
    /// <exception cref="InvalidDataException">A type is not known.</exception>
    public static IEnumerable<StoredTable> Candidates(
        TableSchema schema, string database, bool isMariaDb, Func<RecordLayout, RecordLayout> asStored)
    {
        foreach (SchemaRecordLayout candidate in SchemaRecordLayout.All(schema))
        {
            if (schema.Columns.FirstOrDefault(c => c.IsCompressedByPercona) is { } compressed)
                throw StoredTable.CompressedByPercona(compressed.Name);
            RecordLayout layout = asStored(candidate.Build());
            ColumnSchema[] stored = [.. schema.Columns.Where(c => !c.IsGenerated || c.IsStored)];
            int[] key = schema.PrimaryKey == null ? []
                : [.. schema.PrimaryKey.Parts.Select(
                    p => Array.FindIndex(stored, c => string.Equals(c.Name, p.Column, StringComparison.OrdinalIgnoreCase)))];
            yield return new StoredTable
            {
                Database = schema.Database ?? database,
                Name = schema.Name,
                Columns = Array.ConvertAll(stored, c => new StoredColumn(
                    Definition(candidate, c, isMariaDb), StoredTable.FieldOf(layout, c.Name))
                {
                    IsCompressed = c.IsCompressed,
                }),
                Layout = layout,
                PrimaryKey = Array.IndexOf(key, -1) >= 0 ? [] : key,
                RowEnd = Array.FindIndex(stored, c => string.Equals(c.Name, schema.RowEndColumn, StringComparison.OrdinalIgnoreCase)),
            };
        }
    }

    private static ColumnDefinition Definition(SchemaRecordLayout layout, ColumnSchema column, bool isMariaDb)
    {
        bool isOld = layout.IsOldTemporal(column);
        if (isOld && column is { DataType: "time" or "datetime" or "timestamp", Length: > 0 })
            throw new InvalidDataException(
                $"column {column.Name} is a {column.DataType}({column.Length}) in the form of MariaDB 5.3, which is not read");
        ColumnType type = column.LoggedType(isMariaDb, isOld, isOld);
        bool isVariable = type is ColumnType.String or ColumnType.VarChar or ColumnType.Blob;
        return new ColumnDefinition
        {
            Type = type,
            PrefixLength = 0,
            FixedLength = isVariable ? 0 : layout.Field(column).FixedLength,
            Length = type == ColumnType.String
                ? (int)Math.Min(layout.MaximumLength(column), int.MaxValue) : (int)Math.Min(column.Length ?? 1, int.MaxValue),
            Scale = (int)(type == ColumnType.NewDecimal ? column.Scale ?? 0 : TemporalValue.IsTemporal(type) ? column.Length ?? 0 : 0),
            IsNullable = column.IsNullable,
            Name = column.Name,
            IsNameKnown = true,
            IsUnsigned = column.IsUnsigned,
            CharacterSet = column.IsText || (isMariaDb && column.DataType == "json")
                ? Text.CharacterSets.ByName(column.DataType == "json" ? "utf8mb4" : layout.CharacterSet(column)) : CharacterSet.Binary,
            Members = column.Members.Count == 0 ? null : [.. column.Members],
            IsVisible = !column.IsInvisible,
            IsGenerated = column.IsGenerated,
        };
    }
}
