using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Gtids;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Changes;

/// <summary>
/// Takes the events and rows that come down the pipeline, in log order, into a temporary file, and indexes them like the
/// events of a log: the undo reads them backwards from there.
/// </summary>
internal sealed class ChangeSpool : IDisposable
{
    private readonly ChangeIndex _index;
    private readonly SpoolFile _file = SpoolFile.Create();
    private readonly PipelineTableMaps _maps;
    private readonly bool _reverse;
    private readonly StatementEffects _effects;
    private readonly MemoryStream _pending = new();
    private byte[]? _formatRaw;
    private RowChange? _pendingRow;
    private int _lastRowIndex;
    private readonly HashSet<string> _logsSeen = new(StringComparer.Ordinal);
    private string? _server;
    private string _lastLog = string.Empty;
    private (int Log, uint ServerId) _writer = (-1, 0);
    private long _lastPosition;
    private int _statement;
    private (int Log, long Position) _transaction = (-1, -1);
    private (IndexedTransactionKind Kind, uint ThreadId, Gtid? Gtid) _begin;

    public ChangeSpool(PipelineTableMaps maps, bool reverse, long maximumMemory = ChangeIndex.DefaultMaximumMemory)
    {
        _index = new ChangeIndex(maximumMemory);
        _reverse = reverse;
        _maps = maps;
        _effects = new StatementEffects(_index, reverse, tables: null, namesNewTables: true);
        _index.Sources.Add(_file);
    }

    public void Add(BinlogEvent item)
    {
        FlushRows();
        CheckOrder(item.Server, item.LogFile, item.Position);
        if (item.Operation == null)
        {
            _effects.Observe(item);
            return;
        }

        TableMap map = _maps.Find(item)!;
        Begin(item.LogFile, item.TransactionPosition, item.FormatEvent!, item.Gtid, item.ThreadId);
        AddEvent(item.RawEvent!, map, item.TransactionEnd, item.XaId, new(item.LogFile, item.Position, item.TransactionPosition));
    }

    public void Add(RowChange item)
    {
        _maps.Find(item);
        CheckOrder(item.Server, item.LogFile, item.Position);
        if (_pendingRow == null || item.Position != _pendingRow.Position || item.LogFile != _pendingRow.LogFile
            || item.RowIndex <= _lastRowIndex || !item.RowsEventHead.AsSpan().SequenceEqual(_pendingRow.RowsEventHead))
        {
            // The events of one payload have one position; all others have rows in ascending order.
            if (_pendingRow != null && item.RowIndex <= _lastRowIndex && item.Position == _pendingRow.Position
                && item.LogFile == _pendingRow.LogFile && !IsOfPayload(item))
                throw OutOfOrder(item.LogFile, item.Position);
            FlushRows();
            _pendingRow = item;
            _pending.Write(item.RowsEventHead);
        }

        _lastRowIndex = item.RowIndex;
        _pending.Write(item.BeforeImage);
        _pending.Write(item.AfterImage);
    }

    // An undo in the wrong order gives wrong rows, so nobody's sorting is taken on trust.
    private void CheckOrder(string? server, string logFile, long position)
    {
        if (_logsSeen.Count > 0 && server != _server)
            throw OutOfOrder(logFile, position);
        _server = server;
        if (logFile != _lastLog)
        {
            if (!_logsSeen.Add(logFile) || LogNumber.IsBefore(logFile, _lastLog))
                throw OutOfOrder(logFile, position);
            _lastLog = logFile;
        }
        else if (position < _lastPosition)
        {
            throw OutOfOrder(logFile, position);
        }

        _lastPosition = position;
    }

    private static bool IsOfPayload(RowChange item) => EventHeader.Parse(item.RowsEventHead).LogPos == 0;

    private static RecoveryException OutOfOrder(string logFile, long position) => new(
        "InputNotInLogOrder", RecoveryErrorKind.InvalidArgument, "the events or rows of the pipeline are not in the order of the log",
        logFile, position, "Filter them, but do not sort them, and undo the logs of one server at a time.");

    /// <summary>The index of all that was added; it owns the temporary file from here on.</summary>
    public ChangeIndex Complete()
    {
        FlushRows();
        _effects.Complete();
        return _index;
    }

    public void Dispose() => _index.Dispose();

    private void FlushRows()
    {
        if (_pendingRow is not { } row)
            return;
        _pendingRow = null;
        Begin(row.LogFile, row.TransactionPosition, row.FormatEvent!, row.Gtid, row.ThreadId);
        AddEvent(_pending.GetBuffer().AsSpan(0, (int)_pending.Length), _maps.Find(row), row.TransactionEnd, row.XaId, new(row.LogFile, row.Position, row.TransactionPosition));
        _pending.SetLength(0);
    }

