using System.IO.Hashing;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>Reads the logs of a server as a sequence of transactions, each with the fingerprint of its content.</summary>
/// <param name="series">The logs.</param>
/// <param name="isRelay">Whether they are relay logs: their events keep the places that they have in the source's logs.</param>
/// <param name="stop">Cancels.</param>
internal sealed class TransactionReader(LogSeries series, bool isRelay, CancellationToken stop) : IDisposable
{
    private readonly TransactionTracker _tracker = new();
    private readonly ContentBuilder _content = new();
    private EventReader? _reader;
    private int _log;
    private long _ordinal;
    private bool _isOpen, _isFirstInLog;
    private long _position, _end;
    private uint _serverId, _timestamp, _sourceEnd;
    private string? _sourceLog;

    public LogSeries Series => series;

    /// <summary>What the first log says was logged before it.</summary>
    public GtidSet Executed { get; private set; } = new();

    /// <summary>
    /// What the last log says was done before it. That may be in no log: gtid_purged declares it, as it does where a server
    /// begins with a copy of another one's data.
    /// </summary>
    public GtidSet Declared { get; private set; } = new();

    /// <summary>server_id of the server whose logs they are, from the format descriptions.</summary>
    public uint OwnServerId { get; private set; }

    /// <summary>The transaction at hand; null before the first and after the last one.</summary>
    public LoggedTransaction? Current { get; private set; }

    /// <summary>Goes to the next complete transaction; false at the end of the last log.</summary>
    /// <exception cref="RecoveryException">A log is missing or damaged.</exception>
    public bool Read()
    {
        Current = null;
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            if (_reader == null && !OpenNext())
                return false;
            if (!ReadEvent())
            {
                _reader!.Dispose();
                _reader = null;
                continue;
            }

            if (!Take())
                continue;
            Current = Build();
            _isFirstInLog = false;
            return true;
        }
    }

    public void Dispose() => _reader?.Dispose();

    private bool OpenNext()
    {
        if (_log == series.Logs.Count)
            return false;
        _isOpen = false;
        _isFirstInLog = true;
        _tracker.Reset();
        _content.EnterLog();
        try
        {
            _reader = series.Open(_log++);
        }
        catch (RecoveryException e) when (e.ErrorId == "BinlogEmpty" && _log == series.Logs.Count)
        {
            // A server that crashed right after a rotation leaves a last log of no byte.
            return false;
        }

        return true;
    }

    private bool ReadEvent()
    {
        try
        {
            return _reader!.Read();
        }
        catch (RecoveryException e) when (e.ErrorId == "BinlogTruncated" && _log == series.Logs.Count)
        {
            // The copy of a log in use ends anywhere.
            return false;
        }
    }

    /// <summary>Takes the event in; true when it ends a transaction.</summary>
    private bool Take()
    {
        EventReader reader = _reader!;
        try
        {
            BinlogEventType type = reader.Header.Type;
            if (type == BinlogEventType.FormatDescription)
            {
                _content.EnterLog();
                if (reader.Position <= FileEventReader.FirstPosition)
                    OwnServerId = reader.Header.ServerId;
            }
            else if (type == BinlogEventType.Rotate && reader.Body.Length > sizeof(ulong))
            {
                _sourceLog = System.Text.Encoding.UTF8.GetString(reader.Body[sizeof(ulong)..]);
            }
            else if (type.IsPreviousGtids())
            {
                Declared = type == BinlogEventType.MariaDbGtidList ? GtidSet.DecodeMariaDb(reader.Body) : GtidSet.Decode(reader.Body);
                if (_log == 1)
                    Executed = Declared;
            }

            _tracker.Observe(reader);
            if (!_tracker.IsInside)
                return false;
            if (!_isOpen || _position != _tracker.Position)
                Begin(reader);
            _content.Observe(reader);
            if (reader.Header.LogPos != 0)
                _sourceEnd = reader.Header.LogPos;
            _end = reader.EndPosition;
            return _tracker.IsOver;
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw MalformedData.OfEvent($"the {reader.Header.Type} event", e, reader.Path, reader.Position);
        }
    }

    private void Begin(EventReader reader)
    {
        _isOpen = true;
        _content.Reset();
        _position = _tracker.Position;
        _serverId = reader.Header.ServerId;
        _timestamp = reader.Header.Timestamp;
    }

    private LoggedTransaction Build()
    {
        _isOpen = false;
        return new LoggedTransaction
        {
            Gtid = _tracker.Gtid,
            ServerId = _content.ServerId ?? _serverId,
            Timestamp = _content.Timestamp ?? _timestamp,
            ThreadId = _tracker.ThreadId,
            Ordinal = _ordinal++,
            LogFile = _reader!.LogFile,
            IsFirstInLog = _isFirstInLog,
            Position = _position,
            EndPosition = _end,
            SourceEnd = isRelay ? new LogPosition(_sourceLog ?? string.Empty, _sourceEnd) : new LogPosition(_reader.LogFile, _end),
            Tables = _content.Tables(),
            StatementHash = _content.StatementHash,
            Statement = _content.Statement,
            StatementDatabase = _content.StatementDatabase,
            IsPartial = _content.IsPartial,
        };
    }
}

