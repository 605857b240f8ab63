using System.Collections.Specialized;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace MySqlRecovery.Model;

/// <summary>
/// One changed row. <see cref="Before"/> and <see cref="After"/> are decoded when they are looked at; the image bytes
/// that undo and SQL are made from travel with the object, so that it can be filtered, stored or sent from another machine.
/// </summary>
// PowerShell makes empty text of null when it brings an object back from remoting; no such property can be empty.
public sealed class RowChange
{
    private readonly RowSource? _source;
    private readonly int _start, _middle, _end;
    private RowFacts _facts;
    private OrderedDictionary? _key, _before, _after;
    private bool _keyIsSet, _beforeIsSet, _afterIsSet;
    private string[]? _changedColumn, _columnName;
    private byte[]? _beforeImage, _afterImage, _rowsEventHead, _tableMapEvent, _formatEvent;

    /// <summary>An empty object, to be filled by its properties.</summary>
    public RowChange() => _facts = RowFacts.None;

    /// <summary>A row of an event, whose facts it shares with the event's other rows.</summary>
    [MethodImpl(Jit.Hot)]
    internal RowChange(RowSource source, RowFacts facts, int index, int start, int middle, int end) =>
        (_source, _facts, RowIndex, _start, _middle, _end) = (source, facts, index, start, middle, end);

    /// <summary>What the rows of one event have in common; null for an object that was made of properties.</summary>
    internal RowSource? Source => _source;

    /// <summary>The server that the row was read from, <c>host:port</c>; null for a file.</summary>
    public string? Server
    {
        get => _facts.Server;
        set => _facts = _facts with { Server = value };
    }

    /// <summary>Name of the log, as the server lists it.</summary>
    public string LogFile
    {
        get => _facts.LogFile;
        set => _facts = _facts with { LogFile = value };
    }

    /// <summary>Byte offset of the row event in its log.</summary>
    public long Position
    {
        get => _facts.Position;
        set => _facts = _facts with { Position = value };
    }

    /// <summary>Byte offset after the row event: a position to go on from.</summary>
    public long EndPosition
    {
        get => _facts.EndPosition;
        set => _facts = _facts with { EndPosition = value };
    }

    /// <summary>Offset of the row event in its transaction's payload, uncompressed, where the log is compressed by transaction;
    /// else 0.</summary>
    public long PayloadOffset
    {
        get => _facts.PayloadOffset;
        set => _facts = _facts with { PayloadOffset = value };
    }

    /// <summary>Number of the row in its event, from 0.</summary>
    public int RowIndex { get; set; }

    /// <summary>When the statement started, UTC, whole seconds.</summary>
    public DateTime Timestamp
    {
        get => _facts.Timestamp;
        set => _facts = _facts with { Timestamp = value };
    }

    /// <summary>GTID of the transaction; null for anonymous ones.</summary>
    public string? Gtid
    {
        get => _facts.Gtid;
        set => _facts = _facts with { Gtid = value };
    }

    /// <summary>Connection id of the session; null where the log does not say.</summary>
    public uint? ThreadId
    {
        get => _facts.ThreadId;
        set => _facts = _facts with { ThreadId = value };
    }

    /// <summary>server_id of the server that wrote the event first.</summary>
    public uint ServerId
    {
        get => _facts.ServerId;
        set => _facts = _facts with { ServerId = value };
    }

    /// <summary>Version of the server that wrote the log.</summary>
    public string ServerVersion
    {
        get => _facts.ServerVersion;
        set => _facts = _facts with { ServerVersion = value };
    }

    /// <summary>Database of the table.</summary>
    public string Database
    {
        get => _facts.Database;
        set => _facts = _facts with { Database = value };
    }

    /// <summary>The table.</summary>
    public string Table
    {
        get => _facts.Table;
        set => _facts = _facts with { Table = value };
    }

    /// <summary>What happened to the row.</summary>
    public RowOperation Operation
    {
        get => _facts.Operation;
        set => _facts = _facts with { Operation = value };
    }

    /// <summary>The primary key as it was before (as it became, for an insert), by column; null where the log names no key.</summary>
    /// <exception cref="RecoveryException">The row's bytes do not fit its columns.</exception>
    public OrderedDictionary? Key
    {
        get => _keyIsSet ? _key : Keep(ref _keyIsSet, ref _key, Decode(s => s.Decoder.Key(s, Slice(_start, _middle))));
        set => (_key, _keyIsSet) = (value, true);
    }

    /// <summary>The row as it was, by column; null for an insert. Columns that the log left out are absent, a value that cannot
    /// be read is an <see cref="UnreadableValue"/>.</summary>
    /// <exception cref="RecoveryException">The row's bytes do not fit its columns.</exception>
    public OrderedDictionary? Before
    {
        get => _beforeIsSet ? _before : Keep(
            ref _beforeIsSet, ref _before,
            Operation == RowOperation.Insert ? null : Decode(s => s.Decoder.Before(s, Slice(_start, _middle))));
        set => (_before, _beforeIsSet) = (value, true);
    }

    /// <summary>The row as it became, by column; null for a delete. Columns that the log left out are absent, a value that
    /// cannot be read is an <see cref="UnreadableValue"/>.</summary>
    /// <exception cref="RecoveryException">The row's bytes do not fit its columns.</exception>
    public OrderedDictionary? After
    {
        get => _afterIsSet ? _after : Keep(ref _afterIsSet, ref _after, Decode(s => s.Decoder.After(s, AfterSpan)));
        set => (_after, _afterIsSet) = (value, true);
    }

