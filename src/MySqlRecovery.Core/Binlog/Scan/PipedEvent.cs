using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Scan;

/// <summary>
/// The event at hand of those that come down a pipeline: a <see cref="BinlogEvent"/>, or the <see cref="RowChange"/>s of one
/// event together. One object for all of them; see <see cref="EventView"/>.
/// </summary>
internal sealed class PipedEvent
{
    private byte[]? _formatRaw;
    private FormatDescriptionEvent? _format;
    private string? _gtidText;
    private Gtid? _gtid;
    private ReadOnlyMemory<byte> _raw;

    public BinlogEventType Type { get; private set; }

    public string? Server { get; private set; }

    public string LogFile { get; private set; } = string.Empty;

    /// <summary>Number of the log; whoever keeps the order of the logs counts them.</summary>
    public int LogIndex { get; set; }

    public long Position { get; private set; }

    public long EndPosition { get; private set; }

    public long PayloadOffset { get; private set; }

    public long Size { get; private set; }

    public DateTime Timestamp { get; private set; }

    public uint ServerId { get; private set; }

    public string ServerVersion { get; private set; } = string.Empty;

    public long TransactionPosition { get; private set; }

    public uint? ThreadId { get; private set; }

    public DateTime? CommitTime { get; private set; }

    public MariaDbGtidFlags GtidFlags { get; private set; }

    public string? AlterGtid { get; private set; }

    public string? Database { get; private set; }

    public string? Statement { get; private set; }

    public TransactionEnd? End { get; private set; }

    public string? XaId { get; private set; }

    public TableMap? Table { get; private set; }

    public ReadOnlySpan<byte> Raw => _raw.Span;

    /// <summary>The sql_mode of a statement; none where the object does not carry its event.</summary>
    public SqlModes SqlModes
    {
        get
        {
            try
            {
                return Type.IsQuery() && _raw.Length > EventHeader.Size
                    ? QueryEvent.Parse(Raw[EventHeader.Size..]).SqlModes : SqlModes.None;
            }
            catch (EndOfStreamException)
            {
                return SqlModes.None;
            }
        }
    }

    public EventRows Rows { get; } = new();

    public string? GtidText { get; private set; }

    public Gtid? Gtid
    {
        get
        {
            if (GtidText != _gtidText)
                (_gtid, _gtidText) = (GtidText == null ? null : Gtids.Gtid.Parse(GtidText), GtidText);
            return _gtid;
        }
    }

    // MySQL writes GTID events from 5.7 on, anonymous ones where GTIDs are off.
    public bool HasGtidEvent => GtidText != null
        || (Format.PostHeaderLength(BinlogEventType.AnonymousGtid) >= 0 && Format.IsAtLeast(5, 7, 0) && !Format.IsMariaDb);

    /// <summary>The format description that the event's object carries.</summary>
    public FormatDescriptionEvent Format => _format ??= ParseFormat();

    public void Set(BinlogEvent item, TableMap? map)
    {
        Rows.Clear();
        (Type, Server, LogFile, Position, EndPosition) = (item.EventType, item.Server, item.LogFile, item.Position, item.EndPosition);
        PayloadOffset = item.PayloadOffset;
        (Size, Timestamp, ServerId, ServerVersion) = (item.Size, item.Timestamp, item.ServerId, item.ServerVersion);
        (TransactionPosition, GtidText, ThreadId) = (item.TransactionPosition, item.Gtid, item.ThreadId);
        (Database, Statement, End, XaId) = (item.Database, item.Statement, item.TransactionEnd, item.XaId);
        (CommitTime, GtidFlags, AlterGtid) = (item.CommitTime, item.GtidFlags ?? MariaDbGtidFlags.None, item.AlterGtid);
        (Table, _raw) = (map, item.RawEvent);
        SetFormat(item.FormatEvent);
    }

    /// <summary>Takes a row's facts, which are those of its event.</summary>
    public void Set(RowChange row, TableMap map)
    {
        BinlogEventType type = row.Operation switch
        {
            RowOperation.Insert => BinlogEventType.WriteRows,
            RowOperation.Update => BinlogEventType.UpdateRows,
            _ => BinlogEventType.DeleteRows,
        };
        (Type, Server, LogFile, Position, EndPosition) = (type, row.Server, row.LogFile, row.Position, row.EndPosition);
        PayloadOffset = row.PayloadOffset;
        (Size, Timestamp, ServerId, ServerVersion) = (0, row.Timestamp, row.ServerId, row.ServerVersion);
        (TransactionPosition, GtidText, ThreadId) = (row.TransactionPosition, row.Gtid, row.ThreadId);
        (Database, Statement, End, XaId) = (row.Database, row.Statement, row.TransactionEnd, row.XaId);
        (CommitTime, GtidFlags, AlterGtid) = (row.CommitTime, MariaDbGtidFlags.None, null);
        Table = map;
        SetFormat(row.FormatEvent);
        SetRaw(row.RowsEventHead);
    }

    /// <summary>Takes the bytes of the event, as far as they have come.</summary>
    public void SetRaw(ReadOnlyMemory<byte> raw)
    {
        Rows.Clear();
        _raw = raw;
    }

    public RowsEvent ParseRows() => Rows.Parse(Raw, Table!, tableIdLength: 6);

    private void SetFormat(byte[]? raw)
    {
        if (raw == null || ReferenceEquals(raw, _formatRaw))
            return;
        (_formatRaw, _format) = (raw, null);
    }

    private FormatDescriptionEvent ParseFormat()
    {
        try
        {
            return FormatDescriptionEvent.Parse(_formatRaw);
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw MalformedData.OfEvent("the format description", e, LogFile, offset: null);
        }
    }
}
