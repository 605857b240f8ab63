using System.Globalization;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Scan;

/// <summary>
/// One event, as a scan stands on it or as it came down the pipeline: what filters, indexes, sums and objects are made from.
/// Good until the scan, or the pipeline, goes on.
/// </summary>
internal readonly struct EventView
{
    private readonly EventScan? _scan;
    private readonly PipedEvent? _piped;

    public EventView(EventScan scan) => _scan = scan;

    public EventView(PipedEvent piped) => _piped = piped;

    /// <summary>Type of the event in the log.</summary>
    public BinlogEventType Type
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _scan != null ? _scan.Reader.Header.Type : _piped!.Type;
    }

    /// <summary>The server that it was read from, <c>host:port</c>; null for a file.</summary>
    public string? Server => _scan != null ? _scan.Chosen.Server : _piped!.Server;

    public string LogFile
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _scan != null ? _scan.Reader.LogFile : _piped!.LogFile;
    }

    /// <summary>How many logs came before this one.</summary>
    public int LogIndex
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _scan != null ? _scan.LogIndex : _piped!.LogIndex;
    }

    /// <summary>Offset of the event in its log.</summary>
    public long Position
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _scan != null ? _scan.Reader.Position : _piped!.Position;
    }

    public long EndPosition => _scan != null ? _scan.Reader.EndPosition : _piped!.EndPosition;

    /// <summary>Offset in the uncompressed payload of a transaction; 0 outside of one.</summary>
    public long PayloadOffset => _scan != null ? _scan.Reader.PayloadOffset : _piped!.PayloadOffset;

    /// <summary>Bytes in the log, header and checksum included.</summary>
    public long Size => _scan != null ? _scan.Reader.Header.Length : _piped!.Size;

    public DateTime Timestamp
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _scan != null ? _scan.Reader.Header.Time : _piped!.Timestamp;
    }

    public uint ServerId
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _scan != null ? _scan.Reader.Header.ServerId : _piped!.ServerId;
    }

    /// <summary>Version of the server that wrote the log.</summary>
    public string ServerVersion => _scan != null ? _scan.Reader.Format.ServerVersion : _piped!.ServerVersion;

    public FormatDescriptionEvent Format
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _scan != null ? _scan.Reader.Format : _piped!.Format;
    }

    /// <summary>Offset of the transaction's first event.</summary>
    public long TransactionPosition
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _scan != null ? _scan.Transaction.Position : _piped!.TransactionPosition;
    }

    /// <summary>Time of the transaction's first event; of the event itself where it came down a pipeline.</summary>
    public DateTime TransactionTime => _scan is { Transaction.IsInside: true } ? _scan.Transaction.Time : Timestamp;

    /// <summary>The file that the log was read from; null for a server's, and for a pipeline.</summary>
    public string? LogPath => _scan is { Chosen.Server: null } ? _scan.Reader.Path : null;

    public Gtid? Gtid
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _scan != null ? _scan.Transaction.Gtid : _piped!.Gtid;
    }

    public string? GtidText => _scan != null ? _scan.Transaction.GtidText : _piped!.GtidText;

    /// <summary>Whether a GTID event, anonymous or not, started the transaction.</summary>
    public bool HasGtidEvent
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _scan != null ? _scan.Transaction.HasGtidEvent : _piped!.HasGtidEvent;
    }

    /// <summary>Whether the start of the transaction may be lost: after damage that was passed over.</summary>
    public bool MayLackStart
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _scan is { Salvage: true } && !_scan.Transaction.HasGtidEvent;
    }

    /// <summary>The session's connection id; null where the log does not say.</summary>
    public uint? ThreadId
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _scan != null ? _scan.Transaction.ThreadId : _piped!.ThreadId;
    }

    /// <summary>When the transaction was committed; null where the log does not say.</summary>
    public DateTime? CommitTime => _scan != null ? GtidEvent.ToTime(_scan.Transaction.GtidEvent.CommitTimestamp) : _piped!.CommitTime;

    /// <summary>What MariaDB's GTID event says of the transaction.</summary>
    public MariaDbGtidFlags GtidFlags => _scan != null ? _scan.Transaction.GtidEvent.Flags : _piped!.GtidFlags;

    /// <summary>GTID of the transaction that started the ALTER TABLE which this one ends; null for others.</summary>
    public string? AlterGtid => _scan != null ? _scan.Transaction.GtidEvent.AlterGtid?.ToString() : _piped!.AlterGtid;

    /// <summary>The original statement of the rows; null where it was not logged.</summary>
    public string? RowsStatement => _scan != null ? _scan.Transaction.Statement : _piped!.Statement;

    /// <summary>What becomes of the event's transaction; null where an object of the pipeline does not say.</summary>
    public TransactionEnd? End
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _scan != null ? _scan.Outcome.EndOf(_scan.Reader.Position) : _piped!.End;
    }

    /// <summary>Id of an XA transaction; null for others.</summary>
    public string? XaId => _scan != null ? _scan.Outcome.XaId : _piped!.XaId;

    /// <summary>The table of a TABLE_MAP or row event; null for others.</summary>
    public TableMap? Table
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _scan != null ? _scan.Table : _piped!.Table;
    }

    /// <summary>The event without its checksum, expanded.</summary>
    public ReadOnlySpan<byte> Raw
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _scan != null ? _scan.Raw : _piped!.Raw;
    }

    /// <summary>The parsed row event.</summary>
    public RowsEvent Rows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _scan != null ? _scan.ParseRows() : _piped!.ParseRows();
    }

    /// <summary>The rows that a filter's row test let through; null where there was no test: all rows then.</summary>
    public IReadOnlyList<RowCursorMark>? ChosenRows => Found.Chosen;

    private EventRows Found
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _scan != null ? _scan.Rows : _piped!.Rows;
    }

    /// <summary>Whether the event holds rows.</summary>
    public bool HasRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Table != null && Type.IsRows();
    }

    /// <summary>Bytes and number of the rows that were let through.</summary>
    /// <exception cref="EndOfStreamException">The event does not hold its rows.</exception>
    /// <exception cref="InvalidDataException">The same.</exception>
    [MethodImpl(Jit.Hot)]
    public (int Bytes, int Count) MeasureRows(in RowsEvent rows) => Found.Measure(rows, Table!);

    /// <summary>The event with none but the rows that were let through.</summary>
    /// <param name="rows">The parsed event.</param>
    /// <param name="scratch">Where it is put together where rows are left out.</param>
    [MethodImpl(Jit.Hot)]
    public ReadOnlySpan<byte> RawOfChosen(in RowsEvent rows, ref byte[] scratch)
    {
        ReadOnlySpan<byte> raw = Raw;
        if (ChosenRows is not { } chosen)
            return raw;
        int length = EventHeader.Size + rows.At.Rows;
        if (scratch.Length < raw.Length)
            scratch = new byte[Math.Max(raw.Length, 2 * scratch.Length)];
        raw[..length].CopyTo(scratch);
        foreach (RowCursorMark row in chosen)
        {
            rows.Rows[row.Start..row.End].CopyTo(scratch.AsSpan(length));
            length += row.End - row.Start;
        }

        return scratch.AsSpan(0, length);
    }

    /// <summary>Where the event's transaction comes from, for people.</summary>
    public string Origin => Describe(LogFile, TransactionPosition, GtidText, ThreadId ?? 0);

    /// <summary>Where a transaction comes from, for people; a thread 0 is one that the log does not name.</summary>
    public static string Describe(string logFile, long position, string? gtid, uint threadId)
    {
        string name = gtid == null ? string.Empty : $" GTID {gtid}";
        string thread = threadId == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" thread {threadId}");
        return string.Create(CultureInfo.InvariantCulture, $"{logFile}:{position}{name}{thread}");
    }

    /// <summary>The statement of a QUERY event; false for others, and for BEGIN, COMMIT and ROLLBACK.</summary>
    /// <param name="statement">Its text.</param>
    /// <param name="database">The session's default database.</param>
    /// <param name="modes">The sql_mode under which it ran.</param>
    [MethodImpl(Jit.Hot)]
    public bool TryGetStatement(out string statement, out string database, out SqlModes modes)
    {
        (statement, database, modes) = (string.Empty, string.Empty, SqlModes.None);
        if (_scan == null)
        {
            (statement, database) = (_piped!.Statement ?? string.Empty, _piped.Database ?? string.Empty);
            modes = _piped.SqlModes;
            return _piped.Type.IsQuery() && statement.Length > 0;
        }

        if (!_scan.Reader.Header.Type.IsQuery())
            return false;
        // Most statements of a log are these.
        QueryEvent query = QueryEvent.Parse(_scan.Reader.Body);
        if (query.IsBegin || query.IsCommitOrRollback)
            return false;
        Decode(query, out statement, out database, out modes);
        return true;
    }

    private static void Decode(in QueryEvent query, out string statement, out string database, out SqlModes modes) =>
        (statement, database, modes) = (query.DecodeStatement(), query.Database, query.SqlModes);

    /// <summary>Whether a filter lets the event through; <see cref="ChosenRows"/> are the rows that it let through then.</summary>
    [MethodImpl(Jit.Hot)]
    public bool IsMatch(EventFilter filter) => IsMatchButTable(filter)
        && (filter.Tables == null || IsMatch(filter.Tables, filter))
        && (filter.Where == null || !HasRows || HasMatchingRow(filter.Where, filter.Doubts));

    /// <summary>Whether a filter lets the event through, whatever its table and its rows are.</summary>
    [MethodImpl(Jit.Hot)]
    public bool IsMatchButTable(EventFilter filter) =>
        (filter.TakesAnyHeader || filter.IsMatch(Type, ServerId, this.TimeFor(filter)))
        && (filter.TakesAnyTransaction || filter.IsMatch(Gtid, ThreadId) || LacksThread(filter))
        && (filter.Choice == null || IsChosen(filter.Choice));

    /// <summary>Notes rows of which the log does not say whether they pass a row test.</summary>
    public void NoteUntested(FilterDoubts doubts, int count) => doubts.Note(
        Table!.Database, Table.Table, Array.TrueForAll(Table.Columns, c => c.IsNameKnown)
            ? "-Where asks for a column that is not in their images (binlog_row_image is not FULL)"
            : "-Where asks for a column by name, and the log does not name the columns (give -SchemaPath, -Connection, or "
                + "@1, @2 by position)",
        count, LogFile, Position);

    private bool IsChosen(ITransactionChoice choice) => choice.IsMatch(
        new ChosenTransaction(Server, LogFile, TransactionPosition, ThreadId, ServerId, TransactionTime), Table?.QualifiedName,
        Type.Operation(), RowsStatement);

    // A log that does not say the session may have its rows in any transaction.
    private bool LacksThread(EventFilter filter)
    {
        if (filter.ThreadIds != null && ThreadId == null && HasRows && filter.Gtids?.IsMatch(Gtid) != false
            && filter.Tables?.IsMatch(Table!) != false)
        {
            filter.Doubts.Note(
                Table!.Database, Table.Table, "-ThreadId asks for a session, and the log does not say whose they are",
                Found.Count(Rows, Table), LogFile, Position);
        }

        return false;
    }

    /// <summary>An error at this event.</summary>
    public RecoveryException Malformed(Exception cause) => MalformedData.OfEvent(
        $"the {Type} event", cause, _scan != null ? _scan.Reader.Path : _piped!.LogFile, Position);

    [MethodImpl(Jit.Hot)]
    private bool IsMatch(TableFilter tables, EventFilter filter)
    {
        if (Table is { } map)
            return tables.IsMatch(map);
        // Which tables a statement names, and not where its session stood, decides on what it did to them.
        if (filter.WithStatements && Type.IsStatement())
            return true;
        return Type.IsQuery() && !tables.NeedsTable ? IsQueryMatch(tables, filter) : !tables.NeedsTable && !tables.NeedsDatabase;
    }

    private bool IsQueryMatch(TableFilter tables, EventFilter filter) =>
        filter.NamedTables != null && TryGetStatement(out string statement, out string database, out SqlModes modes)
            && filter.NamedTables(statement, database, modes) is { Count: > 0 } named
            ? named.Any(t => tables.IsMatch(t.Database ?? database, t.Name)) : tables.IsDatabaseMatch(QueryDatabase);

    private string QueryDatabase => _scan != null ? QueryEvent.Parse(_scan.Reader.Body).Database : _piped!.Database ?? string.Empty;

    private bool HasMatchingRow(RowPredicate where, FilterDoubts doubts)
    {
        try
        {
            bool found = Found.Choose(where, Rows, Table!, out int undecided);
            if (undecided > 0)
                NoteUntested(doubts, undecided);
            return found;
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw Malformed(e);
        }
    }
}