/// <summary>How many transactions there are in each part of a minute, an hour, a day and a week, and of each table.</summary>
internal sealed class TransactionTimes
{
    public long Count { get; private set; }

    public long[] BySecond { get; } = new long[60];

    public long[] ByMinute { get; } = new long[60];

    public long[] ByHour { get; } = new long[24];

    public long[] ByWeekday { get; } = new long[7];

    public Dictionary<TableName, long> ByTable { get; } = [];

    public void Add(LoggedTransaction transaction)
    {
        Count++;
        DateTime time = transaction.Time;
        BySecond[time.Second]++;
        ByMinute[time.Minute]++;
        ByHour[time.Hour]++;
        ByWeekday[(int)time.DayOfWeek]++;
        foreach (TableContent table in transaction.Tables)
            ByTable[table.Name] = ByTable.GetValueOrDefault(table.Name) + 1;
    }
}

/// <summary>Collects what the events of one transaction change.</summary>
internal sealed class ContentBuilder
{
    private const int StatementLength = 200;
    private readonly List<TableHash> _tables = [];
    private readonly TableMapCache _maps = new(schema: null);
    private readonly XxHash64 _statements = new();
    private int _tableCount;

    /// <summary>The first statement that changes something itself, or null.</summary>
    public string? Statement { get; private set; }

    public string? StatementDatabase { get; private set; }

    public ulong StatementHash => Statement == null ? 0 : _statements.GetCurrentHashAsUInt64();

    public bool IsPartial { get; private set; }

    /// <summary>When the first change started: the common header's time of its event.</summary>
    public uint? Timestamp { get; private set; }

    /// <summary>Whose change it is.</summary>
    public uint? ServerId { get; private set; }

    public TableContent[] Tables() => [.. _tables.Take(_tableCount).Select(t => t.Content)];

    /// <summary>A new log starts: its table ids are others.</summary>
    public void EnterLog() => _maps.Clear();

    /// <summary>A new transaction starts.</summary>
    public void Reset()
    {
        _tableCount = 0;
        _statements.Reset();
        Statement = StatementDatabase = null;
        IsPartial = false;
        Timestamp = ServerId = null;
    }

    /// <summary>Takes an event in.</summary>
    public void Observe(EventReader reader)
    {
        BinlogEventType type = reader.Header.Type;
        if (type == BinlogEventType.TableMap)
            _maps.Add(reader.Raw[..(EventHeader.Size + reader.Body.Length)], reader.Format.TableIdLength, reader.Format.IsMariaDb);
        else if (type.IsRows())
            AddRows(reader);
        else if (type.IsQuery())
            AddQuery(reader, QueryEvent.Parse(reader.Body));
        else if (type.IsStatement() && type != BinlogEventType.XaPrepare)
            AddStatement(reader, string.Empty, reader.Body, type.ToString());
    }

    private void AddRows(EventReader reader)
    {
        int idLength = reader.Format.TableIdLength;
        ulong id = RowsEvent.PeekTableId(reader.Body, idLength);
        TableMap map = _maps.Find(id) ?? throw new InvalidDataException($"no table map for table id {id} comes before this row event");
        RowsEvent rows = RowsEvent.Parse(reader.Header.Type, reader.Body, map.Columns.Length, idLength);
        if (PlainUpdate.TryMake(reader.Header, rows, map) is { } plain)
            rows = RowsEvent.Parse(
                (BinlogEventType)plain[EventHeader.TypeOffset], plain.AsSpan(EventHeader.Size), map.Columns.Length, idLength);
        IsPartial |= rows.Type == BinlogEventType.PartialUpdateRows;
        IsPartial |= !map.LayoutFor(rows.Columns).IsFull
            || (rows.Operation == RowOperation.Update && !map.LayoutFor(rows.ColumnsAfter).IsFull);
        Find(map).Append(rows, map);
        Date(reader);
    }

    private TableHash Find(TableMap map)
    {
        for (int i = 0; i < _tableCount; i++)
        {
            if (_tables[i].Table == map.Table && _tables[i].Database == map.Database)
                return _tables[i];
        }

        if (_tableCount == _tables.Count)
            _tables.Add(new TableHash());
        TableHash added = _tables[_tableCount++];
        added.Reset(map);
        return added;
    }

    private void AddQuery(EventReader reader, in QueryEvent query)
    {
        if (query.IsTransactionControl && !query.IsXaDecision)
            return;
        // Only where there is DDL or a statement-based change: rows have their BEGIN and COMMIT alone.
        AddStatement(reader, query.Database, query.Statement, query.DecodeStatement());
    }

    private void AddStatement(EventReader reader, string database, ReadOnlySpan<byte> bytes, string text)
    {
        if (Statement == null)
        {
            StatementDatabase = database;
            text = SqlSecrets.Mask(text);
            Statement = text.Length <= StatementLength ? text : text[..StatementLength] + "…";
        }

        _statements.Append(Encoding.UTF8.GetBytes(database));
        _statements.Append([0]);
        _statements.Append(bytes);
        _statements.Append([0]);
        Date(reader);
    }

    private void Date(EventReader reader)
    {
        Timestamp ??= reader.Header.Timestamp;
        ServerId ??= reader.Header.ServerId;
    }
}
