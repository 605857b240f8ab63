using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;

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
            changed ??= ChangedColumns(rows, map);
            bool isTouched = rows.Operation == RowOperation.Delete || (columns.Length == 0
                ? Array.Exists(map.PrimaryKey, changed.Contains)
                : changed.Any(i => columns.Contains(map.Columns[i].Name, StringComparer.OrdinalIgnoreCase)));
            if (isTouched)
                causes.Add($"a foreign key changed rows of {child} with them, which this server does not log");
        }

        if (movesKey && causes.Count == 0)
            causes.Add($"{MayCascade}: {hiddenDatabases}");
        return causes;
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
