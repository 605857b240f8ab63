using System.Diagnostics.CodeAnalysis;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;

namespace MySqlRecovery.Changes;

/// <summary>
/// Takes the events and rows that come down the pipeline, in log order, and hands on those that a filter lets through: the
/// rows of one event together.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A MemoryStream holds memory alone.")]
internal sealed class PipelineEvents
{
    private readonly PipelineTableMaps _maps;
    private readonly EventFilter _filter;
    private readonly EventFilter _eventFilter;
    private readonly Action<EventView> _take;
    private readonly PipedEvent _piped = new();
    private readonly MemoryStream _pending = new();
    private byte[]? _whole;
    private RowChange? _pendingRow;
    private bool _takesPending;
    private int _lastRowIndex;
    private readonly HashSet<string> _logsSeen = new(StringComparer.Ordinal);
    private string? _server;
    private string _lastLog = string.Empty;
    private (long Position, long PayloadOffset) _lastPosition;
    private FormatDescriptionEvent? _format;
    private (int Log, uint ServerId) _writer = (-1, 0);

    private readonly LogSights? _sights;

    /// <summary>Is told of everything taken, to find it again in the logs; null where there are none.</summary>
    public PipedSelection? Selection { get; set; }

    /// <param name="maps">The table maps of the objects.</param>
    /// <param name="filter">Which events and rows to take.</param>
    /// <param name="take">Takes an event; what it is given is good until it comes back.</param>
    /// <param name="sights">Takes in what comes, or null.</param>
    public PipelineEvents(PipelineTableMaps maps, EventFilter filter, Action<EventView> take, LogSights? sights = null) =>
        (_maps, _filter, _eventFilter, _take, _sights) = (maps, filter, filter with { Where = null }, take, sights);

    public void Add(BinlogEvent item)
    {
        FlushRows();
        _piped.Set(item, _maps.Find(item));
        var view = new EventView(_piped);
        _sights?.Observe(view, _filter);
        if (!view.IsMatch(_filter))
            return;
        _sights?.Take(view);
        CheckOrder(view);
        Selection?.Add(view, view.ChosenRows?.Select(r => r.Index));
        _take(view);
    }

    /// <summary>Takes a row in. What the rows of one event have in common is looked at once.</summary>
    public void Add(RowChange row)
    {
        if (!IsOfPending(row))
            BeginEvent(row);
        else if (!row.IsComplete)
            throw PipelineTableMaps.Incomplete(row);
        if (!_takesPending)
            return;
        int start = Pending.IsEmpty ? row.RowsEventHead!.Length : Pending.Length;
        Append(row);
        if (_filter.Where == null || IsMatch(_filter.Where, start))
        {
            _lastRowIndex = row.RowIndex;
            Selection?.Add(new EventView(_piped), [row.RowIndex]);
            return;
        }

        _pending.SetLength(_whole == null ? start : 0);
        _whole = null;
    }

    // A row that is alone in its event is not copied: it may have 1 GiB.
    private void Append(RowChange row)
    {
        if (Pending.IsEmpty && row.WholeEvent is { } whole)
        {
            _whole = whole;
            return;
        }

        if (Pending.IsEmpty)
            _pending.Write(row.RowsEventHead);
        if (_whole != null)
            _pending.Write(_whole);
        _whole = null;
        row.WriteImages(_pending);
    }

    private ReadOnlyMemory<byte> Pending => _whole ?? _pending.GetBuffer().AsMemory(0, (int)_pending.Length);

    private bool IsOfPending(RowChange row) => _pendingRow is { } first && row.RowIndex > _lastRowIndex && IsAtPlaceOf(first, row)
        && ((row.Source != null && row.Source == first.Source) || row.RowsEventHead.AsSpan().SequenceEqual(first.RowsEventHead));

    private static bool IsAtPlaceOf(RowChange first, RowChange row) =>
        row.Position == first.Position && row.PayloadOffset == first.PayloadOffset && row.LogFile == first.LogFile;