    /// <summary>For an update the columns whose value changed; empty for other operations.</summary>
    public string[] ChangedColumn
    {
        get => _changedColumn ??= Operation != RowOperation.Update
            ? [] : Decode(s => s.Decoder.ChangedColumns(s, Slice(_start, _middle), Slice(_middle, _end))) ?? [];
        set => _changedColumn = value;
    }

    /// <summary>All columns of the table in order; <c>@1</c>, <c>@2</c> … where the log has no names.</summary>
    public string[] ColumnName
    {
        get => _columnName ??= _source?.Decoder.ColumnNames ?? [];
        set => _columnName = value;
    }

    /// <summary>The original statement, where the server logged it (binlog_rows_query_log_events).</summary>
    public string? Statement
    {
        get => _facts.Statement;
        set => _facts = _facts with { Statement = value };
    }

    /// <summary>Byte offset of the transaction's first event in the log.</summary>
    public long TransactionPosition
    {
        get => _facts.TransactionPosition;
        set => _facts = _facts with { TransactionPosition = value };
    }

    /// <summary>How the transaction ends in its log. Only what was committed is undone.</summary>
    public TransactionEnd? TransactionEnd
    {
        get => _facts.TransactionEnd;
        set => _facts = _facts with { TransactionEnd = value };
    }

    /// <summary>Id of an XA transaction, as XA COMMIT names it; null for others.</summary>
    public string? XaId
    {
        get => _facts.XaId;
        set => _facts = _facts with { XaId = value };
    }

    /// <summary>When the transaction was committed, UTC, microseconds; null where the log does not say: before MySQL 8.0.1, in
    /// MariaDB.</summary>
    public DateTime? CommitTime
    {
        get => _facts.CommitTime;
        set => _facts = _facts with { CommitTime = value };
    }

    /// <summary>Bytes of the row as it was, as the row event holds them; null for an insert.</summary>
    public byte[]? BeforeImage
    {
        get => _beforeImage ??= Operation == RowOperation.Insert ? null : Copy(_start, _middle);
        set => _beforeImage = value;
    }

    /// <summary>Bytes of the row as it became; null for a delete.</summary>
    public byte[]? AfterImage
    {
        get => _afterImage ??= _source == null || Operation == RowOperation.Delete ? null : AfterSpan.ToArray();
        set => _afterImage = value;
    }

    /// <summary>Bytes of the row event before its rows: header, table id, flags, extra row info, column bitmaps.</summary>
    public byte[]? RowsEventHead
    {
        get => _rowsEventHead ??= _source?.Head;
        set => _rowsEventHead = value;
    }

    /// <summary>Bytes of the table map event, header included, checksum not.</summary>
    public byte[]? TableMapEvent
    {
        get => _tableMapEvent ??= _source?.TableMapEvent;
        set => _tableMapEvent = value;
    }

    /// <summary>Bytes of the log's format description event.</summary>
    public byte[]? FormatEvent
    {
        get => _formatEvent ??= _source?.FormatEvent;
        set => _formatEvent = value;
    }

    /// <summary>Whether the object carries what an undo or SQL is made from.</summary>
    internal bool IsComplete => _source != null
        || (_tableMapEvent != null && _rowsEventHead != null && _formatEvent != null && (_beforeImage ?? _afterImage) != null);

    /// <summary>The event, if it has this row alone and nobody gave the object other bytes; else null.</summary>
    internal byte[]? WholeEvent =>
        _source is { } source && _start == source.RowsStart && Math.Max(_middle, _end) == source.RowsEvent.Length
            && _beforeImage == null && _afterImage == null && (_rowsEventHead == null || _rowsEventHead == source.Head)
                ? source.RowsEvent : null;

    /// <summary>Bytes of the row as the event holds them: the image before, then the one after.</summary>
    internal void WriteImages(Stream target)
    {
        target.Write(_beforeImage ?? (Operation == RowOperation.Insert ? default : Slice(_start, _middle)));
        target.Write(_afterImage ?? AfterSpan);
    }

    private ReadOnlySpan<byte> AfterSpan => Operation switch
    {
        RowOperation.Insert => Slice(_start, _middle),
        RowOperation.Update => Slice(_middle, _end),
        _ => default,
    };

    /// <summary>One line: log, position, operation, table, key.</summary>
    public override string ToString()
    {
        string key = Key == null
            ? string.Empty : " " + string.Join(
                ", ", Key.Keys.Cast<string>().Select(c => string.Create(CultureInfo.InvariantCulture, $"{c}={Key[c]}")));
        return string.Create(CultureInfo.InvariantCulture, $"{LogFile}:{Position} {Operation} {Database}.{Table}{key}");
    }

    private ReadOnlySpan<byte> Slice(int start, int end) => _source == null ? default : _source.RowsEvent.AsSpan(start..end);

    private byte[]? Copy(int start, int end) => _source == null ? null : Slice(start, end).ToArray();

    private T? Decode<T>(Func<RowSource, T?> decode)
        where T : class
    {
        try
        {
            return _source == null ? null : decode(_source);
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw new RecoveryException(
                "RowMalformed", RecoveryErrorKind.InvalidData, $"row {RowIndex} of the event cannot be read: {e.Message}", LogFile,
                Position, inner: e);
        }
    }

    private static OrderedDictionary? Keep(ref bool isSet, ref OrderedDictionary? field, OrderedDictionary? value)
    {
        isSet = true;
        return field = value;
    }
}

/// <summary>What a row event did to its rows. No member is zero, so that <c>Where-Object Operation</c> finds row events.</summary>
public enum RowOperation
{
    /// <summary>Rows were inserted: only after images.</summary>
    Insert = 1,

    /// <summary>Rows were updated: a before and an after image each.</summary>
    Update = 2,

    /// <summary>Rows were deleted: only before images.</summary>
    Delete = 3,
}