/// <summary>What has been found out of the rows of the event at hand, so that it is found out once.</summary>
internal sealed class EventRows
{
    private readonly List<RowCursorMark> _chosen = [];
    private RowsEvent.Head _head;
    private bool _isParsed;
    private bool _isChosen;
    private int _count = -1;
    private int _chosenBytes;

    /// <summary>The rows that the row test let through; null where none was made.</summary>
    public IReadOnlyList<RowCursorMark>? Chosen => _isChosen ? _chosen : null;

    /// <summary>Another event is at hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Clear()
    {
        (_isParsed, _isChosen, _count) = (false, false, -1);
    }

    [MethodImpl(Jit.Hot)]
    public RowsEvent Parse(ReadOnlySpan<byte> raw, TableMap map, int tableIdLength)
    {
        if (raw.Length < EventHeader.Size)
            throw new EndOfStreamException("no event header");
        ReadOnlySpan<byte> body = raw[EventHeader.Size..];
        if (_isParsed)
            return new RowsEvent(_head, body);
        RowsEvent rows = RowsEvent.Parse((BinlogEventType)raw[EventHeader.TypeOffset], body, map.Columns.Length, tableIdLength);
        (_head, _isParsed) = (rows.Fields, true);
        return rows;
    }

    /// <summary>Tests all rows; whether one of them passes.</summary>
    /// <param name="where">The test.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="map">Their table.</param>
    /// <param name="undecided">How many rows may or may not pass: the log does not say.</param>
    public bool Choose(RowPredicate where, in RowsEvent rows, TableMap map, out int undecided)
    {
        undecided = 0;
        _chosen.Clear();
        _chosenBytes = 0;
        var row = new RowCursor(rows, map);
        while (row.MoveNext())
        {
            bool? passes = where.Test(row);
            if (passes == null)
                undecided++;
            if (passes != true)
                continue;
            _chosen.Add(row.Mark());
            _chosenBytes += row.End - row.Start;
        }

        (_isChosen, _count) = (true, row.Index + 1);
        return _chosen.Count > 0;
    }

    /// <summary>Bytes and number of the chosen rows, or of all.</summary>
    [MethodImpl(Jit.Hot)]
    public (int Bytes, int Count) Measure(in RowsEvent rows, TableMap map) =>
        _isChosen ? (_chosenBytes, _chosen.Count) : (rows.Rows.Length, Count(rows, map));

    /// <summary>How many rows the event has.</summary>
    [MethodImpl(Jit.Hot)]
    public int Count(in RowsEvent rows, TableMap map) => _count >= 0 ? _count : _count = RowCursor.Count(rows, map);
}
