using System.Globalization;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Changes;

/// <summary>
/// Sums all changes of an index up to one for each key. A change of the key ends one row and starts another, so that every
/// key stands for itself. Images stay where they are; a key takes some 100 bytes.
/// </summary>
internal sealed class RowFold
{
    /// <summary>More keys than this are refused: they would take more than 200 MB.</summary>
    private const int MaximumKeys = 1 << 20;

    private const string MovedKey = "the key was changed, and -Fold makes another row of it: foreign keys (ON UPDATE CASCADE) may have "
        + "changed rows of other tables with it, which this server does not log (-SchemaPath, -Server or -Connection tells)";

    private readonly ChangeIndex _index;
    private readonly ChangeObstacles _obstacles;
    private readonly Dictionary<UInt128, int> _keys = [];
    private readonly List<FoldedRow> _rows = [];
    private readonly FoldImages _images;
    private readonly bool _reverse;

    private RowFold(ChangeIndex index, bool reverse, ChangeObstacles obstacles) =>
        (_index, _reverse, _obstacles, _images) = (index, reverse, obstacles, new FoldImages(index));

    /// <summary>The sums in the order of the last changes, or for an undo in the reverse order of the first ones.</summary>
    /// <param name="index">The changes.</param>
    /// <param name="where">Which rows of them, or null for all.</param>
    /// <param name="reverse">Whether they are to be undone.</param>
    /// <param name="obstacles">Takes what sums do not say.</param>
    /// <param name="stop">Ends it.</param>
    public static FoldedRows Build(
        ChangeIndex index, RowPredicate? where, bool reverse, ChangeObstacles obstacles, CancellationToken stop)
    {
        var fold = new RowFold(index, reverse, obstacles);
        foreach (IGrouping<TableName, TableMap> table in index.Maps.GroupBy(m => m.QualifiedName))
            CheckTable(table.Key, [.. table]);
        using var windows = new SourceWindows(index.Sources, backwards: false);
        for (int t = 0; t < index.Transactions.Count; t++)
        {
            int end = index.EndOf(t);
            for (int number = index.Transactions[t].FirstEvent; number < end; number++)
            {
                stop.ThrowIfCancellationRequested();
                fold.Add(number, index.LogFiles[index.Transactions[t].Log], windows, where);
            }
        }

        IEnumerable<FoldedRow> rows = fold._rows.Where(r => r.First.IsRow || r.Last.IsRow);
        return new FoldedRows(index, [.. reverse ? rows.Reverse() : rows.OrderBy(r => r.LastEvent)], fold._images, reverse);
    }

    private static void CheckTable(TableName name, TableMap[] maps)
    {
        if (Array.Exists(maps, m => m.PrimaryKey.Length == 0))
            throw new RecoveryException(
                "FoldNeedsKey", RecoveryErrorKind.InvalidArgument, $"-Fold sums up by key, and no key is known of {name}",
                recommendedAction: "Give -SchemaPath if the table has a key, leave the table out, or write every change, without -Fold.");
        if (Array.Exists(maps, m => !HasShapeOf(m, maps[0])))
            throw new RecoveryException(
                "FoldSchemaChanged", RecoveryErrorKind.InvalidArgument,
                $"-Fold cannot sum up what came before and after the columns of {name} were changed",
                recommendedAction: "Choose the time before or after the ALTER TABLE, or write every change, without -Fold.");
    }

    /// <summary>Whether images of two maps are laid out and named alike.</summary>
    public static bool HasShapeOf(TableMap map, TableMap other) => map.PrimaryKey.AsSpan().SequenceEqual(other.PrimaryKey)
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
            if (!WholeImages.CanComplete(row.BeforeLayout, map.PrimaryKey) || !WholeImages.CanComplete(row.AfterLayout, map.PrimaryKey))
            {
                throw new RecoveryException(
                    "FoldNeedsFullImage", RecoveryErrorKind.InvalidArgument,
                    "-Fold needs rows with all columns (binlog_row_image=FULL) but computed ones, which a schema knows",
                    logFile, item.Offset, map.HasSchema
                        ? "Write every change, without -Fold." : "Give -SchemaPath, or write every change, without -Fold.");
            }

