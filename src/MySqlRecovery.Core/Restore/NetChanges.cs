using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Changes;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Restore;

/// <summary>
/// Sums all changes of an index up to one for each row. A row is followed where its key changes. In a table without key equal
/// rows cannot be told apart, and any of them stands for the other.
/// </summary>
internal sealed class NetChanges : IDisposable
{
    private static readonly UInt128 Gone = new(0x9E3779B97F4A7C15, 0xF39CC0605CEDC834);

    private ChangeIndex? _owned;
    private TableMap[] _maps = [];
    private readonly NetChangeStore _store;
    private readonly Dictionary<UInt128, (long First, long Last, long Swept)> _equalRows = [];
    private readonly Dictionary<UInt128, long> _restored = [];
    private readonly TextBuffer _scratch = new();
    private readonly WidenedImages _widened = new();
    private readonly WholeImages _images = new();
    private readonly KeyNumbers _coming = new();
    private KeyNumbers? _numbers;
    private bool _reverse;

    private NetChanges(long expected) => _store = new NetChangeStore(expected);

    /// <summary>Rows, those of which nothing is left included.</summary>
    public int Count => _store.Count;

    public NetChange this[int number] => _store[number];

    public ChangeIndex Index => _owned ?? throw new InvalidOperationException("the rows are not complete");

    /// <summary>Sums up.</summary>
    /// <param name="index">The changes; owned by the result from here on.</param>
    /// <param name="where">The row test that is still to be made, or null.</param>
    /// <param name="reverse">Whether they are to be undone.</param>
    /// <param name="cascaded">Rows that went with others, unlogged.</param>
    /// <param name="stop">Cancels.</param>
    public static NetChanges Build(
        ChangeIndex index, RowPredicate? where, bool reverse, CascadedRows? cascaded, CancellationToken stop)
    {
        var changes = new NetChanges(index.RowCount) { _owned = index, _maps = [.. index.Maps, .. cascaded?.Maps ?? []] };
        try
        {
            using var windows = new SourceWindows(index.Sources, backwards: false);
            for (int t = 0; t < index.Transactions.Count; t++)
            {
                for (int number = index.Transactions[t].FirstEvent; number < index.EndOf(t); number++)
                {
                    stop.ThrowIfCancellationRequested();
                    changes.Add(number, t, windows, where);
                    foreach (CascadedRow row in cascaded?.Of(number) ?? [])
                        changes.Add(row, t);
                }
            }

            changes.Complete(index, reverse, isSummed: false, stop);
            return changes;
        }
        catch
        {
            changes.Dispose();
            throw;
        }
    }

    /// <summary>No rows yet; they are added with <see cref="AddSummed"/>.</summary>
    public static NetChanges Empty() => new(expected: 0);

    /// <summary>Adds a row whose changes have been summed up already.</summary>
    /// <param name="map">Number of its table map.</param>
    /// <param name="first">The row as it was.</param>
    /// <param name="last">The row as it is left.</param>
    /// <param name="transaction">Number of its transaction.</param>
    /// <param name="flags">What else is to be known.</param>
    /// <param name="cause">Number of the cause why nothing can be done with it; 0 for none.</param>
    public void AddSummed(int map, FoldedRow.Image first, FoldedRow.Image last, int transaction, NetChangeFlags flags, byte cause = 0) =>
        _store.Add(new NetChange(map, first, last, default, transaction, -1, flags, cause));

    /// <summary>The table maps of the rows.</summary>
    public IReadOnlyList<TableMap> Maps => _maps;

    public TableMap MapOf(in NetChange change) => _maps[change.Map];

    /// <summary>Why nothing can be done with one of a row's changes; null where something can.</summary>
    public string? CauseOf(in NetChange change) => Index.Unusable?.CauseOf(change.Cause);

    /// <summary>The row that has a key on the server if nothing else changed it; -1 where no change is of it.</summary>
    /// <param name="key">Hash of table and key columns.</param>
    public int Find(UInt128 key) => _numbers == null ? _store.Find(key) : _numbers.Find(key);

    /// <summary>The row that comes to have a key once it is restored; -1 where no change is of it.</summary>
    /// <param name="key">Hash of table and key columns.</param>
    public int FindComing(UInt128 key)
    {
        int number = _coming.Find(key);
        if (number >= 0)
            return number;
        number = Find(key);
        return number >= 0 && !(_reverse ? _store[number].Last : _store[number].First).IsRow ? number : -1;
    }

