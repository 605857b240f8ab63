using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;

namespace MySqlRecovery.Changes;

/// <summary>Whether the log holds enough of a row event's rows to undo them or to do them again.</summary>
internal static class ChangeRules
{
    /// <summary>Null where it can be done, else why it cannot.</summary>
    [MethodImpl(Jit.Hot)]
    public static string? FindObstacle(in RowsEvent rows, TableMap map, bool reverse)
    {
        if (rows.Type == BinlogEventType.PartialUpdateRows)
            return "the log holds only the changed parts of JSON values (binlog_row_value_options=PARTIAL_JSON)";
        RowLayout before = map.LayoutFor(rows.Columns);
        if (!reverse)
            return rows.Operation == RowOperation.Insert || Identifies(before, map)
                ? null : "the log holds neither all columns nor the primary key of the changed rows";
        switch (rows.Operation)
        {
            case RowOperation.Delete:
                return before.IsFull ? null : "the log holds only some columns of the deleted rows (binlog_row_image is not FULL)";
            case RowOperation.Insert:
                return Identifies(before, map) ? null : "the log holds neither all columns nor the primary key of the inserted rows";
            default:
                RowLayout after = map.LayoutFor(rows.ColumnsAfter);
                if (!before.IsFull && !IsSubset(after.Ordinals, before.Ordinals))
                    return "the log does not hold what the changed columns were before (binlog_row_image is not FULL)";
                return Identifies(after, map) ? null : "the log holds neither all columns nor the primary key of the updated rows";
        }
    }

    /// <summary>Null where the rows of a transaction that ends so are to be undone or done again, else why they are not.</summary>
    public static string? FindObstacle(TransactionEnd? end) => end switch
    {
        TransactionEnd.Rollback => "they were rolled back, and the log does not say which tables cannot roll back",
        TransactionEnd.Missing => "the log ends before their transaction does, and the server takes such a transaction back",
        _ => null,
    };

    private static bool Identifies(RowLayout layout, TableMap map) =>
        layout.IsFull || (map.PrimaryKey.Length > 0 && IsSubset(map.PrimaryKey, layout.Ordinals));

    private static bool IsSubset(int[] part, int[] whole) => Array.TrueForAll(part, i => Array.IndexOf(whole, i) >= 0);
}