            int moved = 0;
            while (row.MoveNext())
            {
                if ((where == null || where.IsMatch(row)) && Add(number, logFile, item, map, row, rowsOffset))
                    moved++;
            }

            // What a schema knows of foreign keys is named with the event.
            if (moved > 0 && rows.CascadesUnlogged && !map.HasSchema)
                _obstacles.AddRows(map.Database, map.Table, moved, MovedKey, logFile, item.Offset);
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw MalformedData.OfEvent($"a row of the {item.Type} event", e, logFile, item.Offset);
        }
    }

    /// <summary>Takes a row in; whether its key was changed.</summary>
    private bool Add(int number, string logFile, in IndexedEvent item, TableMap map, in RowCursor row, long rowsOffset)
    {
        var before = new FoldedRow.Image(
            item.Source, row.Before.Length, rowsOffset + row.Start, _images.NumberOf(row.BeforeLayout));
        var after = new FoldedRow.Image(
            item.Source, row.After.Length, rowsOffset + (before.IsRow ? row.Middle : row.Start), _images.NumberOf(row.AfterLayout));
        UInt128 beforeKey = before.IsRow ? RowKey.Of(map, row.BeforeLayout, map.PrimaryKey, row.Before) : default;
        UInt128 afterKey = after.IsRow ? RowKey.Of(map, row.AfterLayout, map.PrimaryKey, row.After) : default;
        bool staysInPlace = before.IsRow && after.IsRow && beforeKey == afterKey;
        UInt128 afterHash = after.IsRow ? RowKey.Of(_images.Comparable(row.AfterLayout, row.After)) : default;
        UInt128 beforeHash = before.IsRow ? RowKey.Of(_images.Comparable(row.BeforeLayout, row.Before)) : default;
        bool fits = staysInPlace
            ? Change(beforeKey, new FoldedRow(item.Map, before, after, afterHash, number), beforeHash)
            : (!before.IsRow || Change(beforeKey, new FoldedRow(item.Map, before, default, default, number), beforeHash))
                && (!after.IsRow || Change(afterKey, new FoldedRow(item.Map, default, after, afterHash, number), default));
        if (!fits)
            throw new RecoveryException(
                "FoldInterrupted", RecoveryErrorKind.InvalidArgument,
                string.Create(CultureInfo.InvariantCulture, $"row {row.Index} of {map.Database}.{map.Table} was changed in between by "
                    + $"something that was not chosen: -Fold would undo that too"),
                logFile, item.Offset, "Choose those changes as well, or write every change, without -Fold.");
        return before.IsRow && after.IsRow && !staysInPlace;
    }

    /// <summary>Puts a change after what is known of its key; false if it did not find the row as the last change left it.</summary>
    private bool Change(UInt128 key, in FoldedRow change, UInt128 foundHash)
    {
        if (!_keys.TryGetValue(key, out int place))
        {
            if (_rows.Count == MaximumKeys)
                throw new RecoveryException(
                    "FoldTooLarge", RecoveryErrorKind.LimitsExceeded,
                    $"more than {MaximumKeys} rows were changed: -Fold cannot hold their keys",
                    recommendedAction: "Choose tables or a time one after the other, or write every change, without -Fold.");
            _keys.Add(key, _rows.Count);
            _rows.Add(change);
            return true;
        }

        FoldedRow known = _rows[place];
        FoldedRow.Image? first = known.LastHash == foundHash ? known.First : FindFirst(known, change);
        if (first == null)
            return false;
        _rows[place] = change with { First = first.Value };
        return true;
    }

    // What something else did in between stays where it concerned other columns, or where the row goes as it came.
    private FoldedRow.Image? FindFirst(in FoldedRow known, in FoldedRow change)
    {
        if (!known.Last.IsRow || !change.First.IsRow)
            return null;
        if (known.First.IsRow)
            return _images.Join(_index.Maps[change.Map], known.First, known.Last, change.First);
        return _reverse ? known.First : null;
    }
}

