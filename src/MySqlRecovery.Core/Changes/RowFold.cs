using System.Globalization;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Changes;

/// <summary>
/// Sums all changes of an index up to one for each key. A change of the key ends one row and starts another, so that every
/// key stands for itself. Images stay where they are; a key takes some 100 bytes.
/// </summary>
internal sealed class RowFold
{
    /// <summary>More keys than this are refused: they would take more than 200 MB.</summary>
    private const int MaximumKeys = 1 << 20;

    private readonly ChangeIndex _index;
    private readonly Dictionary<UInt128, int> _keys = [];
    private readonly List<FoldedRow> _rows = [];

    private RowFold(ChangeIndex index) => _index = index;

    /// <summary>The sums in the order of the last changes, or for an undo in the reverse order of the first ones.</summary>
    public static IReadOnlyList<FoldedRow> Build(ChangeIndex index, RowPredicate? where, bool reverse, CancellationToken stop)
    {
        var fold = new RowFold(index);
        foreach (IGrouping<string, TableMap> table in index.Maps.GroupBy(m => $"{m.Database}.{m.Table}", StringComparer.Ordinal))
            CheckTable(table.Key, [.. table]);
        using var windows = new SourceWindows(index.Sources, backwards: false);
        for (int t = 0; t < index.Transactions.Count; t++)
        {
            int end = t + 1 < index.Transactions.Count ? index.Transactions[t + 1].FirstEvent : index.Events.Count;
            for (int number = index.Transactions[t].FirstEvent; number < end; number++)
            {
                stop.ThrowIfCancellationRequested();
                fold.Add(number, index.LogFiles[index.Transactions[t].Log], windows, where);
            }
        }

        IEnumerable<FoldedRow> rows = fold._rows.Where(r => r.First.IsRow || r.Last.IsRow);
        return [.. reverse ? rows.Reverse() : rows.OrderBy(r => r.LastEvent)];
    }

    private static void CheckTable(string name, TableMap[] maps)
    {
        if (Array.Exists(maps, m => m.PrimaryKey.Length == 0))
            throw new RecoveryException(
                "FoldNeedsKey", RecoveryErrorKind.InvalidArgument, $"-Fold sums up by key, and no key is known of {name}",
                recommendedAction: "Give -SchemaPath if the table has a key, leave the table out, or write every change, without -Fold.");
        if (Array.Exists(maps, m => !HasShapeOf(m, maps[0])))
            throw new RecoveryException(
                "FoldSchemaChanged", RecoveryErrorKind.InvalidArgument, $"-Fold cannot sum up what came before and after the columns of {name} were changed",
                recommendedAction: "Choose the time before or after the ALTER TABLE, or write every change, without -Fold.");
    }

    private static bool HasShapeOf(TableMap map, TableMap other) => map.PrimaryKey.AsSpan().SequenceEqual(other.PrimaryKey)
        && map.Columns.Length == other.Columns.Length
        && map.Columns.Zip(other.Columns).All(c => c.First.Name == c.Second.Name && c.First.Type == c.Second.Type
            && c.First.PrefixLength == c.Second.PrefixLength && c.First.FixedLength == c.Second.FixedLength);

    private void Add(int number, string logFile, SourceWindows windows, RowPredicate? where)
    {
        IndexedEvent item = _index.Events[number];
        TableMap map = _index.Maps[item.Map];
        try
        {
            ReadOnlySpan<byte> raw = windows.Read(item.Source, item.Offset, item.Length);
            RowsEvent rows = RowsEvent.Parse(EventHeader.Parse(raw).Type, raw[EventHeader.Size..], map.Columns.Length);
            long rowsOffset = item.Offset + EventHeader.Size + rows.At.Rows;
            var row = new RowCursor(rows, map);
            if (!row.BeforeLayout.IsFull || !row.AfterLayout.IsFull)
                throw new RecoveryException(
                    "FoldNeedsFullImage", RecoveryErrorKind.InvalidArgument, "-Fold needs rows with all columns (binlog_row_image=FULL)",
                    logFile, item.Offset, "Write every change, without -Fold.");
            while (row.MoveNext())
            {
                if (where == null || where.IsMatch(row))
                    Add(number, logFile, item, map, row, rowsOffset);
            }
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new RecoveryException(
                "BinlogEventMalformed", RecoveryErrorKind.InvalidData, $"a row of the {item.Type} event cannot be read: {e.Message}",
                logFile, item.Offset, inner: e);
        }
    }

    private void Add(int number, string logFile, in IndexedEvent item, TableMap map, in RowCursor row, long rowsOffset)
    {
        var before = new FoldedRow.Image(item.Source, row.Before.Length, rowsOffset + row.Start);
        var after = new FoldedRow.Image(item.Source, row.After.Length, rowsOffset + (before.IsRow ? row.Middle : row.Start));
        UInt128 beforeKey = before.IsRow ? RowKey.Of(map, map.Layout, map.PrimaryKey, row.Before) : default;
        UInt128 afterKey = after.IsRow ? RowKey.Of(map, map.Layout, map.PrimaryKey, row.After) : default;
        bool staysInPlace = before.IsRow && after.IsRow && beforeKey == afterKey;
        UInt128 afterHash = after.IsRow ? RowKey.Of(row.After) : default;
        bool fits = staysInPlace
            ? Change(beforeKey, new FoldedRow(item.Map, before, after, afterHash, number), RowKey.Of(row.Before))
            : (!before.IsRow || Change(beforeKey, new FoldedRow(item.Map, before, default, default, number), RowKey.Of(row.Before)))
                && (!after.IsRow || Change(afterKey, new FoldedRow(item.Map, default, after, afterHash, number), default));
        if (!fits)
            throw new RecoveryException(
                "FoldInterrupted", RecoveryErrorKind.InvalidArgument,
                string.Create(CultureInfo.InvariantCulture, $"row {row.Index} of {map.Database}.{map.Table} was changed in between by something that was not chosen: -Fold would undo that too"),
                logFile, item.Offset, "Choose those changes as well, or write every change, without -Fold.");
    }

    /// <summary>Puts a change behind what is known of its key; false if it did not find the row as the last change left it.</summary>
    private bool Change(UInt128 key, in FoldedRow change, UInt128 foundHash)
    {
        if (!_keys.TryGetValue(key, out int place))
        {
            if (_rows.Count == MaximumKeys)
                throw new RecoveryException(
                    "FoldTooLarge", RecoveryErrorKind.LimitsExceeded, $"more than {MaximumKeys} rows were changed: -Fold cannot hold their keys",
                    recommendedAction: "Choose tables or a time one after the other, or write every change, without -Fold.");
            _keys.Add(key, _rows.Count);
            _rows.Add(change);
            return true;
        }

        FoldedRow known = _rows[place];
        if (known.LastHash != foundHash)
            return false;
        _rows[place] = change with { First = known.First };
        return true;
    }
}
