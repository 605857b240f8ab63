using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;

namespace MySqlRecovery.Undo;

/// <summary>Changes that foreign keys made to other tables and that the log does not hold.</summary>
internal static class UnloggedCascades
{
    /// <summary>Names the tables whose rows a row event changed unseen; needs a schema with the foreign keys.</summary>
    public static IEnumerable<string> Find(RowsEventFlags flags, RowOperation operation, TableMap map, ITableSchemaSource? schema, List<int> changedColumns)
    {
        // From MySQL 9.6 on the changes are in the log, and the flag says so.
        if (schema == null || operation == RowOperation.Insert || flags.HasFlag(RowsEventFlags.UseSqlForeignKey))
            yield break;
        foreach ((string child, string[] columns) in schema.FindCascades(map, operation))
        {
            bool isTouched = operation == RowOperation.Delete || (columns.Length == 0
                ? Array.Exists(map.PrimaryKey, changedColumns.Contains)
                : changedColumns.Exists(i => columns.Contains(map.Columns[i].Name, StringComparer.OrdinalIgnoreCase)));
            if (isTouched)
                yield return child;
        }
    }

    /// <summary>All columns that an update changed in any of its rows.</summary>
    public static List<int> ChangedColumns(in RowsEvent rows, TableMap map)
    {
        var changed = new HashSet<int>();
        var cursor = new RowCursor(rows, map);
        while (rows.Operation == RowOperation.Update && cursor.MoveNext())
            changed.UnionWith(RowDecoder.ChangedOrdinals(cursor.BeforeLayout, cursor.Before, cursor.AfterLayout, cursor.After));
        return [.. changed];
    }
}
