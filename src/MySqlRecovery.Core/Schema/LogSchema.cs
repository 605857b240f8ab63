using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>A schema given by the user, kept in step with the log: it completes the table maps of a scan.</summary>
internal sealed class LogSchema(SchemaCatalog catalog) : ITableSchemaSource
{
    // The maps that a table without a database was taken for, by its name.
    private readonly Dictionary<string, List<TableMap>> _served = new(StringComparer.OrdinalIgnoreCase);

    public static LogSchema Load(string path) => new(SchemaCatalog.Load(path));

    public void Observe(string statement, string database, SqlModes modes) => catalog.Apply(statement, database, modes);

    public void Complete(TableMap map)
    {
        if (catalog.Find(map.Database, map.Table) is not { UnknownReason: null } table)
            return;
        map.SchemaProblem = FindOtherDatabase(map, table) ?? SchemaComparison.FindProblem(map, table);
        if (map.SchemaProblem != null)
            return;
        for (int i = 0; i < map.Columns.Length; i++)
            Complete(map.Columns[i], table.Columns[i]);
        map.HasSchema = true;
        map.RowStart = table.RowStartColumn == null ? null : IndexOf(map, table.RowStartColumn);
        map.RowEnd = table.RowEndColumn == null ? null : IndexOf(map, table.RowEndColumn);
        map.HasTriggers = table.Triggers.Count > 0;
        KeySchema? key = KeyOf(table);
        map.PrimaryKey = key == null ? [] : [.. key.Parts.Select(p => IndexOf(map, p.Column))];
        map.IsPrimaryKeyKnown = true;
        KeySchema[] unique = [.. table.Keys.Where(k => k.IsUnique && !k.IsPrimary)];
        map.HasPartialKeys = Array.Exists(unique, k => k.Parts.Any(p => p.Column == null || p.PrefixLength != null));
        map.UniqueKeys = [.. unique.Where(k => k.Parts.All(p => p.Column != null))
            .Select(k => k.Parts.Select(p => IndexOf(map, p.Column)).ToArray())];
    }

    // Of a table without database a later map may say that it was taken for another.
    public bool IsFinal(TableMap map) => catalog.Find(map.Database, map.Table) is not { Database: null };

    public IEnumerable<TableReference> FindReferences(TableName table)
    {
        foreach (TableSchema child in catalog.Tables)
        {
            foreach (ForeignKeySchema key in child.ForeignKeys)
            {
                var name = new TableName(child.Database ?? table.Database, child.Name);
                TableName parent = key.ReferencedTable with { Database = key.ReferencedTable.Database ?? name.Database };
                if (TableName.IgnoreCase.Equals(name, table) || TableName.IgnoreCase.Equals(parent, table))
                    yield return new TableReference(
                        key.Name, name, [.. key.Columns], parent, [.. key.ReferencedColumns], ChangesRows(key.OnDelete),
                        ChangesRows(key.OnUpdate))
                    {
                        TakesChildren = key.OnDelete == ReferentialAction.Cascade,
                    };
            }
        }
    }

    public bool IsSelfContained(string database, string table)
    {
        var name = new TableName(database, table);
        return catalog.Find(database, table) is { UnknownReason: null, Triggers.Count: 0 }
            && !FindReferences(name).Any(r => r.CarriesOn(name, RowOperation.Delete) || r.CarriesOn(name, RowOperation.Update));
    }

    /// <summary>Whether a foreign key changes rows of the table that refers.</summary>
    public static bool ChangesRows(ReferentialAction action) =>
        action is ReferentialAction.Cascade or ReferentialAction.SetNull or ReferentialAction.SetDefault;

    /// <summary>The key by which rows are told apart: the primary one, else the first that can do as well; null where there is
    /// none.</summary>
    public static KeySchema? KeyOf(TableSchema table) => table.PrimaryKey ?? table.Keys.FirstOrDefault(k => IsIdentifying(k, table));

    /// <summary>Adds to a column of a table map what a definition knows of it.</summary>
    public static void Complete(ColumnDefinition column, ColumnSchema schema)
    {
        column.Name = schema.Name;
        column.IsNameKnown = true;
        column.IsUnsigned ??= schema.IsUnsigned;
        column.Members ??= schema.Members.Count == 0 ? null : [.. schema.Members];
        if (!schema.IsText)
            column.CharacterSet ??= CharacterSet.Binary;
        else if (schema.CharacterSet != null)
            column.CharacterSet ??= CharacterSets.ByName(schema.CharacterSet);
        if (schema is { CharacterSet: { } set, Collation: { } collation })
            column.Collation ??= CharacterSets.CollationOf(set, collation);
        column.TextForm = schema.DataType switch
        {
            "uuid" => BytesAsText.Uuid,
            "inet4" => BytesAsText.Inet4,
            "inet6" => BytesAsText.Inet6,
            _ => BytesAsText.None,
        };
        column.IsGenerated = schema.IsGenerated;
        column.HasOnUpdateNow = schema.HasOnUpdateNow;
        column.IsVisible = !schema.IsInvisible;
    }

    // Text without USE says of no database that it is meant.
    private string? FindOtherDatabase(TableMap map, TableSchema table)
    {
        if (table.Database != null)
            return null;
        if (!_served.TryGetValue(map.Table, out List<TableMap>? maps))
            _served.Add(map.Table, maps = []);
        maps.Add(map);
        if (maps.TrueForAll(m => m.Database == map.Database))
            return null;
        string databases = string.Join(" and ", maps.Select(m => m.Database).Distinct(StringComparer.Ordinal));
        string problem =
            $"the schema does not say which database its {map.Table} is in, and the log has tables of that name in {databases}";
        foreach (TableMap other in maps)
            other.SchemaProblem = problem;
        return problem;
    }

    // A unique key identifies a row where none of its columns can be NULL and none counts in part only.
    private static bool IsIdentifying(KeySchema key, TableSchema table) => key.IsUnique && key.Parts.All(
        part => part is { Column: { } name, PrefixLength: null }
            && table.Columns.Any(c => !c.IsNullable && string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase)));

    private static int IndexOf(TableMap map, string? column) =>
        Array.FindIndex(map.Columns, c => string.Equals(c.Name, column, StringComparison.OrdinalIgnoreCase));
}
