using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Gtids;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Changes;

/// <summary>
/// What an undo will hold, in log order: some bytes an event, never the rows themselves. They stay in the sources and are
/// read again, backwards.
/// </summary>
internal sealed class ChangeIndex : IDisposable
{
    /// <summary>Memory for the packed index, in bytes, where nothing else is said.</summary>
    public const long DefaultMaximumMemory = 32 << 20;

    private readonly long _maximumMemory;
    private readonly List<long> _rowsOfMap = [];
    private SpillingStore _store;
    private ulong[] _excluded = [];
    private readonly Dictionary<TableMap, int> _mapNumbers = new(ReferenceEqualityComparer.Instance);

    private (TableMap? Map, int Number) _lastMap;
    private (Gtid? Source, int Number) _lastGtidSource;
    private readonly Dictionary<Gtid, int> _gtidSourceNumbers = [];
    private readonly List<Gtid> _gtidSources = [];
    private (int Log, long Position) _lastTransaction = (-1, -1);
    private string? _logPath;
    private int _logSource;
    private SpoolFile? _spool;
    private int _spoolSource;

    /// <param name="maximumMemory">Bytes of memory for the packed index; what is beyond goes to a temporary file.</param>
    public ChangeIndex(long maximumMemory = DefaultMaximumMemory)
    {
        _maximumMemory = maximumMemory;
        Start();
    }

    /// <summary>Where the row events are: the log files, or the spool of what came down the pipeline.</summary>
    public List<ByteSource> Sources { get; } = [];

    public List<TableMap> Maps { get; } = [];

    public IndexedEvent.List Events { get; private set; }

    public IndexedTransaction.List Transactions { get; private set; }

    /// <summary>Names of the logs that the rows come from.</summary>
    public List<string> LogFiles { get; } = [];

    /// <summary>Format of the last log: what the undo is written in.</summary>
    public FormatDescriptionEvent? Format { get; set; }

    /// <summary>Rows in all that have not been taken out.</summary>
    public long RowCount { get; private set; }

    /// <summary>What cannot be undone.</summary>
    public ChangeObstacles Obstacles { get; } = new();

    /// <summary>Rows of an undo that something else changed again later, one line each.</summary>
    public string[] LaterChanges { get; set; } = [];

    [MethodImpl(Jit.Hot)]
    public int NumberOf(TableMap map)
    {
        if (map == _lastMap.Map)
            return _lastMap.Number;
        if (!_mapNumbers.TryGetValue(map, out int number))
        {
            number = Maps.Count;
            _mapNumbers.Add(map, number);
            Maps.Add(map);
            _rowsOfMap.Add(0);
        }

        _lastMap = (map, number);
        return number;
    }

    /// <summary>Starts a transaction unless it is the one that the last event was of; its log and start tell.</summary>
    [MethodImpl(Jit.Hot)]
    public void BeginTransaction(int log, long position, IndexedTransactionKind kind, uint threadId, Gtid? gtid)
    {
        if ((log, position) == _lastTransaction)
            return;
        _lastTransaction = (log, position);
        int source = gtid is { } id ? NumberOf(id.WithNumber(0)) : -1;
        Transactions.Add(new IndexedTransaction(Events.Count, kind, threadId, log, position, source, gtid?.Number ?? 0));
    }

    /// <summary>Adds a row event to the transaction begun last.</summary>
    [MethodImpl(Jit.Hot)]
    public void Add(in IndexedEvent item)
    {
        Events.Add(item);
        RowCount += item.RowCount;
        _rowsOfMap[item.Map] += item.RowCount;
    }

    /// <summary>The tables with rows, <c>database.table</c>, under the names that they are written with.</summary>
    public string[] TableNames(TableRenames renames) =>
        [.. Maps.Where((_, m) => _rowsOfMap[m] > 0).Select(renames.TextOf).Distinct(StringComparer.Ordinal)];

    /// <summary>The error of an index without rows.</summary>
    public RecoveryException NothingFound()
    {
        string[] reasons = Obstacles.ToReasons();
        return new RecoveryException(
            "NoRowChange", RecoveryErrorKind.ObjectNotFound,
            reasons.Length == 0 ? "no row change matches" : $"no row change of the range can be taken: {string.Join("; ", reasons)}");
    }

