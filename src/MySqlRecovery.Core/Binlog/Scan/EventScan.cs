using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Scan;

/// <summary>
/// Goes through logs event by event, keeps table maps and transactions, and stops at each event that the filter lets
/// through. A failure ends the log at hand; the next <see cref="Read"/> goes on with the next log.
/// </summary>
internal sealed partial class EventScan : IDisposable
{
    private readonly IEnumerator<LogRange> _logs;
    private readonly EventFilter _filter;
    private readonly CancellationToken _stop;
    private readonly TableMapCache _maps;
    private readonly ITableSchemaSource? _schema;
    private readonly RangeCuts _cuts;
    private LeftOutCascades? _leftOut;
    private bool _mayCut;
    private bool _isAtStart;
    private bool _isRelayLog;
    private bool _isWithinStatement;
    private ExpandedEventReader? _reader;
    private LogRange _range = LogRange.Whole(string.Empty);
    private bool _startIsReached;
    private byte[]? _fullRows;
    private byte[] _lastName = [];
    private string _lastNameText = string.Empty;
    private TransactionOutcome? _outcome;
    private (int Log, long Position) _outcomePlace;

    public EventScan(IEnumerable<LogRange> logs, EventFilter filter, CancellationToken stop, ITableSchemaSource? schema = null)
    {
        _logs = logs.GetEnumerator();
        _filter = filter;
        _stop = stop;
        _schema = schema;
        _cuts = new RangeCuts(filter);
        _leftOut = filter.WithStatements && (filter.NeedsRows || filter.Tables != null || filter.Choice != null)
            ? new LeftOutCascades(filter.Doubts, schema) : null;
        _maps = new TableMapCache(schema);
    }

