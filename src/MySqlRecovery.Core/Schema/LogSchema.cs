using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>A schema given by the user, kept in step with the log: it completes the table maps of a scan.</summary>
internal sealed class LogSchema(SchemaCatalog catalog) : ITableSchemaSource
{
    public static LogSchema Load(string path) => new(SchemaCatalog.Load(path));

    public void Observe(string statement, string database)
    {
        if (SchemaCatalog.IsDdl(statement))
            catalog.Apply(statement, database);
    }

    public void Complete(TableMap map)
    {
        if (catalog.Find(map.Database, map.Table) is not { UnknownReason: null } table)
            return;
        map.SchemaProblem = FindProblem(map, table);
        if (map.SchemaProblem != null)
            return;
        for (int i = 0; i < map.Columns.Length; i++)
            Complete(map.Columns[i], table.Columns[i]);
        map.HasSchema = true;
        map.IsSystemVersioned = table.RowEndColumn != null;
        map.HasTriggers = table.Triggers.Count > 0;
        KeySchema? key = table.PrimaryKey ?? table.Keys.FirstOrDefault(k => IsIdentifying(k, table));
        map.PrimaryKey = key == null ? [] : [.. key.Parts.Select(p => IndexOf(map, p.Column))];
        map.IsPrimaryKeyKnown = true;
    }

    public IEnumerable<(string Child, string[] ReferencedColumns)> FindCascades(TableMap parent, RowOperation operation)
    {
        foreach (TableSchema child in catalog.Tables)
        {
            foreach (ForeignKeySchema key in child.ForeignKeys)
            {
                ReferentialAction action = operation == RowOperation.Delete ? key.OnDelete : key.OnUpdate;
                bool refers = string.Equals(key.ReferencedTable.Name, parent.Table, StringComparison.OrdinalIgnoreCase)
                    && (key.ReferencedTable.Database == null
                        || string.Equals(key.ReferencedTable.Database, parent.Database, StringComparison.OrdinalIgnoreCase));
                if (refers && action is ReferentialAction.Cascade or ReferentialAction.SetNull or ReferentialAction.SetDefault)
                    yield return ($"{child.Database ?? parent.Database}.{child.Name}", [.. key.ReferencedColumns]);
            }
        }
    }

    private static string? FindProblem(TableMap map, TableSchema table)
    {
        if (table.Columns.Count != map.Columns.Length)
            return $"the schema has {table.Columns.Count} columns, the log {map.Columns.Length}";
        for (int i = 0; i < map.Columns.Length; i++)
        {
            ColumnDefinition column = map.Columns[i];
            ColumnSchema schema = table.Columns[i];
            if (column.IsNameKnown && !string.Equals(column.Name, schema.Name, StringComparison.OrdinalIgnoreCase))
                return $"column '{column.Name}' of the log is '{schema.Name}' in the schema";
            if (!ColumnTypeMatch.IsPossible(column, schema))
                return $"column '{schema.Name}' is {schema.DataType} in the schema and {column.Type} in the log";
        }

        return null;
    }

    private static void Complete(ColumnDefinition column, ColumnSchema schema)
    {
        column.Name = schema.Name;
        column.IsNameKnown = true;
        column.IsUnsigned ??= schema.IsUnsigned;
        column.Members ??= schema.Members.Count == 0 ? null : [.. schema.Members];
        if (!schema.IsText)
            column.CharacterSet ??= CharacterSet.Binary;
        else if (schema.CharacterSet != null)
            column.CharacterSet ??= Text.CharacterSets.ByName(schema.CharacterSet);
        column.IsGenerated = schema.IsGenerated;
        column.HasOnUpdateNow = schema.HasOnUpdateNow;
        column.IsVisible = !schema.IsInvisible;
    }

    // A unique key identifies a row where none of its columns can be NULL and none counts in part only.
    private static bool IsIdentifying(KeySchema key, TableSchema table) => key.IsUnique && key.Parts.All(
        part => part is { Column: { } name, PrefixLength: null }
            && table.Columns.Any(c => !c.IsNullable && string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase)));

    private static int IndexOf(TableMap map, string? column) =>
        Array.FindIndex(map.Columns, c => string.Equals(c.Name, column, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Whether a column of a schema can be what the log holds.</summary>
internal static class ColumnTypeMatch
{
    public static bool IsPossible(ColumnDefinition column, ColumnSchema schema) => column.Type switch
    {
        ColumnType.Tiny => schema.DataType is "tinyint",
        ColumnType.Short => schema.DataType is "smallint",
        ColumnType.Int24 => schema.DataType is "mediumint",
        ColumnType.Long => schema.DataType is "int",
        ColumnType.LongLong => schema.DataType is "bigint",
        ColumnType.Float => schema.DataType is "float",
        ColumnType.Double => schema.DataType is "double",
        ColumnType.NewDecimal => schema.DataType is "decimal" && schema.Length == column.Length && (schema.Scale ?? 0) == column.Scale,
        ColumnType.Bit => schema.DataType is "bit",
        ColumnType.Year => schema.DataType is "year",
        ColumnType.Date or ColumnType.NewDate => schema.DataType is "date",
        ColumnType.Time or ColumnType.Time2 => schema.DataType is "time",
        ColumnType.DateTime or ColumnType.DateTime2 => schema.DataType is "datetime",
        ColumnType.Timestamp or ColumnType.Timestamp2 => schema.DataType is "timestamp",
        ColumnType.Enum => schema.DataType is "enum",
        ColumnType.Set => schema.DataType is "set",
        ColumnType.Json => schema.DataType is "json",
        ColumnType.Vector => schema.DataType is "vector",
        // What is left travels as strings and BLOBs, with the types of MariaDB that are stored in them (INET6, UUID, JSON).
        _ => schema.DataType is not ("tinyint" or "smallint" or "mediumint" or "int" or "bigint" or "float" or "double" or "decimal"
            or "bit" or "year" or "date" or "time" or "datetime" or "timestamp" or "enum" or "set"),
    };
}
