using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Gtids;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Changes;

/// <summary>
/// Makes a <see cref="ChangeIndex"/> of the events of a scan or of a pipeline, to undo them or to do them again. Rows that
/// turn out not to count, as those of an XA transaction that is rolled back, are taken out again.
/// </summary>
internal sealed partial class ChangeIndexBuilder : IDisposable
{
    private readonly bool _reverse;
    private readonly bool _namesCascades;
    private readonly ITableSchemaSource? _schema;
    private readonly long _maximumMemory;
    private readonly FilterDoubts _doubts;
    private readonly StatementEffects _effects;
    private readonly UnusableEvents? _unusable;
    private readonly SweptEvents? _swept;
    private readonly ChangeObstacles _obstacles = new();
    private readonly Dictionary<string, PreparedEvents> _prepared = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string Id, PreparedEvents Events)> _superseded = [];

    private readonly List<TableMap> _maps = [];
    private readonly List<long> _rowsOfMap = [];
    private readonly Dictionary<TableMap, int> _mapNumbers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<ulong, int> _mapsOfLog = [];
    private (TableMap? Map, int Number) _lastMap;
    private readonly List<Gtid> _gtidSources = [];
    private readonly Dictionary<Gtid, int> _gtidSourceNumbers = [];
    private (Gtid? Source, int Number) _lastGtidSource;

    private readonly List<ByteSource> _sources = [];
    private readonly List<string> _logFiles = [];
    private string? _server;
    private FormatDescriptionEvent? _format;
    private int _logIndex = -1;
    private int _logSource;
    private SpoolFile? _spool;
    private byte[] _scratch = [];
    private int _spoolSource;

    private SpillingStore _store;
    private IndexedEvent.List _events;
    private IndexedTransaction.List _transactions;
    private (int Log, long Position) _lastTransaction = (-1, -1);
    private (int Log, long Position) _transaction = (-1, -1);
    private int _statement;
    private ulong[] _excluded = [];
    private RowPredicate? _rowTest;
    private LeftOutRows? _leftOut;
    private bool _isComplete;

    /// <param name="reverse">Whether the rows are to be undone.</param>
    /// <param name="schema">What is known of the tables from elsewhere, or null.</param>
    /// <param name="effects">What follows the statements among the events.</param>
    /// <param name="maximumMemory">Bytes of memory for the packed index; what is beyond goes to a temporary file.</param>
    /// <param name="doubts">What the filter could not know.</param>
    /// <param name="keepsUnusable">Whether rows with which nothing can be done are kept, to be named one by one.</param>
    /// <param name="sumsUp">Whether the rows are summed up: foreign keys do not act again then.</param>
    public ChangeIndexBuilder(
        bool reverse, ITableSchemaSource? schema, StatementEffects effects, long maximumMemory, FilterDoubts doubts,
        bool keepsUnusable = false, bool sumsUp = false)
    {
        (_reverse, _schema, _effects, _maximumMemory, _doubts) = (reverse, schema, effects, maximumMemory, doubts);
        _namesCascades = reverse || sumsUp;
        _unusable = keepsUnusable ? new UnusableEvents() : null;
        _swept = keepsUnusable ? new SweptEvents() : null;
        Start();
    }

    /// <summary>Indexes all that a scan lets through.</summary>
    /// <param name="scan">At its start.</param>
    /// <param name="reverse">Whether the rows are to be undone.</param>
    /// <param name="onEvent">Is told of every event.</param>
    /// <param name="findLaterChanges">Looks for rows that something else changed again later.</param>
    /// <param name="maximumMemory">Bytes of memory for the packed index.</param>
    /// <param name="movesBytes">Whether the rows are undone as bytes, in a binlog.</param>
    /// <param name="keepsUnusable">Whether rows with which nothing can be done are kept, to be named one by one.</param>
    /// <param name="renames">Under which names tables are written; null where rows are not written to renamed tables.</param>
    /// <param name="sumsUp">Whether the rows are summed up.</param>
    [MethodImpl(Jit.Hot)]
    public static ChangeIndex Build(
        EventScan scan, bool reverse, Action<EventScan>? onEvent = null, Func<ChangeIndex, LaterFindings?>? findLaterChanges = null,
        long maximumMemory = ChangeIndex.DefaultMaximumMemory, bool movesBytes = true, bool keepsUnusable = false,
        TableRenames? renames = null, bool sumsUp = false)
    {
        var effects = new StatementEffects(
            reverse, scan.Tables, namesNewTables: !scan.ChoosesOperations, scan.Schema, movesBytes, renames: renames);
        using var builder = new ChangeIndexBuilder(reverse, scan.Schema, effects, maximumMemory, scan.Doubts, keepsUnusable, sumsUp);
        builder._rowTest = scan.RowTest;
        if (!keepsUnusable && scan.RowTest == null && (renames ?? TableRenames.None) == TableRenames.None)
            scan.Places = new StretchedRows(builder, scan, onEvent);
        while (scan.Read())
        {
            builder._obstacles.AddGaps(scan);
            onEvent?.Invoke(scan);
            builder.Add(new EventView(scan), scan);
        }

        builder._obstacles.AddGaps(scan);
        return builder.Complete(findLaterChanges);
    }

    /// <summary>Takes an event of a pipeline in.</summary>
    public void Add(in EventView view) => Add(view, scan: null);

    /// <summary>The index of all that was added, of which nobody has looked for later changes.</summary>
    public ChangeIndex CompleteUnseen()
    {
        ChangeIndex index = Complete();
        return _reverse ? ToIndex(null) : index;
    }

    /// <summary>The index of all that was added; it owns the sources from here on.</summary>
    public ChangeIndex Complete(Func<ChangeIndex, LaterFindings?>? findLaterChanges = null)
    {
        LaterFindings? later = findLaterChanges?.Invoke(ToIndex([]));
        foreach ((string id, PreparedEvents undecided) in _prepared.Select(p => (p.Key, p.Value)).Concat(_superseded))
            ExcludeUndecided(id, undecided, later);
        foreach (LaterLoss loss in later?.Losses ?? [])
            ExcludeBefore(loss, later!);
        NameDoubts(later);
        _obstacles.AddOpen(_effects);
        _leftOut = later?.LeftOut;
        Compact();
        ChangeIndex index = ToIndex(later?.Lines ?? []);

        _isComplete = true;
        return index;
    }

    public void Dispose()
    {
        if (_isComplete)
            return;
        _store.Dispose();
        foreach (ByteSource source in _sources)
            source.Dispose();
    }

    private ChangeIndex ToIndex(string[]? laterChanges) => new(_store, [.. _rowsOfMap], [.. _gtidSources])
    {
        Sources = [.. _sources],
        Maps = [.. _maps],
        Events = _events,
        Transactions = _transactions,
        Server = _server,
        LogFiles = [.. _logFiles],
        Format = _format,
        Reasons = _obstacles.ToReasons(),
        LaterChanges = laterChanges,
        LeftOut = _leftOut,
        Unusable = _unusable,
        Swept = _swept,
    };

    [MethodImpl(Jit.Hot)]
    private void Add(in EventView view, EventScan? scan)
    {
        if (!view.HasRows)
        {
            StatementEffect effect = _effects.Observe(view, _maps);
            if (effect.IsAny)
                Apply(effect, view);
            return;
        }

        if (_transaction != (view.LogIndex, view.TransactionPosition))
        {
            _transaction = (view.LogIndex, view.TransactionPosition);
            _statement++;
        }

        try
        {
            AddRows(view, scan);
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw view.Malformed(e);
        }
    }

    [MethodImpl(Jit.Hot)]
    private void AddRows(in EventView view, EventScan? scan)
    {
        TableMap map = view.Table!;
        RowsEvent rows = view.Rows;
        (int bytes, int count) = view.MeasureRows(rows);
        TransactionEnd? end = view.End;
        string? lack = ChangeRules.FindObstacle(rows, map, view.Format, _reverse);
        if ((ChangeRules.FindObstacle(end) ?? (CanKeep(rows) ? null : lack) ?? _effects.Followed.ObstacleOf(map)) is { } cause)
        {
            _obstacles.AddRows(map.Database, map.Table, count, cause, view.LogFile, view.Position);
        }
        else if (count > 0)
        {
            if (lack != null)
                _unusable!.Mark(_events.Count, lack);
            if (_swept != null && map.PrimaryKey.Length == 0 && rows.Operation != RowOperation.Insert)
                _swept.Observe(_events.Count, view.RowsStatement, map.Table);
            OpenLog(view, scan, view.Position);
            BeginTransaction(view);
            bool isRowByRow = _reverse && _unusable == null && count > 1 && UpdateChains.IsIn(rows, map);
            if (isRowByRow)
                SpoolRowByRow(view, rows);
            else if (scan is { IsExpanded: false })
                AddEvent(view, new IndexedEvent(
                    rows.Type, view.Position, view.Raw.Length, rows.Rows.Length, bytes, count, _logSource, NumberOf(map), _statement));
            else
                AddEvent(view, Spool(view, rows, bytes, count, keepsAll: scan != null));
        }

        if (_namesCascades && count > 0 && _schema != null)
        {
            foreach (string unlogged in UnloggedCascades.Find(rows, map, _schema))
                _obstacles.AddRows(map.Database, map.Table, count, unlogged, view.LogFile, view.Position);
        }

        if (rows.EndsStatement)
            _statement++;
    }

    [MethodImpl(Jit.Hot)]
    private void AddEvent(in EventView view, in IndexedEvent item)
    {
        _events.Add(item);
        _rowsOfMap[item.Map] += item.RowCount;
        if (view.End == TransactionEnd.Prepare)
            NotePrepared(view);
    }

    /// <summary>Whether an event's rows can at least be named: the images of some have no column at all.</summary>
    private bool CanKeep(in RowsEvent rows) => _unusable != null && rows.Columns.ContainsAnyExcept((byte)0);

    /// <summary>Keeps the bytes of an event that no log has in this form.</summary>
    /// <param name="view">The event.</param>
    /// <param name="rows">It, parsed.</param>
    /// <param name="bytes">Bytes of the rows that were let through.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="keepsAll">Whether the other rows are kept too, because the row test is made again.</param>
    private IndexedEvent Spool(in EventView view, in RowsEvent rows, int bytes, int count, bool keepsAll)
    {
        SpoolFile spool = OpenSpool();
        long offset = spool.Length;
        ReadOnlySpan<byte> raw = keepsAll ? view.Raw : view.RawOfChosen(rows, ref _scratch);
        spool.Append(raw);
        int allRows = raw.Length - EventHeader.Size - rows.At.Rows;
        return new IndexedEvent(rows.Type, offset, raw.Length, allRows, bytes, count, _spoolSource, NumberOf(view.Table!), _statement);
    }

    // Each row that was let through becomes an event of its own.
    private void SpoolRowByRow(in EventView view, in RowsEvent rows)
    {
        SpoolFile spool = OpenSpool();
        int head = EventHeader.Size + rows.At.Rows;
        IReadOnlyList<RowCursorMark>? chosen = view.ChosenRows;
        var row = new RowCursor(rows, view.Table!);
        for (int i = 0; row.MoveNext();)
        {
            if (chosen != null && (i == chosen.Count || chosen[i].Index != row.Index))
                continue;
            i++;
            long offset = spool.Length;
            int length = row.End - row.Start;
            spool.Append(view.Raw[..head]);
            spool.Append(rows.Rows[row.Start..row.End]);
            AddEvent(view, new IndexedEvent(
                rows.Type, offset, head + length, length, length, 1, _spoolSource, NumberOf(view.Table!), _statement));
        }
    }

    private SpoolFile OpenSpool()
    {
        if (_spool != null)
            return _spool;
        _spool = SpoolFile.Create();
        _spoolSource = _sources.Count;
        _sources.Add(_spool);
        return _spool;
    }

    [MethodImpl(Jit.Hot)]
    private void OpenLog(in EventView view, EventScan? scan, long position)
    {
        _format = view.Format;
        if (view.LogIndex == _logIndex)
            return;
        _obstacles.AddLog(view, position);
        _logIndex = view.LogIndex;
        _mapsOfLog.Clear();
        _logFiles.Add(view.LogFile);
        _server = view.Server;
        if (scan == null)
            return;
        _logSource = _sources.Count;
        _sources.Add(scan.Reader.TakeSource());
    }

    /// <summary>Starts a transaction unless it is the one that the last event was of; its log and start tell.</summary>
    [MethodImpl(Jit.Hot)]
    private void BeginTransaction(in EventView view)
    {
        int log = _logFiles.Count - 1;
        long position = view.TransactionPosition;
        if ((log, position) == _lastTransaction)
            return;
        _lastTransaction = (log, position);
        Gtid? gtid = view.Gtid;
        int source = gtid is { } id ? NumberOf(id.WithNumber(0)) : -1;
        _transactions.Add(new IndexedTransaction(
            _events.Count, Kind(view, gtid), view.ThreadId ?? 0, log, position, source, gtid?.Number ?? 0));
    }

    [MethodImpl(Jit.Hot)]
    private IndexedTransactionKind Kind(in EventView view, Gtid? gtid)
    {
        // After a gap the start of the transaction may be lost: it is like the ones before it.
        if (view.MayLackStart && _transactions.Count > 0)
            return _transactions[^1].Kind;
        if (gtid != null)
            return IndexedTransactionKind.Gtid;
        return view.HasGtidEvent ? IndexedTransactionKind.Anonymous : IndexedTransactionKind.Plain;
    }

    [MethodImpl(Jit.Hot)]
    private int NumberOf(TableMap map)
    {
        if (map == _lastMap.Map)
            return _lastMap.Number;
        if (!_mapNumbers.TryGetValue(map, out int number))
            _mapNumbers.Add(map, number = FindOrAdd(map));

        _lastMap = (map, number);
        return number;
    }

    [MethodImpl(Jit.Hot)]
    private int NumberOf(in Gtid source)
    {
        if (_lastGtidSource.Source is { } last && last == source)
            return _lastGtidSource.Number;
        if (!_gtidSourceNumbers.TryGetValue(source, out int number))
        {
            number = _gtidSources.Count;
            _gtidSourceNumbers.Add(source, number);
            _gtidSources.Add(source);
        }

        _lastGtidSource = (source, number);
        return number;
    }

    // The last event of the index is of an XA transaction that was prepared.
    private void NotePrepared(in EventView view)
    {
        int last = _events.Count - 1;
        string id = view.XaId ?? string.Empty;
        _effects.NotePrepared(id);
        (string, long) transaction = (view.LogFile, view.TransactionPosition);
        PreparedEvents? known = _prepared.GetValueOrDefault(id);
        if (known != null && (known.LogFile, known.Transaction) != transaction)
        {
            _superseded.Add((id, known));
            known = null;
        }

        _prepared[id] = known != null
            ? known with { End = last + 1 } : new PreparedEvents(last, last + 1, view.LogFile, view.Position, view.TransactionPosition);
    }

    private void Apply(in StatementEffect effect, in EventView view)
    {
        (string log, long position) = (view.LogFile, view.Position);
        _obstacles.Add(effect, view);
        foreach (LostTable lost in effect.LostTables)
            ExcludeTable(lost.Map, lost.Cause, log, position);
        if (effect.DecidedXaId != null && _prepared.Remove(effect.DecidedXaId, out PreparedEvents? rows) && effect.IsXaRollback)
            Exclude(rows.First, rows.End, cause: null, log, position);
    }

    [MemberNotNull(nameof(_store), nameof(_events), nameof(_transactions))]
    private void Start()
    {
        _store = new SpillingStore(_maximumMemory);
        _events = new IndexedEvent.List(_store);
        _transactions = new IndexedTransaction.List(_store);
    }

    /// <summary>Events of an XA transaction that was prepared.</summary>
    private sealed record PreparedEvents(int First, int End, string LogFile, long Position, long Transaction);
}
