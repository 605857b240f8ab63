using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;

namespace MySqlRecovery.Catalog;

/// <summary>Parts a log into stretches while it is read, and notes what each of them has.</summary>
/// <param name="stretchLength">Bytes of a stretch, which goes on to the end of its last transaction.</param>
internal sealed class CatalogBuilder(long stretchLength)
{
    public const long DefaultStretchLength = 1 << 20;

    // What is read because of a statement should be little.
    private const int StatementShare = 16;

    private readonly List<LogStretch> _stretches = [];
    private readonly List<ulong> _keys = [];
    private readonly List<LogTable> _tables = [];
    private readonly Dictionary<string, CatalogedTable> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<TableMap, (LogKeyReader? Reader, CatalogedTable Table)> _maps = new(ReferenceEqualityComparer.Instance);
    private readonly List<CatalogedTable> _touched = [];
    private LogStretch? _stretch;
    private long _transaction = -1;
    private bool _isWhole;

    /// <summary>What was found, in order.</summary>
    public List<LogStretch> Stretches => _stretches;

    /// <summary>The keys that are not in ranges, with the number of their stretch.</summary>
    public List<ulong> Keys => _keys;

    /// <summary>The tables by number.</summary>
    public IReadOnlyList<LogTable> Tables => _tables;

    /// <summary>Whether anything is between the stretches.</summary>
    public bool HasGaps { get; private set; }

    /// <summary>Takes the scan's event in.</summary>
    [MethodImpl(Jit.Hot)]
    public void Take(EventScan scan)
    {
        var view = new EventView(scan);
        if (!scan.Transaction.IsInside)
        {
            Cut();
            return;
        }

        if (_stretch == null)
        {
            HasGaps |= _stretches.Count > 0 && _stretches[^1].End != view.Position;
            _stretch = new LogStretch { Start = view.Position };
        }

        Note(_stretch, view, scan);
        _isWhole = scan.Transaction.IsOver;
        if (!_isWhole)
            return;
        _stretch.End = view.EndPosition;
        long length = _stretch.End - _stretch.Start;
        if (length >= stretchLength || (_stretch.HasStatements && length >= stretchLength / StatementShare))
            Cut();
    }

    /// <summary>The log has been read. A transaction that it does not end is not part of a stretch.</summary>
    public void Complete() => Cut();

    private void Cut()
    {
        if (_stretch == null)
            return;
        foreach (CatalogedTable table in _touched)
            table.EndStretch(_isWhole ? _keys : null, _stretches.Count);
        _touched.Clear();
        if (_isWhole)
            _stretches.Add(_stretch);
        _stretch = null;
        _transaction = -1;
    }

    [MethodImpl(Jit.Hot)]
    private void Note(LogStretch stretch, in EventView view, EventScan scan)
    {
        BinlogEventType type = view.Type;
        EventHeader header = scan.Reader.Header;
        stretch.EventCount++;
        stretch.FirstTime = Math.Min(stretch.FirstTime, header.Timestamp);
        stretch.LastTime = Math.Max(stretch.LastTime, header.Timestamp);
        if (header.Timestamp > 0)
        {
            stretch.FirstKnownTime = Math.Min(stretch.FirstKnownTime, header.Timestamp);
            stretch.EndTime = header.Timestamp;
        }

        stretch.ServerIds.Add(header.ServerId);
        if (scan.Transaction.Position != _transaction)
        {
            _transaction = scan.Transaction.Position;
            if (view.Gtid is { } gtid)
                stretch.Gtids.Add(gtid);
            else
                stretch.LacksGtids = true;
            // What began without GTID and BEGIN may be the rest of something.
            stretch.HasStatements |= scan.Transaction.IsBare;
        }

        if (view.ThreadId is { } thread)
            stretch.AddThread(thread);
        if (view.HasRows)
            NoteRows(stretch, view, scan);
        else if (type == BinlogEventType.TableMap)
            TableOf(stretch, view.Table!, scan, out _);
        else if (!IsPlain(type, scan))
            stretch.HasStatements = true;
    }