    /// <summary>Where a transaction comes from, for people.</summary>
    public string Describe(in IndexedTransaction transaction)
    {
        string gtid = transaction.GtidSource < 0 ? string.Empty : $" GTID {_gtidSources[transaction.GtidSource].WithNumber(transaction.GtidNumber)}";
        string thread = transaction.ThreadId == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" thread {transaction.ThreadId}");
        return string.Create(CultureInfo.InvariantCulture, $"{LogFiles[transaction.Log]}:{transaction.Position}{gtid}{thread}");
    }

    /// <summary>Takes events out; a cause makes an obstacle of them.</summary>
    public void Exclude(int first, int end, string? cause, StatementEffects.Place place)
    {
        for (int i = first; i < end; i++)
            Exclude(i, cause, place);
    }

    /// <summary>Takes all events of a table map out.</summary>
    public void ExcludeTable(TableMap map, string cause, StatementEffects.Place place)
    {
        int number = NumberOf(map);
        for (int i = 0; i < Events.Count && _rowsOfMap[number] > 0; i++)
        {
            if (Events[i].Map == number)
                Exclude(i, cause, place);
        }
    }

    /// <summary>Removes what was taken out.</summary>
    public void Compact()
    {
        if (_excluded.Length == 0)
            return;
        (SpillingStore store, IndexedEvent.List events, IndexedTransaction.List transactions) = (_store, Events, Transactions);
        Start();
        for (int t = 0; t < transactions.Count; t++)
        {
            IndexedTransaction transaction = transactions[t];
            int end = t + 1 < transactions.Count ? transactions[t + 1].FirstEvent : events.Count;
            int first = Events.Count;
            for (int e = transaction.FirstEvent; e < end; e++)
            {
                if (!IsExcluded(e))
                    Events.Add(events[e]);
            }

            if (Events.Count > first)
                Transactions.Add(transaction with { FirstEvent = first });
        }

        store.Dispose();
        _excluded = [];
    }

    /// <summary>
    /// The log of a scan's present row event, and where its bytes can be read again: in the log file, or in a temporary
    /// file where the log has them in another form.
    /// </summary>
    [MethodImpl(Jit.Hot)]
    public (int Log, int Source, long Offset) Locate(EventScan scan)
    {
        EventReader reader = scan.Reader;
        Format = reader.Format;
        if (reader.Path != _logPath)
        {
            _logPath = reader.Path;
            LogFiles.Add(reader.LogFile);
            Sources.Add(reader.TakeSource());
            _logSource = Sources.Count - 1;
        }

        if (!scan.IsExpanded)
            return (LogFiles.Count - 1, _logSource, reader.Position);
        if (_spool == null)
        {
            _spool = SpoolFile.Create();
            _spoolSource = Sources.Count;
            Sources.Add(_spool);
        }

        long offset = _spool.Length;
        _spool.Append(scan.Raw);
        return (LogFiles.Count - 1, _spoolSource, offset);
    }

    private int NumberOf(Gtid source)
    {
        if (_lastGtidSource.Source == source)
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

    private void Exclude(int number, string? cause, StatementEffects.Place place)
    {
        if (IsExcluded(number))
            return;
        if (number / 64 >= _excluded.Length)
            Array.Resize(ref _excluded, Math.Max(number / 64 + 1, 2 * _excluded.Length));
        _excluded[number / 64] |= 1UL << number % 64;
        IndexedEvent item = Events[number];
        RowCount -= item.RowCount;
        _rowsOfMap[item.Map] -= item.RowCount;
        TableMap map = Maps[item.Map];
        if (cause != null)
            Obstacles.AddRows(map.Database, map.Table, item.RowCount, cause, place.LogFile, place.Position);
    }

    private bool IsExcluded(int number) => number / 64 < _excluded.Length && (_excluded[number / 64] & 1UL << number % 64) != 0;

    [MemberNotNull(nameof(_store), nameof(Events), nameof(Transactions))]
    private void Start()
    {
        _store = new SpillingStore(_maximumMemory);
        Events = new IndexedEvent.List(_store);
        Transactions = new IndexedTransaction.List(_store);
    }

    public void Dispose()
    {
        _store.Dispose();
        foreach (ByteSource source in Sources)
            source.Dispose();
    }
}
