using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;

namespace MySqlRecovery.Changes;

/// <summary>
/// Finds updates of one event that hand something on from row to row in a table whose only unique keys may be NULL. MySQL 8.0.18 and
/// later apply such an event by HASH_SCAN: in the order of the table, not of the event, and each row of the table once. A value is
/// given then that another row still has, and a row that the event has twice is not found again; one row an event goes in order.
/// </summary>
internal static class UpdateChains
{
    /// <summary>Whether an event has to be undone row by row.</summary>
    public static bool IsIn(in RowsEvent rows, TableMap map)
    {
        if (rows.Operation != RowOperation.Update || map.PrimaryKey.Length > 0)
            return false;
        // What such a key has in common is not looked at.
        if (map.HasPartialKeys)
            return true;
        if ((map.HasSchema && map.UniqueKeys.Length == 0) || !Array.Exists(map.Columns, c => c.IsNullable))
            return false;
        if (IsRowChangedAgain(rows, map))
            return true;
        IEnumerable<int[]> keys = map.HasSchema
            ? map.UniqueKeys : FindChanged(rows, map).Where(c => map.Columns[c].IsNullable).Select(c => new[] { c });
        foreach (int[] key in keys)
        {
            if (IsHandedOn(rows, map, key))
                return true;
        }

        return false;
    }

    // INSERT ... ON DUPLICATE KEY UPDATE may change one row twice.
    private static bool IsRowChangedAgain(in RowsEvent rows, TableMap map)
    {
        var before = new HashSet<UInt128>();
        var after = new HashSet<UInt128>();
        var row = new RowCursor(rows, map);
        while (row.MoveNext())
        {
            UInt128 from = RowKey.Of(row.Before), to = RowKey.Of(row.After);
            if (from != to && before.Add(from))
                after.Add(to);
        }

        return before.Overlaps(after);
    }

    // Where the log does not tell of the keys, what has each value once may be one.
    private static bool IsHandedOn(in RowsEvent rows, TableMap map, int[] key)
    {
        var before = new HashSet<UInt128>();
        var after = new HashSet<UInt128>();
        var row = new RowCursor(rows, map);
        while (row.MoveNext())
        {
            UInt128? from = RowKey.OfUnique(map, row.BeforeLayout, key, row.Before);
            UInt128? to = RowKey.OfUnique(map, row.AfterLayout, key, row.After);
            if (from == to)
                continue;
            bool isRepeated = (from is { } had && !before.Add(had)) | (to is { } got && !after.Add(got));
            if (isRepeated && !map.HasSchema)
                return false;
        }

        return before.Overlaps(after);
    }

    private static HashSet<int> FindChanged(in RowsEvent rows, TableMap map)
    {
        var changed = new HashSet<int>();
        var row = new RowCursor(rows, map);
        while (row.MoveNext())
            changed.UnionWith(RowDecoder.ChangedOrdinals(row.BeforeLayout, row.Before, row.AfterLayout, row.After));
        return changed;
    }
}