    private void BeginEvent(RowChange row)
    {
        bool isRepeated = !Pending.IsEmpty && row.RowIndex <= _lastRowIndex && IsAtPlaceOf(_pendingRow!, row);
        FlushRows();
        _piped.Set(row, _maps.Find(row));
        (_pendingRow, _lastRowIndex) = (row, -1);
        var view = new EventView(_piped);
        _sights?.Observe(view, _filter);
        _takesPending = view.IsMatch(_eventFilter);
        if (_takesPending && isRepeated)
            throw OutOfOrder(row.LogFile, row.Position);
    }

    /// <summary>Hands on the event whose rows are waiting for more: there are no more.</summary>
    public void FlushRows()
    {
        if (!Pending.IsEmpty)
        {
            _piped.SetRaw(Pending);
            var view = new EventView(_piped);
            CheckOrder(view);
            _sights?.Take(view);
            _take(view);
            _pending.SetLength(0);
            _whole = null;
            _piped.SetRaw(default);
        }

        _pendingRow = null;
    }

    // The row is the last one of those that are waiting.
    private bool IsMatch(RowPredicate where, int start)
    {
        try
        {
            _piped.SetRaw(Pending);
            RowsEvent rows = _piped.ParseRows();
            int at = start - EventHeader.Size - rows.At.Rows;
            var row = new RowCursor(rows, _piped.Table!);
            row.Return(new RowCursorMark(Index: -1, at, at, at));
            if (!row.MoveNext())
                return false;
            bool? passes = where.Test(row);
            if (passes == null)
                new EventView(_piped).NoteUntested(_filter.Doubts, 1);
            return passes == true;
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw new EventView(_piped).Malformed(e);
        }
    }

    // An undo in the wrong order gives wrong rows, so nobody's sorting is taken on trust.
    private void CheckOrder(in EventView view)
    {
        (string log, long position, long offset) = (view.LogFile, view.Position, view.PayloadOffset);
        if (_logsSeen.Count > 0 && view.Server != _server)
            throw OutOfOrder(log, position);
        _server = view.Server;
        if (log != _lastLog)
        {
            if (!_logsSeen.Add(log) || LogNumber.IsBefore(log, _lastLog))
                throw OutOfOrder(log, position);
            _lastLog = log;
            _piped.LogIndex = _logsSeen.Count - 1;
        }
        else if ((position, offset).CompareTo(_lastPosition) <= 0)
        {
            // The events of one payload have one position. Nothing comes twice: it would be undone twice.
            throw OutOfOrder(log, position);
        }

        _lastPosition = (position, offset);
        if (!view.HasRows || view.Format == _format)
            return;
        // Logs of two servers can have one name; the format description says who wrote the log.
        _format = view.Format;
        uint serverId = EventHeader.Parse(_format.Raw).ServerId;
        if (_writer.Log == view.LogIndex && _writer.ServerId != serverId)
            throw OutOfOrder(log, view.TransactionPosition);
        _writer = (view.LogIndex, serverId);
    }

    private static RecoveryException OutOfOrder(string logFile, long position) => new(
        "InputNotInLogOrder", RecoveryErrorKind.InvalidArgument,
        "the events or rows of the pipeline are not in the order of the log, or come twice",
        logFile, position, "Filter them, but do not sort them, and undo the logs of one server at a time.");
}

/// <summary>
/// Indexes what comes down the pipeline like the events of a log: its bytes go to a temporary file, where an undo reads them.
/// </summary>
internal sealed class ChangeSpool : IDisposable
{
    private readonly ChangeIndexBuilder _builder;

    public ChangeSpool(
        PipelineTableMaps maps, EventFilter filter, bool reverse, long maximumMemory = ChangeIndex.DefaultMaximumMemory,
        bool movesBytes = true, LogSights? sights = null, bool keepsUnusable = false, TableRenames? renames = null, bool sumsUp = false)
    {
        var effects = new StatementEffects(
            reverse, filter.Tables, namesNewTables: filter.Operations == null, maps.Schema, movesBytes, renames: renames);
        _builder = new ChangeIndexBuilder(reverse, maps.Schema, effects, maximumMemory, filter.Doubts, keepsUnusable, sumsUp);
        Events = new PipelineEvents(maps, filter, view => _builder.Add(view), sights);
    }

