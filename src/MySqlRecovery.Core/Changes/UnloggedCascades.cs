using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Changes;

/// <summary>Changes that foreign keys made to other tables and that the log does not hold.</summary>
internal static class UnloggedCascades
{
    private const string MayCascade =
        "foreign keys may have changed rows of other tables with them, which this server does not log";

    /// <summary>What a row event changed unseen, one cause a table.</summary>
    /// <param name="rows">The event.</param>
    /// <param name="map">Its table.</param>
    /// <param name="schema">Knows the foreign keys.</param>
    public static List<string> Find(in RowsEvent rows, TableMap map, ITableSchemaSource schema)
    {
        var causes = new List<string>();
        if (rows.Operation == RowOperation.Insert || !rows.CascadesUnlogged)
            return causes;
        HashSet<int>? changed = null;
        string? hidden = schema.FindHiddenCascades(map), hiddenDatabases = schema.FindHiddenDatabases();
        bool movesKey = (hidden ?? hiddenDatabases) != null
            && (rows.Operation == RowOperation.Delete || MovesKey(map, changed = ChangedColumns(rows, map)));
        if (movesKey && hidden != null)
            causes.Add($"{MayCascade}: {hidden}");
        foreach ((string child, string[] columns) in schema.FindCascades(map, rows.Operation))
        {
            if (CauseOf(child, rows, map, columns, ref changed) is { } cause)
                causes.Add(cause);
        }

        if (movesKey && causes.Count == 0)
            causes.Add($"{MayCascade}: {hiddenDatabases}");
        return causes;
    }

    /// <summary>The foreign keys by which rows of a table take rows of it along, or of those that rows of it go with.</summary>
    /// <param name="names">The names that it ever had: the schema knows it by one of them.</param>
    /// <param name="tables">The table and those that rows of it go with.</param>
    /// <param name="schema">Knows the foreign keys.</param>
    public static IEnumerable<TableReference> KeysWithin(TableName[] names, TableFilter tables, ITableSchemaSource schema) =>
        names.SelectMany(name => schema.FindReferences(name).Where(r => r.IsOfParent(name) && (r.CarriesDeletes || r.CarriesUpdates)
            && tables.IsMatch(r.Child.Database!, r.Child.Name)));

    /// <summary>Why a row event changed rows unseen by such keys; null where it did not.</summary>
    /// <param name="rows">The event.</param>
    /// <param name="map">Its table.</param>
    /// <param name="keys">The keys.</param>
    public static string? FindWithin(in RowsEvent rows, TableMap map, IEnumerable<TableReference> keys)
    {
        if (rows.Operation == RowOperation.Insert || !rows.CascadesUnlogged)
            return null;
        HashSet<int>? changed = null;
        foreach (TableReference key in keys)
        {
            if (key.CarriesOn(key.Parent, rows.Operation)
                && CauseOf(key.Child.ToString(), rows, map, key.ReferencedColumns, ref changed) is { } cause)
                return cause;
        }

        return null;
    }

    private static string? CauseOf(string child, in RowsEvent rows, TableMap map, string[] referenced, ref HashSet<int>? changed)
    {
        int[] key = referenced.Length == 0 ? map.PrimaryKey
            : [.. referenced.Select(
                name => Array.FindIndex(map.Columns, c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase)))];
        // A table that was altered since, or of which nobody knows the key, does not say which of its columns they are.
        bool isKnown = rows.Operation == RowOperation.Delete || (key.Length > 0 && Array.TrueForAll(key, i => i >= 0));
        if (isKnown && rows.Operation == RowOperation.Update && !Array.Exists(key, (changed ??= ChangedColumns(rows, map)).Contains))
            return null;
        return $"a foreign key {(isKnown ? "changed" : "may have changed")} rows of {child} with them, which this server does not log";
    }

    private static bool MovesKey(TableMap map, HashSet<int> changed) =>
        map.PrimaryKey.Length == 0 || Array.Exists(map.PrimaryKey, changed.Contains);

    private static HashSet<int> ChangedColumns(in RowsEvent rows, TableMap map)
    {
        var changed = new HashSet<int>();
        var cursor = new RowCursor(rows, map);
        while (rows.Operation == RowOperation.Update && cursor.MoveNext())
            changed.UnionWith(RowDecoder.ChangedOrdinals(cursor.BeforeLayout, cursor.Before, cursor.AfterLayout, cursor.After));
        return changed;
    }
}