/// <summary>What all changes of one key come to: the row as the first of them found it, and as the last one left it.</summary>
/// <param name="Map">Index into the index's maps.</param>
/// <param name="First">The image of before; without length where there was no row.</param>
/// <param name="Last">The image of after; without length where there is no row.</param>
/// <param name="LastHash">Hash of the last image, to see whether the next change found it so.</param>
/// <param name="LastEvent">The event that changed it last.</param>
internal readonly record struct FoldedRow(int Map, FoldedRow.Image First, FoldedRow.Image Last, UInt128 LastHash, int LastEvent)
{
    /// <summary>Where an image is.</summary>
    /// <param name="Source">Index into the index's sources.</param>
    /// <param name="Length">Bytes; 0 for no row.</param>
    /// <param name="Offset">Where it starts.</param>
    /// <param name="Layout">Number of its layout in <see cref="WholeImages"/>; 0 for that of the whole table.</param>
    internal readonly record struct Image(int Source, int Length, long Offset, int Layout = 0)
    {
        public bool IsRow => Length > 0;
    }
}

/// <summary>Goes through the sums of a fold: rows that go, then rows that change, then rows that come.</summary>
internal sealed class FoldedRows(ChangeIndex index, IReadOnlyList<FoldedRow> rows, FoldImages images, bool reverse)
{
    private static readonly RowOperation[] Order = [RowOperation.Delete, RowOperation.Update, RowOperation.Insert];
    private byte[] _from = [];
    private byte[] _to = [];
    private int _fromLength;
    private int _toLength;
    private HashSet<int>? _takers;
    private int _phase;
    private int _next;

    /// <summary>Whether a row that gets what is unique of another may go first and come back last, instead of being updated.</summary>
    public bool MayReplaceRows { get; set; }

    public TableMap Map { get; private set; } = null!;

    /// <summary>What is to be done to the row.</summary>
    public RowOperation Operation => Order[_phase];

    /// <summary>The row as it is; empty where there is none.</summary>
    public ReadOnlySpan<byte> From => _from.AsSpan(0, _fromLength);

    /// <summary>The row as it is to be; empty where there is to be none.</summary>
    public ReadOnlySpan<byte> To => _to.AsSpan(0, _toLength);

    public bool MoveNext()
    {
        _takers ??= MayReplaceRows ? FindTakers() : [];
        for (; _phase < Order.Length; _phase++, _next = 0)
        {
            while (_next < rows.Count)
            {
                FoldedRow row = rows[_next++];
                (FoldedRow.Image from, FoldedRow.Image to) = reverse ? (row.Last, row.First) : (row.First, row.Last);
                RowOperation operation = !to.IsRow ? RowOperation.Delete : from.IsRow ? RowOperation.Update : RowOperation.Insert;
                bool isTaker = _takers.Contains(_next - 1);
                if (isTaker)
                    operation = Operation == RowOperation.Update ? RowOperation.Delete : Operation;
                if (operation != Operation)
                    continue;
                Map = index.Maps[row.Map];
                _fromLength = images.Load(from, ref _from);
                _toLength = images.Load(to, ref _to);
                if (isTaker && Operation == RowOperation.Delete)
                    _toLength = 0;
                if (isTaker && Operation == RowOperation.Insert)
                    _fromLength = 0;
                return true;
            }
        }

        return false;
    }

    private HashSet<int> FindTakers()
    {
        var traded = new TradedKeys();
        var takers = new HashSet<int>();
        foreach (bool isFound in (bool[])[false, true])
        {
            for (int i = 0; i < rows.Count; i++)
            {
                Map = index.Maps[rows[i].Map];
                if (Map.UniqueKeys.Length == 0 || !rows[i].First.IsRow || !rows[i].Last.IsRow)
                    continue;
                _fromLength = images.Load(reverse ? rows[i].Last : rows[i].First, ref _from);
                _toLength = images.Load(reverse ? rows[i].First : rows[i].Last, ref _to);
                if (!isFound)
                    traded.Add(Map, From);
                else if (traded.IsTaker(Map, From, To))
                    takers.Add(i);
            }
        }

        return takers;
    }
}
