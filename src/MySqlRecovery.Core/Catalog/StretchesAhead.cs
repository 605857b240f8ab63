using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.IO;

namespace MySqlRecovery.Catalog;

/// <summary>Looks at logs ahead of their scan.</summary>
/// <param name="threads">On how many processors.</param>
internal sealed class LogsAhead(int threads) : ILogsAhead
{
    /// <summary>Shorter logs are read by their scan alone.</summary>
    public const long MinimumLength = 2 * StretchesAhead.PartLength;

    /// <summary>On all processors.</summary>
    public static LogsAhead Instance { get; } = new(Environment.ProcessorCount);

    public ILogCatalog? Open(ByteSource source, FormatDescriptionEvent format, LogPart part, EventFilter filter, StretchUse use,
        CancellationToken stop)
    {
        if (part.End - part.Start < MinimumLength || WalkChoice.For(filter, use) is not { } choice)
            return null;
        return new StretchesAhead(new WalkedLog(source, format), choice, part, StretchesAhead.PartLength, threads, stop);
    }
}

/// <summary>A log that is walked by several threads.</summary>
internal sealed class WalkedLog(ByteSource source, FormatDescriptionEvent format)
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<LogTable> _tables = [];
    private readonly Dictionary<ulong, TableMap> _maps = [];
    private readonly Stack<StretchRows> _places = new();
    private readonly int _idLength = format.TableIdLength;

    public ByteSource Source => source;

    public FormatDescriptionEvent Format => format;

    /// <summary>The server that wrote it.</summary>
    public uint ServerId { get; } = EventHeader.Parse(format.Raw).ServerId;

    /// <summary>A table map, the same for all who ask with the same bytes.</summary>
    /// <param name="raw">The event without checksum.</param>
    public TableMap MapOf(ReadOnlySpan<byte> raw)
    {
        var map = TableMap.Parse(raw, _idLength, format.IsMariaDb);
        lock (_maps)
        {
            if (_maps.TryGetValue(map.TableId, out TableMap? known)
                && known.Raw.AsSpan(EventHeader.Size).SequenceEqual(raw[EventHeader.Size..]))
                return known;
            return _maps[map.TableId] = map;
        }
    }

    /// <summary>Something to note places of row events in.</summary>
    public StretchRows RentPlaces()
    {
        lock (_places)
            return _places.TryPop(out StretchRows? places) ? places : new StretchRows();
    }

    /// <summary>Takes it back.</summary>
    public void Return(StretchRows places)
    {
        places.Clear();
        lock (_places)
            _places.Push(places);
    }

    /// <summary>The number of a table, the same for all who ask.</summary>
    public int NumberOf(TableMap map)
    {
        string name = $"{map.Database}\0{map.Table}";
        lock (_tables)
        {
            if (_numbers.TryGetValue(name, out int number))
                return number;
            _numbers.Add(name, number = _tables.Count);
            _tables.Add(new LogTable(map.Database, map.Table, KeyColumns: null));
            return number;
        }
    }

    public LogTable Table(int number)
    {
        lock (_tables)
            return _tables[number];
    }
}

/// <summary>
/// What is found in a log just ahead of its scan, by parts of equal length, each on whatever processor is free. Where a part begins is
/// a guess: the first event after it that has a right checksum. The scan, which comes from the log's start, passes over a stretch only
/// where it arrives at its first event; else it reads on, so that a wrong guess costs time and nothing else.
/// </summary>
/// <param name="log">The log.</param>
/// <param name="choice">What the scan chooses.</param>
/// <param name="whole">From an event of the log to where it ended when the scan began, or to where the scan will stop.</param>
/// <param name="partLength">Bytes of a part.</param>
/// <param name="threads">How many parts are walked at a time.</param>
/// <param name="stop">Ends the walks.</param>
internal sealed class StretchesAhead(
    WalkedLog log, WalkChoice choice, LogPart whole, long partLength, int threads, CancellationToken stop) : ILogCatalog
{
    public const long PartLength = 4 << 20;

    // Where nothing can be passed over, one part in so many is looked at.
    private const int MaximumPause = 16;

    private readonly Queue<Task<List<LogStretch>>> _parts = new();
    private readonly Stack<StretchWalk> _walks = new();
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private long _next = whole.Start;
    private long _pause;
    private bool _isBegun;
    private List<LogStretch> _stretches = [];
    private int _at;
    private long _passed;

    public LogStretch? Whole => null;

    public long? NextStart(long position)
    {
        while (true)
        {
            while (_at < _stretches.Count && _stretches[_at].Start < position)
                _at++;
            if (_at < _stretches.Count)
                return _stretches[_at].Start;
            if (!TakePart())
                return null;
        }
    }

    public LogStretch? At(long position) => NextStart(position) == position ? _stretches[_at] : null;

    public LogTable Table(int number) => log.Table(number);

    public bool MayHave(LogStretch stretch, int table, IReadOnlyList<LogKey> keys) => true;

    // Its bytes were read a moment ago, by this very reading.
    public bool IsIntact(LogStretch stretch) => true;

    public void Pass(LogStretch stretch)
    {
        _passed += stretch.End - stretch.Start;
        if (stretch.Rows != null)
            log.Return(stretch.Rows);
        stretch.Rows = null;
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (Task part in _parts)
            part.Wait(CancellationToken.None);
        foreach (StretchWalk walk in _walks)
            walk.Dispose();
        _stop.Dispose();
    }

    // What is not worth its while is done less and less: of what is to be read anyway, nothing is to be looked at twice.
    private bool TakePart()
    {
        if (_isBegun)
            _pause = 4 * _passed > partLength ? 0 : Math.Min(Math.Max(1, 2 * _pause), MaximumPause);
        _passed = 0;
        while (_parts.Count < threads && _next < whole.End)
            Start();
        if (!_parts.TryDequeue(out Task<List<LogStretch>>? part))
            return false;
        _isBegun = true;
        _stretches = part.GetAwaiter().GetResult();
        _at = 0;
        if (_next < whole.End)
            Start();
        stop.ThrowIfCancellationRequested();
        return true;
    }

    private void Start()
    {
        bool isEvent = _next == whole.Start;
        long from = isEvent ? _next : Math.Min(_next + (_pause * partLength), whole.End);
        long end = Math.Min(from + partLength, whole.End);
        _next = end;
        _parts.Enqueue(Task.Run(() => Walk(from, isEvent, end)));
    }

    private List<LogStretch> Walk(long from, bool isEvent, long end)
    {
        StretchWalk? walk;
        lock (_walks)
            _walks.TryPop(out walk);
        walk ??= new StretchWalk(log, choice);
        List<LogStretch> found = walk.Find(from, isEvent, end, _stop.Token);
        lock (_walks)
            _walks.Push(walk);
        return found;
    }
}