    // What stands beside rows and has nothing to tell by itself.
    private static bool IsPlain(BinlogEventType type, EventScan scan)
    {
        if (!type.IsQuery())
            return type.IsGtid() || type is BinlogEventType.Xid or BinlogEventType.RowsQuery or BinlogEventType.MariaDbAnnotateRows
                or BinlogEventType.TransactionPayload;
        QueryEvent query = QueryEvent.Parse(scan.Reader.Body);
        return query.IsTransactionControl && query.XaVerb == null;
    }

    private CatalogedTable TableOf(LogStretch stretch, TableMap map, EventScan scan, out LogKeyReader? reader)
    {
        if (!_maps.TryGetValue(map, out (LogKeyReader? Reader, CatalogedTable Table) known))
            _maps.Add(map, known = Add(map, scan.Reader.Format));
        (reader, CatalogedTable table) = known;
        if (table.Rows != null)
            return table;
        stretch.Add(table.Rows = new TableStretch(table.Number));
        _touched.Add(table);
        return table;
    }

    private (LogKeyReader? Reader, CatalogedTable Table) Add(TableMap map, FormatDescriptionEvent format)
    {
        var reader = LogKeyReader.For(map, out string? problem);
        bool isFirst = problem != null && !map.IsPrimaryKeyKnown;
        if (isFirst)
            reader = LogKeyReader.OfColumn(map, 0);
        if (isFirst && reader != null)
            problem += "; its first column is noted";
        if (format.IsMariaDb && reader?.MayBeAddress == true)
            (reader, problem) = (null, "keys of BINARY(4) and BINARY(16) are not looked for: INET4, INET6 and UUID look the same");
        var named = new LogTable(map.Database, map.Table, isFirst ? null : reader?.Columns)
        {
            Shape = isFirst && reader != null ? map.Shape(format.TableIdLength) : null,
            AreNumbers = reader?.AreNumbers ?? [],
            IntegerSizes = reader?.IntegerSizes ?? [],
            KeyProblem = problem,
        };
        if (!_numbers.TryGetValue(named.Identity, out CatalogedTable? table))
        {
            _numbers.Add(named.Identity, table = new CatalogedTable(named, _tables.Count));
            _tables.Add(named);
        }

        return (reader, table);
    }

    [MethodImpl(Jit.Hot)]
    private void NoteRows(LogStretch stretch, in EventView view, EventScan scan)
    {
        TableMap map = view.Table!;
        RowsEvent rows = view.Rows;
        CatalogedTable table = TableOf(stretch, map, scan, out LogKeyReader? reader);
        TableStretch sums = table.Rows!;
        stretch.RowEventCount++;
        stretch.IsCompressed |= scan.IsExpanded;
        stretch.LacksThreads |= view.ThreadId == null;
        stretch.Sample = (view.EndPosition, 0);
        sums.EventCount++;
        sums.Operations.Add(rows.Operation);
        int count = table.TakeKeys(rows, map, reader);
        if (count == 0)
        {
            sums.HasUncountedRows = true;
            return;
        }

        if (!sums.HasRows)
            (sums.FirstTime, sums.Start) = (scan.Reader.Header.Timestamp, view.TransactionPosition);
        if (rows.Operation == RowOperation.Insert)
            sums.InsertCount += count;
        else if (rows.Operation == RowOperation.Update)
            sums.UpdateCount += count;
        else
            sums.DeleteCount += count;
        if (table.LastTransaction != view.TransactionPosition)
            (table.LastTransaction, sums.TransactionCount) = (view.TransactionPosition, sums.TransactionCount + 1);
        sums.Size += view.Size;
        (sums.LastTime, sums.End) = (scan.Reader.Header.Timestamp, view.EndPosition);
        if (ChangeRules.FindObstacle(rows, map, view.Format, reverse: true) is { } obstacle && !sums.Obstacles.Contains(obstacle))
            sums.Obstacles.Add(obstacle);
    }
}