    /// <summary>
    /// How many rows without key were first and last as an image is, by how many there are more (or fewer) since some were
    /// restored, and whether the changes left none that is equal to it.
    /// </summary>
    public (long First, long Last, long Restored, bool WereSwept) CountEqual(StoredRow row)
    {
        UInt128 key = HashOf(row);
        (long first, long last, long swept) = _equalRows.GetValueOrDefault(key);
        return (first, last, _restored.GetValueOrDefault(key), swept == first);
    }

    /// <summary>Takes note that a row without key was restored.</summary>
    public void NoteRestored(StoredRow? from, StoredRow? to)
    {
        if (from != null)
            _restored[HashOf(from)] = _restored.GetValueOrDefault(HashOf(from)) - 1;
        if (to != null)
            _restored[HashOf(to)] = _restored.GetValueOrDefault(HashOf(to)) + 1;
    }

    /// <summary>An image; null where there was no row.</summary>
    public byte[]? Load(in FoldedRow.Image image)
    {
        if (!image.IsRow)
            return null;
        if (image.Source == WidenedImages.Source)
            return _widened.Load(image);
        var bytes = new byte[image.Length];
        return Index.Sources[image.Source].Read(image.Offset, bytes) == bytes.Length ? bytes : throw new RecoveryException(
            "FileChanged", RecoveryErrorKind.ReadError, "the file became shorter while it was read", Index.Sources[image.Source].Path,
            image.Offset);
    }

    /// <summary>The row of an image; null where there was none.</summary>
    /// <exception cref="InvalidDataException">A value cannot be read.</exception>
    public StoredRow? LoadRow(in NetChange change, in FoldedRow.Image image) => Load(image) is not { } bytes ? null
        : change.Flags.HasFlag(NetChangeFlags.Packed)
            ? StoredRow.OfPacked(MapOf(change), bytes) : StoredRow.OfImage(MapOf(change), bytes, _scratch);

    /// <summary>Hash of table and some columns of an image, of which nothing else is decoded.</summary>
    public UInt128 HashOf(in NetChange change, in FoldedRow.Image image, int[] columns) => change.Flags.HasFlag(NetChangeFlags.Packed)
        ? LoadRow(change, image)!.Hash(columns) : StoredRow.Hash(MapOf(change), Load(image), columns, _scratch);

    public void Dispose()
    {
        _store.Dispose();
        _scratch.Dispose();
        _widened.Dispose();
        _owned?.Dispose();
    }

    private void Add(int number, int transaction, SourceWindows windows, RowPredicate? where)
    {
        IndexedEvent item = Index.Events[number];
        byte cause = Index.Unusable?.NumberOf(number) ?? 0;
        NetChangeFlags flags = Index.Swept?.Contains(number) == true ? NetChangeFlags.Swept : NetChangeFlags.None;
        TableMap map = Index.Maps[item.Map];
        try
        {
            ReadOnlySpan<byte> raw = windows.Read(item.Source, item.Offset, item.Length);
            RowsEvent rows = RowsEvent.Parse(EventHeader.Parse(raw).Type, raw[EventHeader.Size..], map.Columns.Length);
            long rowsOffset = item.Offset + EventHeader.Size + rows.At.Rows;
            var row = new RowCursor(rows, map);
            bool isFull = row.BeforeLayout.IsFull && row.AfterLayout.IsFull && rows.Type != BinlogEventType.PartialUpdateRows;
            while (row.MoveNext())
            {
                if (where != null && !where.IsMatch(row))
                    continue;
                if (isFull)
                {
                    var before = new FoldedRow.Image(item.Source, row.Before.Length, rowsOffset + row.Start);
                    var after = new FoldedRow.Image(item.Source, row.After.Length, rowsOffset + (before.IsRow ? row.Middle : row.Start));
                    var change = new NetChange(item.Map, before, after, default, transaction, -1, flags, cause);
                    Add(change, map, row.Before, row.After);
                }
                else
                {
                    AddWidened(new NetChange(item.Map, default, default, default, transaction, -1, flags, cause), map, row);
                }
            }
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw MalformedData.OfEvent(
                $"a row of the {item.Type} event", e, Index.LogFiles[Index.Transactions[transaction].Log], item.Offset);
        }
    }