    /// <summary>The reader, on the present event.</summary>
    public ExpandedEventReader Reader
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _reader!;
    }

    /// <summary>The reader, if a log is open; another thread may ask.</summary>
    public EventReader? ReaderNow => _reader;

    public TransactionTracker Transaction { get; } = new();

    /// <summary>What becomes of the present event's transaction.</summary>
    public TransactionOutcome Outcome
    {
        [MethodImpl(Jit.Hot)]
        get
        {
            if (Transaction.IsBare || !Transaction.IsInside)
                return TransactionOutcome.Unknown;
            if (_outcome == null || _outcomePlace != (LogIndex, Transaction.Position))
            {
                _outcomePlace = (LogIndex, Transaction.Position);
                _outcome = TransactionOutcome.Find(Reader, Transaction.Position, Transaction.IsXa);
            }

            return _outcome;
        }
    }

    /// <summary>What has been found out of the present event's rows.</summary>
    public EventRows Rows { get; } = new();

    /// <summary>The table of the present TABLE_MAP or row event; null for other events.</summary>
    public TableMap? Table { get; private set; }

    /// <summary>Whether the present event holds rows.</summary>
    private bool HasRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Table != null && Reader.Header.Type.IsRows();
    }

    /// <summary>Whether to read on after damage; positions need not be event boundaries then.</summary>
    public bool Salvage { get; init; }

    /// <summary>What was passed over since it was last looked at.</summary>
    public Queue<RecoveryException> Gaps { get; } = new();

    /// <summary>Keys for encrypted logs, or null.</summary>
    public Keyring? Keyring { get; init; }

    /// <summary>Takes in what is passed by, or null.</summary>
    public LogSights? Sights { get; init; }

    /// <summary>Is told of each log, by its name, as it begins.</summary>
    public Action<string>? LogBegun { get; set; }

    /// <summary>The schema that completes the table maps, or null.</summary>
    public ITableSchemaSource? Schema => _schema;

    /// <summary>The tables asked for, or null.</summary>
    public TableFilter? Tables => _filter.Tables;

    /// <summary>The test of rows, or null.</summary>
    public RowPredicate? RowTest => _filter.Where;

    /// <summary>What the filter cannot know.</summary>
    public FilterDoubts Doubts => _filter.Doubts;

    /// <summary>Whether certain row changes were asked for, and statements are not among them.</summary>
    public bool ChoosesOperations => _filter.Operations != null;

    /// <summary>The log at hand, and the part of it that is chosen.</summary>
    public LogRange Chosen { get; private set; }

    /// <summary>How many of the logs have been opened.</summary>
    public int LogIndex { get; private set; } = -1;

    /// <summary>Notes rows that foreign keys changed along with those of a pipeline and that are not of it, not what the filter leaves
    /// out.</summary>
    public void NoteCascadesOf(IEventSelection piped, FilterDoubts doubts) => _leftOut = new LeftOutCascades(doubts, _schema, piped);

    /// <summary>Goes to the next event that matches; false when all logs are done.</summary>
    [MethodImpl(Jit.Hot)]
    public bool Read()
    {
        while (true)
        {
            _stop.ThrowIfCancellationRequested();
            if (_reader == null && !OpenNext())
            {
                _cuts.End();
                return false;
            }

            if (!ReadEvent())
            {
                Close();
                continue;
            }

            bool isInRange = IsInRange();
            bool isTaken = isInRange && IsMatch();
            if ((_mayCut || _leftOut != null || _filter.ThreadIds != null) && HasRows)
                NoteRows(isInRange, isTaken);
            if (isTaken)
                return true;
        }
    }

    public void Dispose()
    {
        Close();
        _logs.Dispose();
    }

    /// <summary>
    /// The present event without checksum, as it would be had the server logged it plainly: uncompressed, and with whole
    /// JSON values.
    /// </summary>
    public ReadOnlySpan<byte> Raw
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _fullRows ?? Reader.Raw[..(EventHeader.Size + Reader.Body.Length)];
    }

    /// <summary>The same, for the caller to keep.</summary>
    public byte[] TakeRaw() => _fullRows ?? Reader.TakeRaw();

    /// <summary>Whether <see cref="Raw"/> differs from what is at the event's position in the log.</summary>
    public bool IsExpanded => _fullRows != null || Reader.IsExpanded;

    /// <summary>Parses the present row event.</summary>
    [MethodImpl(Jit.Hot)]
    public RowsEvent ParseRows()
    {
        return Rows.Parse(Raw, Table!, Reader.Format.TableIdLength);
    }

    /// <summary>A name in UTF-8 as a string, the same one as long as the name stays the same; null for no name.</summary>
    [MethodImpl(Jit.Hot)]
    public string? NameOf(ReadOnlySpan<byte> name)
    {
        if (!name.SequenceEqual(_lastName))
            (_lastName, _lastNameText) = (name.ToArray(), System.Text.Encoding.UTF8.GetString(name));
        return name.IsEmpty ? null : _lastNameText;
    }

    /// <summary>An error at the present event.</summary>
    public RecoveryException Malformed(Exception cause) => MalformedData.OfEvent(
        $"the {Reader.Header.Type} event", cause, Reader.Path, Reader.Position);

    private bool OpenNext()
    {
        if (!_logs.MoveNext())
            return false;
        Chosen = _logs.Current;
        _range = Chosen.IsReadWhole ? Chosen with { Start = 0, Stop = long.MaxValue } : Chosen;
        LogIndex++;
        _isAtStart = true;
        _mayCut = _filter.StartTime != null || _filter.StopTime != null || _range.Start > FileEventReader.FirstPosition
            || _range.Stop != long.MaxValue;
        _startIsReached = _range.Start <= FileEventReader.FirstPosition;
        if (_isWithinStatement)
            _maps.Carry();
        else
            _maps.DropCarried();
        _isWithinStatement = false;
        _maps.Clear();
        Transaction.Reset();
        ByteSource source = _range.Open?.Invoke() ?? LogContainer.Open(_range.Path, Keyring, _stop);
        _reader = new ExpandedEventReader(new FileEventReader(source, Salvage ? OnGap : null, _stop), Salvage ? OnGap : null);
        OpenCatalog(source);
        return true;
    }

    [MethodImpl(Jit.Hot)]
    private bool ReadEvent()
    {
        try
        {
            do
            {
                if (_reader!.EndPosition >= _nextStretch)
                    PassOver();
                if (!_reader.Read())
                {
                    _isWithinStatement = _isRelayLog && Transaction.IsInside && !Transaction.IsOver;
                    CheckEnd();
                    return false;
                }

                if (_isAtStart)
                {
                    _isRelayLog = Reader.Header.Flags.HasFlag(EventFlags.RelayLog);
                    _cuts.BeginLog(this);
                    LogBegun?.Invoke(Reader.LogFile);
                }

                _isAtStart = false;
                _cuts.Observe(Reader.Header);
                if (Reader.Position >= _range.Stop)
                {
                    FindTail();
                    return false;
                }
            }
            while (!Observe());
            return true;
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            RecoveryException failure = Malformed(e);
            Close();
            throw failure;
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <summary>Takes the event in; false where it is passed over.</summary>
    [MethodImpl(Jit.Hot)]
    private bool Observe()
    {
        BinlogEventType type = Reader.Header.Type;
        Transaction.Observe(Reader);
        if (_filter.Gtids != null && type.IsGtid())
            _cuts.Observe(Transaction.Gtid);
        Table = null;
        _fullRows = null;
        Rows.Clear();
        int idLength = Reader.Format.TableIdLength;
        if (type == BinlogEventType.TableMap)
        {
            int checksum = Reader.Raw.Length - EventHeader.Size - Reader.Body.Length;
            Table = _maps.Add(Reader.Raw[..^checksum], idLength, Reader.Format.IsMariaDb);
        }
        else if (type == BinlogEventType.FormatDescription)
        {
            _maps.Clear();
            BeginAhead();
        }
        else if (type.IsGtid() || type == BinlogEventType.Xid)
        {
            _maps.DropCarried();
        }
        else if (type.IsQuery() && _schema != null && !Transaction.GtidEvent.Flags.IsWithoutEffect())
        {
            ObserveStatement(_schema);
        }
        else if (type.IsRows())
        {
            ulong id = RowsEvent.PeekTableId(Reader.Body, idLength);
            Table = _maps.Find(id);
            if (Table == null)
            {
                NoteMissingMap(id);
                return false;
            }

            if (type.Operation() == RowOperation.Update && PlainUpdate.TryMake(Reader.Header, ParseRows(), Table) is { } plain)
            {
                _fullRows = plain;
                Rows.Clear();
            }
        }

        return true;
    }

    private void ObserveStatement(ITableSchemaSource schema)
    {
        QueryEvent query = QueryEvent.Parse(Reader.Body);
        if (!query.IsTransactionControl)
            schema.Observe(query.DecodeStatement(), query.Database, query.SqlModes);
    }

    private void NoteMissingMap(ulong id)
    {
        var missing = new RecoveryException(
            "TableMapMissing", RecoveryErrorKind.InvalidData, $"no table map for table id {id} comes before this row event",
            Reader.Path, Reader.Position);
        if (!Salvage)
            throw missing;
        Gaps.Enqueue(missing);
    }

    [MethodImpl(Jit.Hot)]
    private bool IsMatch()
    {
        try
        {
            var view = new EventView(this);
            Sights?.Observe(view, _filter);
            if (!view.IsMatch(_filter))
                return false;
            Sights?.Take(view);
            return true;
        }
        catch (RecoveryException)
        {
            Close();
            throw;
        }
    }

    private void OnGap(RecoveryException gap)
    {
        Transaction.Reset();
        Gaps.Enqueue(gap);
    }

    private void Close()
    {
        // What looks ahead reads through the reader's source.
        CloseCatalog();
        _reader?.Dispose();
        _reader = null;
    }
}