    /// <summary>Takes what is to be indexed.</summary>
    public PipelineEvents Events { get; }

    /// <summary>The index of all that was added; it owns the temporary file from here on.</summary>
    /// <param name="findLaterChanges">Looks for what came after it; null where there is nothing to look into.</param>
    public ChangeIndex Complete(Func<ChangeIndex, LaterFindings?>? findLaterChanges = null)
    {
        Events.FlushRows();
        return findLaterChanges == null ? _builder.CompleteUnseen() : _builder.Complete(findLaterChanges);
    }

    public void Dispose() => _builder.Dispose();
}

/// <summary>Table maps of objects that came down the pipeline: parsed once as long as the same map comes again.</summary>
internal sealed class PipelineTableMaps(ITableSchemaSource? schema)
{
    private readonly Dictionary<byte[], TableMap> _byReference = new(ReferenceEqualityComparer.Instance);
    private readonly TableMapCache _byContent = new(schema);

    /// <summary>The schema that completes the maps, or null.</summary>
    public ITableSchemaSource? Schema => schema;

    /// <summary>The map of a row event; null for other events.</summary>
    public TableMap? Find(BinlogEvent item) => item.Operation == null ? null : Find(
        item.RawEvent != null && item.FormatEvent != null && item.TableMapEvent is { } raw
            ? raw : throw Incomplete(item), item.FormatEvent, item);

    /// <summary>The map of a row.</summary>
    public TableMap Find(RowChange item)
    {
        TableMap map = Find(item.IsComplete ? item.TableMapEvent! : throw Incomplete(item), item.FormatEvent!, item);
        if (!Array.TrueForAll(map.Columns, c => c.IsNameKnown && (c.IsUnsigned != null || !c.IsNumeric)))
            TakeNames(map, item);
        return map;
    }

    /// <summary>The error of an object without its bytes.</summary>
    public static RecoveryException Incomplete(object item) => new(
        "RowEventIncomplete", RecoveryErrorKind.InvalidArgument, $"{item} does not carry the bytes of its event",
        recommendedAction: "Pass the objects on as they are; Select-Object with chosen properties drops the bytes.");

    // A row brings along what a schema said of its table where it was read: names, the key, and signs in the types of its values.
    private static void TakeNames(TableMap map, RowChange row)
    {
        string[] names = row.ColumnName;
        if (names.Length != map.Columns.Length || Array.Exists(names, name => name.StartsWith('@')))
            return;
        bool isNew = !Array.TrueForAll(map.Columns, c => c.IsNameKnown);
        for (int i = 0; i < names.Length; i++)
        {
            ColumnDefinition column = map.Columns[i];
            column.Name = names[i];
            column.IsNameKnown = true;
            if (!column.IsNumeric || column.IsUnsigned != null)
                continue;
            // Values are made only for objects that have nothing else: one may have 1 GiB.
            if (row.Source != null)
                column.IsUnsigned = row.Source.Decoder.IsUnsigned(i);
            else if ((row.Before?[names[i]] ?? row.After?[names[i]]) is { } value)
                column.IsUnsigned = value is byte or ushort or uint or ulong;
        }

        if (!isNew || map.IsPrimaryKeyKnown || row.Key is not { } key)
            return;
        map.PrimaryKey = [.. key.Keys.Cast<string>().Select(
            name => Array.FindIndex(names, n => string.Equals(n, name, StringComparison.OrdinalIgnoreCase)))];
        map.IsPrimaryKeyKnown = true;
    }

    /// <summary>The map that an object carries with the format description of its log.</summary>
    public TableMap Find(byte[] raw, byte[] format, object item)
    {
        if (_byReference.TryGetValue(raw, out TableMap? map))
            return map;
        try
        {
            map = raw.Length < EventHeader.Size
                ? throw new EndOfStreamException("no event header") : _byContent.Add(raw, 6, FormatDescriptionEvent.IsOfMariaDb(format));
        }
        catch (Exception e) when (MalformedData.Is(e))
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
