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