    private void Begin(string logFile, long transactionPosition, byte[] formatRaw, string? gtid, uint? threadId)
    {
        int log = _index.LogFiles.LastIndexOf(logFile);
        if (log < 0)
        {
            log = _index.LogFiles.Count;
            _index.LogFiles.Add(logFile);
        }

        if (!ReferenceEquals(formatRaw, _formatRaw))
        {
            _formatRaw = formatRaw;
            _index.Format = ParseFormat(formatRaw, logFile);

            // Logs of two servers can have one name; the format description says who wrote the log.
            uint serverId = EventHeader.Parse(formatRaw).ServerId;
            if (_writer.Log == log && _writer.ServerId != serverId)
                throw OutOfOrder(logFile, transactionPosition);
            _writer = (log, serverId);
        }

        if (_transaction != (log, transactionPosition))
        {
            _transaction = (log, transactionPosition);
            _statement++;
        }

        bool isAnonymous = _index.Format!.PostHeaderLength(BinlogEventType.AnonymousGtid) >= 0 && _index.Format.IsAtLeast(5, 7, 0)
            && !_index.Format.IsMariaDb;
        IndexedTransactionKind kind = gtid != null ? IndexedTransactionKind.Gtid
            : isAnonymous ? IndexedTransactionKind.Anonymous : IndexedTransactionKind.Plain;
        _begin = (kind, threadId ?? 0, gtid == null ? null : Gtid.Parse(gtid));
    }

    private void AddEvent(ReadOnlySpan<byte> raw, TableMap map, TransactionEnd? end, string? xaId, StatementEffects.Place place)
    {
        try
        {
            if (raw.Length < EventHeader.Size)
                throw new EndOfStreamException("no event header");
            RowsEvent rows = RowsEvent.Parse(EventHeader.Parse(raw).Type, raw[EventHeader.Size..], map.Columns.Length);
            (int bytes, int count) = RowsReverser.Measure(rows, map, null);
            if ((ChangeRules.FindObstacle(rows, map, _reverse) ?? ChangeRules.FindObstacle(end)) is { } cause)
            {
                _index.Obstacles.AddRows(map.Database, map.Table, count, cause, place.LogFile, place.Position);
            }
            else if (count > 0)
            {
                _index.BeginTransaction(_transaction.Log, _transaction.Position, _begin.Kind, _begin.ThreadId, _begin.Gtid);
                _index.Add(
                    new IndexedEvent(rows.Type, _file.Length, raw.Length, bytes, bytes, count, 0, _index.NumberOf(map), _statement));
                _file.Append(raw);
                if (end == TransactionEnd.Prepare)
                    _effects.ObservePrepared(xaId, place);
            }

            if (_reverse && count > 0)
                UnloggedCascades.Note(_index, rows, map, count, _maps.Schema, place.LogFile, place.Position);
            if (rows.EndsStatement)
                _statement++;
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new RecoveryException(
                "BinlogEventMalformed", RecoveryErrorKind.InvalidData, $"the row event cannot be read: {e.Message}", place.LogFile, place.Position, inner: e);
        }
    }

    private static FormatDescriptionEvent ParseFormat(byte[] raw, string logFile)
    {
        try
        {
            return FormatDescriptionEvent.Parse(raw);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new RecoveryException(
                "BinlogEventMalformed", RecoveryErrorKind.InvalidData, $"the format description cannot be read: {e.Message}", logFile, inner: e);
        }
    }
}

/// <summary>Table maps of objects that came down the pipeline: parsed once as long as the same map comes again.</summary>
internal sealed class PipelineTableMaps(ITableSchemaSource? schema)
{
    private readonly Dictionary<byte[], TableMap> _byReference = new(ReferenceEqualityComparer.Instance);
    private readonly TableMapCache _byContent = new(schema);

    /// <summary>The schema that completes the maps, or null.</summary>
    public ITableSchemaSource? Schema => schema;

    /// <summary>The map of a row event; null for other events.</summary>
    public TableMap? Find(BinlogEvent item) =>
        item.Operation == null ? null : Find(item.TableMapEvent, item.RawEvent != null && item.FormatEvent != null, item);

    /// <summary>The map of a row.</summary>
    public TableMap Find(RowChange item) => Find(
        item.TableMapEvent, item.RowsEventHead != null && item.FormatEvent != null && (item.BeforeImage ?? item.AfterImage) != null, item);

    private TableMap Find(byte[]? raw, bool isComplete, object item)
    {
        if (raw == null || !isComplete)
            throw new RecoveryException(
                "RowEventIncomplete", RecoveryErrorKind.InvalidArgument, $"{item} does not carry the bytes of its event",
                recommendedAction: "Pass the objects on as they are; Select-Object with chosen properties drops the bytes.");
        if (_byReference.TryGetValue(raw, out TableMap? map))
            return map;
        try
        {
            map = raw.Length < EventHeader.Size ? throw new EndOfStreamException("no event header") : _byContent.Add(raw, 6);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new RecoveryException(
                "TableMapMalformed", RecoveryErrorKind.InvalidData, $"the table map of {item} cannot be read: {e.Message}", inner: e);
        }

        // Objects from another machine bring a new array each; only so many are worth remembering.
        if (_byReference.Count < 4096)
            _byReference.Add(raw, map);
        return map;
    }
}
