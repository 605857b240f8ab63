using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.InnoDb.Rows;

/// <summary>
/// Where logs delete rows of a table, found by the bytes of the rows' values: what a file has as deleted, and a log deletes with
/// the same values, was a row of the table. Takes some 60 bytes for each row that the logs delete.
/// </summary>
internal sealed class LoggedDeletions
{
    private readonly StoredTable _table;
    private readonly Dictionary<UInt128, Place> _places = [];
    private readonly List<int[]> _images = [];
    private readonly XxHash128 _hash = new();
    private (TableMap? Map, int[]? Columns) _last;
    private ValueRange[] _was = [], _became = [];

    private LoggedDeletions(StoredTable table) => _table = table;

    /// <summary>Rows of the table that the logs delete, also where nothing can be said of their columns.</summary>
    public long RowCount { get; private set; }

    /// <summary>Rows whose image in the log cannot be told apart into the columns of the file.</summary>
    public long UnknownCount { get; private set; }

    /// <summary>What to read of logs.</summary>
    public static EventFilter FilterFor(StoredTable table) => new()
    {
        Tables = TableFilter.Only([new TableName(table.Database, table.Name)]),
        Operations = [RowOperation.Delete, RowOperation.Update],
    };

    /// <summary>Reads logs from their start to their end.</summary>
    /// <param name="scan">With the filter of <see cref="FilterFor"/>.</param>
    /// <param name="table">The table as its file keeps it.</param>
    /// <param name="onGap">Told of what is damaged, where the scan passes over damage.</param>
    public static LoggedDeletions Read(EventScan scan, StoredTable table, Action<RecoveryException> onGap)
    {
        var deletions = new LoggedDeletions(table);
        while (true)
        {
            bool more = scan.Read();
            while (scan.Gaps.TryDequeue(out RecoveryException? gap))
                onGap(gap);
            if (!more)
                break;
            var view = new EventView(scan);
            if (!view.HasRows)
                continue;
            try
            {
                deletions.Add(view);
            }
            catch (Exception e) when (MalformedData.Is(e))
            {
                throw view.Malformed(e);
            }
        }

        return deletions;
    }

    /// <summary>Whether this is what the logs say of a table, maybe in another file of it.</summary>
    public bool IsOf(StoredTable table) => table.Database == _table.Database && table.Name == _table.Name
        && table.Columns.Select(c => c.Definition.Name).SequenceEqual(_table.Columns.Select(c => c.Definition.Name));

    /// <summary>
    /// The change that deleted a row with these values last, <c>file:position</c> of the row event and the GTID; null for none.
    /// </summary>
    public string? Find(StoredRow row)
    {
        foreach (int[] columns in _images)
        {
            if (Array.Exists(columns, c => row.Missing[c]))
                continue;
            foreach (int column in columns)
                Append(column, row.Values[column].IsNull, row.Values[column].IsNull ? default : row.Values[column].Of(row.Bytes));
            if (_places.TryGetValue(Sum(), out Place place))
                return place.ToString();
        }

        return null;
    }

    private void Add(in EventView view)
    {
        TableMap map = view.Table!;
        RowsEvent rows = view.Rows;
        if (map != _last.Map)
            _last = (map, ColumnsOf(map));
        RowLayout before = map.LayoutFor(rows.Columns);
        RowLayout? after = rows.Operation == RowOperation.Update && rows.Type != BinlogEventType.PartialUpdateRows
            ? map.LayoutFor(rows.ColumnsAfter) : null;
        if (rows.Operation == RowOperation.Update && after == null)
            return; // no part of a document changes the key
        int[]? image = _last.Columns == null ? null : ImageOf(before, _last.Columns);
        var place = new Place(view.LogFile, view.Position, view.GtidText);
        var cursor = new RowCursor(rows, map);
        while (cursor.MoveNext())
        {
            if (after != null && !ChangesKey(before, cursor.Before, after, cursor.After))
                continue;
            RowCount++;
            if (image == null)
            {
                UnknownCount++;
                continue;
            }

            Locate(before, cursor.Before, ref _was);
            for (int i = 0; i < before.Ordinals.Length; i++)
            {
                int ordinal = before.Ordinals[i], column = _last.Columns![ordinal];
                if (column >= 0)
                    Append(column, _was[i].IsNull, ValueOf(map.Columns[ordinal], _was[i], cursor.Before));
            }

            _places[Sum()] = place;
        }
    }

    // An update of the key leaves a deleted record under the old one.
    private bool ChangesKey(RowLayout before, ReadOnlySpan<byte> was, RowLayout after, ReadOnlySpan<byte> became)
    {
        if (_table.PrimaryKey.Length == 0 || _last.Columns == null)
            return false;
        Locate(before, was, ref _was);
        Locate(after, became, ref _became);
        foreach (int column in _table.PrimaryKey)
        {
            int ordinal = Array.IndexOf(_last.Columns, column), a = before.IndexOf(ordinal), b = after.IndexOf(ordinal);
            if (ordinal >= 0 && a >= 0 && b >= 0 && !_was[a].Of(was).SequenceEqual(_became[b].Of(became)))
                return true;
        }

        return false;
    }

    private static void Locate(RowLayout layout, ReadOnlySpan<byte> image, ref ValueRange[] ranges)
    {
        if (ranges.Length < layout.Ordinals.Length)
            ranges = new ValueRange[layout.Columns.Length];
        layout.Locate(image, ranges);
    }

    // The file's column for each of the log's: -1 for one that it does not store. Null where only names could tell.
    private int[]? ColumnsOf(TableMap map)
    {
        if (Array.TrueForAll(map.Columns, c => c.IsNameKnown))
            return Array.ConvertAll(map.Columns, c => Array.FindIndex(
                _table.Columns, s => string.Equals(s.Definition.Name, c.Name, StringComparison.OrdinalIgnoreCase)));
        return map.Columns.Length == _table.Columns.Length ? [.. Enumerable.Range(0, map.Columns.Length)] : null;
    }

    private int[] ImageOf(RowLayout layout, int[] columns)
    {
        int[] image = [.. layout.Ordinals.Select(o => columns[o]).Where(c => c >= 0)];
        if (_images.Find(i => i.AsSpan().SequenceEqual(image)) is { } known)
            return known;
        _images.Add(image);
        return image;
    }

    private static ReadOnlySpan<byte> ValueOf(ColumnDefinition column, ValueRange range, ReadOnlySpan<byte> image) => range.IsNull ? default
        : CompressedColumn.IsCompressed(column.Type) ? CompressedColumn.Expand(range.Of(image)) : range.Of(image);

    private UInt128 Sum()
    {
        UInt128 sum = _hash.GetCurrentHashAsUInt128();
        _hash.Reset();
        return sum;
    }

    private void Append(int column, bool isNull, ReadOnlySpan<byte> value)
    {
        ColumnDefinition definition = _table.Columns[column].Definition;
        // The log leaves the zeros at the end of BINARY(n) out.
        if (definition.Type == ColumnType.String && definition.CharacterSet is not { IsBinary: false })
            value = value.TrimEnd((byte)0);
        Span<int> head = [column, isNull ? -1 : value.Length];
        _hash.Append(MemoryMarshal.AsBytes(head));
        _hash.Append(value);
    }

    private readonly record struct Place(string LogFile, long Position, string? Gtid)
    {
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{LogFile}:{Position}{(Gtid == null ? string.Empty : $" {Gtid}")}");
    }
}