    private void Add(in CascadedRow row, int transaction)
    {
        int map = Array.IndexOf(_maps, row.Map);
        var change = new NetChange(map, _widened.Append(row.Image), default, default, transaction, -1, NetChangeFlags.Cascaded, 0);
        Add(change, row.Map, row.Image, []);
    }

    private void Add(in NetChange change, TableMap map, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        if (map.PrimaryKey.Length == 0)
            AddKeyless(change, map, before, after);
        else
            AddKeyed(change, map, before, after);
    }

    /// <summary>A row whose images lack columns: those that the server computes, or more, and then it can only be named.</summary>
    private void AddWidened(NetChange change, TableMap map, in RowCursor row)
    {
        bool isWhole = row.BeforeLayout.LacksOnlyGenerated && row.AfterLayout.LacksOnlyGenerated && !row.IsPartial;
        bool isNamed = RowKey.IsIn(row.BeforeLayout, map.PrimaryKey), isUsable = isWhole && (isNamed || map.PrimaryKey.Length == 0);
        byte[] before = row.Before.IsEmpty ? [] : WidenedImages.Widen(map.Layout, row.BeforeLayout, row.Before, []);
        byte[] after = row.After.IsEmpty ? [] : row.IsPartial ? before
            : WidenedImages.Widen(map.Layout, row.AfterLayout, row.After, before);
        change = change with { First = _widened.Append(before), Last = _widened.Append(after) };
        if (!isUsable)
            change = change with { Flags = change.Flags | NetChangeFlags.Partial };
        if (isUsable || isNamed)
            Add(change, map, before, after);
        else
            _store.Add(change with { Flags = change.Flags | NetChangeFlags.Unnamed });
    }

    /// <summary>Whether two changes of a row were made while its table had other columns.</summary>
    private NetChangeFlags Compare(int map, int other) =>
        map == other || RowFold.HasShapeOf(_maps[map], _maps[other]) ? NetChangeFlags.None : NetChangeFlags.Reshaped;

    private void AddKeyed(NetChange change, TableMap map, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        UInt128 beforeKey = before.IsEmpty ? default : StoredRow.Hash(map, before, map.PrimaryKey, _scratch);
        UInt128 afterKey = after.IsEmpty ? default : StoredRow.Hash(map, after, map.PrimaryKey, _scratch);
        if (!after.IsEmpty)
            change = change with { LastHash = RowKey.Of(_images.Comparable(map.Layout, after)) };
        UInt128 key = before.IsEmpty ? afterKey : beforeKey;
        change = change with { Key = key };
        int number = _store.Find(key);
        if (number < 0)
        {
            _store.Set(key, number = _store.Add(change));
        }
        else
        {
            NetChange known = _store[number];
            UInt128 found = before.IsEmpty ? default : RowKey.Of(_images.Comparable(map.Layout, before));
            NetChangeFlags flags = known.Flags | change.Flags | Compare(known.Map, change.Map)
                | (known.LastHash == found && known.Last.IsRow == !before.IsEmpty ? NetChangeFlags.None : NetChangeFlags.Interrupted);
            byte cause = known.Cause != 0 ? known.Cause : change.Cause;
            _store[number] = change with
            {
                First = known.First,
                Flags = flags,
                Map = known.First.IsRow ? known.Map : change.Map,
                Cause = cause
            };
        }

        if (before.IsEmpty || after.IsEmpty || beforeKey == afterKey)
            return;
        _store.Set(beforeKey, -1);
        _store[number] = _store[number] with { Flags = _store[number].Flags | NetChangeFlags.Moved, Key = afterKey };
        int other = _store.Find(afterKey);
        if (other >= 0)
        {
            // A row that went is no more found by its key, which another one has now, but by what it comes to be.
            NetChange present = _store[other];
            NetChangeFlags more = present.Last.IsRow ? NetChangeFlags.Interrupted : NetChangeFlags.Moved;
            _store[other] = present with { Flags = present.Flags | more };
            if (present.Last.IsRow)
                _store[number] = _store[number] with { Flags = _store[number].Flags | NetChangeFlags.Interrupted };
        }

        _store.Set(afterKey, number);
    }

    private void AddKeyless(NetChange change, TableMap map, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        // A row that comes may be one that went.
        int number = before.IsEmpty ? Take(HashOf(map, after) ^ Gone) : Take(HashOf(map, before));
        number = number < 0 ? _store.Add(change) : number;
        NetChange known = _store[number];
        change = change with
        {
            First = known.First,
            Map = known.First.IsRow ? known.Map : change.Map,
            Cause = known.Cause != 0 ? known.Cause : change.Cause,
            Flags = known.Flags | (change.Flags & ~NetChangeFlags.Swept) | Compare(known.Map, change.Map),
        };
        if (!after.IsEmpty)
            Put(HashOf(map, after), number, change);
        else if (change.First.IsRow)
            Put(StoredHash(MapOf(change), change.First) ^ Gone, number, change);
        else
            _store[number] = change;
    }

    private int Take(UInt128 key)
    {
        int number = _store.Find(key);
        if (number >= 0)
            _store.Set(key, _store[number].Next);
        return number;
    }

    private void Put(UInt128 key, int number, in NetChange change)
    {
        _store[number] = change with { Next = _store.Find(key), Key = key };
        _store.Set(key, number);
    }

    private UInt128 StoredHash(TableMap map, in FoldedRow.Image image) => HashOf(map, Load(image));

    private UInt128 HashOf(StoredRow row) => row.Image != null ? HashOf(row.Map, row.Image)
        : row.Hash([.. Enumerable.Range(0, row.Values.Length).Where(i => !row.Map.Columns[i].IsGenerated)]);

    private UInt128 HashOf(TableMap map, ReadOnlySpan<byte> image)
    {
        UInt128 table = StoredRow.Hash(map.Database, map.Table, []);
        return RowKey.Of(_images.Comparable(map.Layout, image)) ^ table;
    }

    /// <summary>Has rows be found by the keys that they have on the server, and equal ones counted.</summary>
    /// <param name="index">What the rows' images are in; owned from here on.</param>
    /// <param name="reverse">Whether the changes are to be undone.</param>
    /// <param name="isSummed">Whether the rows were added as sums.</param>
    /// <param name="stop">Cancels.</param>
    public void Complete(ChangeIndex index, bool reverse, bool isSummed, CancellationToken stop)
    {
        _owned = index;
        _maps = _maps.Length == 0 ? index.Maps : _maps;
        KeyNumbers? numbers = reverse && !isSummed ? null : new KeyNumbers();
        for (int number = 0; number < _store.Count; number++)
        {
            stop.ThrowIfCancellationRequested();
            NetChange change = _store[number];
            TableMap map = MapOf(change);
            if (change.IsNothing || (change.Flags & (NetChangeFlags.Partial | NetChangeFlags.Reshaped)) != 0)
                continue;
            if (map.PrimaryKey.Length == 0)
                CountEqual(change);
            else
                Number(change, map.PrimaryKey, number, numbers, reverse);
        }

        _reverse = reverse;

        _numbers = numbers;
    }

    private void Number(in NetChange change, int[] columns, int number, KeyNumbers? numbers, bool reverse)
    {
        (FoldedRow.Image from, FoldedRow.Image to) = reverse ? (change.Last, change.First) : (change.First, change.Last);
        if (numbers == null && !change.Flags.HasFlag(NetChangeFlags.Moved))
            return;
        UInt128 key = from.IsRow ? HashOf(change, from, columns) : default;
        UInt128 coming = to.IsRow ? HashOf(change, to, columns) : key;
        numbers?.Set(from.IsRow ? key : coming, number);
        if (to.IsRow && coming != key)
            _coming.Set(coming, number);
    }

    private void CountEqual(in NetChange change)
    {
        if (change.First.IsRow)
        {
            UInt128 key = HashOf(LoadRow(change, change.First)!);
            (long first, long last, long swept) = _equalRows.GetValueOrDefault(key);
            _equalRows[key] = (first + 1, last, swept + (change.Flags.HasFlag(NetChangeFlags.Swept) ? 1 : 0));
        }

        if (change.Last.IsRow)
        {
            UInt128 key = HashOf(LoadRow(change, change.Last)!);
            (long first, long last, long swept) = _equalRows.GetValueOrDefault(key);
            _equalRows[key] = (first, last + 1, swept);
        }
    }
}
