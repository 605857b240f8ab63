using System.Buffers.Binary;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Client.Protocol;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client.Replication;

/// <summary>
/// The events that a server sends for COM_BINLOG_DUMP, as they are in its file, with the checksum if the file has one.
/// What the server makes up for the wire (heartbeats, rotate events that only name the file) is taken in here. The dump
/// owns its connection from the start on, for a server ends the connection with the dump.
/// </summary>
internal sealed class BinlogDump : IDisposable
{
    private const int MariaDbGtidLength = EventHeader.Size + 13;

    // More than a file can hold that is not one huge transaction; what seems to be further ahead is a little behind.
    private const uint FarthestSkip = 3u << 30;

    private BinlogDumpRequest _request;
    private ServerConnection _connection;
    private PacketStream _packets;
    private string _file = "";
    private long _next;
    private MariaDbGtidState? _mariaDbState;
    private bool _skipping;
    private bool _confirming;
    private bool _ended;

    private BinlogDump(ServerConnection connection, BinlogDumpRequest request, CancellationToken token)
    {
        _connection = connection;
        _request = request;
        _packets = Ask(token);
    }

    /// <summary>The current event: header, body, checksum. Valid until the next call of <see cref="Read"/>.</summary>
    public ReadOnlyMemory<byte> Event { get; private set; }

    /// <summary>The file on the server that the current event is in.</summary>
    public string FileName { get; private set; } = "";

    /// <summary>Byte offset of the current event in its file, also beyond 4 GiB.</summary>
    public long Position { get; private set; }

    /// <summary>Byte offset after the current event.</summary>
    public long NextPosition { get; private set; }

    /// <summary>
    /// False for the format description that a server sends again when a dump starts further on in a file: needed to read
    /// what follows, but not an event of the range that was asked for.
    /// </summary>
    public bool IsStored { get; private set; }

    /// <summary>What to ask for, on a new connection, to go on after the current event with nothing lost or doubled.</summary>
    public BinlogDumpRequest Resume => FileName.Length == 0 || _skipping
        ? _request
        : _request with { FileName = FileName, Position = NextPosition, GtidSet = ResumeSet };

    /// <summary>MySQL 5.6 loses track of its files if it is given a file and a GTID set: there the position alone must do.</summary>
    private string? ResumeSet => _mariaDbState?.ToString() ?? (_connection.Version.IsAtLeast(5, 7) ? _request.GtidSet : null);

    /// <summary>Asks the server for its binlog.</summary>
    /// <exception cref="RecoveryException">ServerPrivilegeMissing and so on. Most refusals (BinlogPurged, BinlogDisabled) come
    /// with the first <see cref="Read"/> only.</exception>
    public static BinlogDump Start(ServerConnection connection, BinlogDumpRequest request, CancellationToken token) =>
        new(connection, request, token);

    /// <summary>The same on a connection of its own.</summary>
    public static BinlogDump Open(ConnectionOptions options, BinlogDumpRequest request, CancellationToken token)
    {
        ServerConnection connection = ServerConnection.Open(options, token);
        try
        {
            return Start(connection, request, token);
        }
        catch
        {
            connection.Abort();
            throw;
        }
    }

    /// <summary>Goes to the next event; false at the end of the last file, which a blocking dump never reaches.</summary>
    /// <exception cref="RecoveryException">BinlogPurged, BinlogDumpFailed, ServerConnectionLost, ServerTimeout,
    /// ServerProtocolError ...</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public bool Read(CancellationToken token)
    {
        while (!_ended)
        {
            ReadOnlyMemory<byte> packet = _packets.Read(token);
            if (!IsEvent(packet.Span))
                Confirm(token);
            else if (Take(packet[1..]))
                return true;
        }

        return false;
    }

    /// <summary>Closes the connection, which ends the dump on the server.</summary>
    public void Dispose() => _connection.Abort();

    private bool IsEvent(ReadOnlySpan<byte> packet)
    {
        if (!packet.IsEmpty && packet[0] == PacketMarker.Ok)
            return true;
        _ended = true;
        if (!packet.IsEmpty && packet[0] == PacketMarker.Error)
            throw ServerErrors.FromServer(_connection.Server, packet);
        if (!PacketMarker.IsEnd(packet, deprecateEof: true))
            throw _packets.Failed("the server sent something else than an event");

        // A server that shuts down, and one whose dump is killed, ends a blocking dump as if it were complete.
        return _request.Blocking ? throw ServerErrors.Lost(_connection.Server, "the server ended the stream of events") : false;
    }

    /// <summary>
    /// A server ends a dump that KILL QUERY hit as if it were complete: only another one from there tells the difference.
    /// By position alone (see <see cref="ResumeSet"/>) it would bring transactions that were left out on purpose.
    /// </summary>
    private void Confirm(CancellationToken token)
    {
        if (_confirming || FileName.Length == 0 || ResumeSet != null != (_request.GtidSet != null))
            return;
        _request = Resume;
        _connection.Abort();
        _connection = ServerConnection.Open(_connection.Options, token);
        _packets = Ask(token);
        _confirming = true;
        _ended = false;
    }

    private PacketStream Ask(CancellationToken token)
    {
        (_file, _next) = ("", 0);
        bool byState = _connection.IsMariaDb && _request.GtidSet != null;
        _mariaDbState = byState ? new MariaDbGtidState(_request.GtidSet!) : null;

        // COM_BINLOG_DUMP has 32 bits for the position, and MariaDB takes either a position or GTIDs: then more comes than
        // was asked for.
        _skipping = _request.FileName.Length > 0 && (byState || (_request.GtidSet == null && _request.Position > uint.MaxValue));
        return new BinlogDumpSetup(_connection, _request).Run(token);
    }

    /// <summary>Whether the event is one for the caller.</summary>
    private bool Take(ReadOnlyMemory<byte> bytes)
    {
        ReadOnlySpan<byte> data = bytes.Span;
        EventHeader header = data.Length < EventHeader.Size ? default : EventHeader.Parse(data);
        if (header.Length != data.Length || data.IsEmpty)
            throw _packets.Failed($"an event of {data.Length} bytes does not have the length that its header says");
        bool artificial = header.Flags.HasFlag(EventFlags.Artificial);
        switch (header.Type)
        {
            // While it passes over transactions that were not asked for, the server says so by heartbeats with its position.
            case BinlogEventType.Heartbeat or BinlogEventType.HeartbeatV2:
                if (header.LogPos != 0 && !_skipping && FileName == _file)
                    NextPosition = _next = Extend(header.LogPos, _next);
                return false;
            case BinlogEventType.Rotate when artificial:
                EnterFile(data);
                return false;
            case BinlogEventType.FormatDescription:
                return TakeFormatDescription(bytes);
            default:
                return !artificial && TakeStored(bytes, header);
        }
    }

    private bool TakeStored(ReadOnlyMemory<byte> bytes, in EventHeader header)
    {
        if (header.Type == BinlogEventType.MariaDbGtid && bytes.Length >= MariaDbGtidLength)
            _mariaDbState?.Enter(bytes.Span);

        // MariaDB from 11.4 on sends log_pos 0 for what it writes through a cache; events follow one another then.
        long least = _next + bytes.Length;
        _next = header.LogPos == 0 ? least : Extend(header.LogPos, least);
        _skipping &= _file != _request.FileName || _next - bytes.Length < _request.Position;
        return !_skipping && Give(bytes, _next - bytes.Length, isStored: true);
    }

    private bool TakeFormatDescription(ReadOnlyMemory<byte> bytes)
    {
        bool first = _next == BinlogDumpRequest.FirstPosition;
        if (first)
            _next += bytes.Length;
        bool stored = first && !_skipping;
        return (stored || !_confirming) && Give(bytes, BinlogDumpRequest.FirstPosition, stored);
    }

    private bool Give(ReadOnlyMemory<byte> bytes, long position, bool isStored)
    {
        (Event, FileName, Position, NextPosition, IsStored) = (bytes, _file, position, _next, isStored);
        return true;
    }

    private void EnterFile(ReadOnlySpan<byte> rotate)
    {
        ReadOnlySpan<byte> body = rotate[EventHeader.Size..];
        if (body.Length >= sizeof(uint)
            && Crc32.Compute(rotate[..^sizeof(uint)]) == BinaryPrimitives.ReadUInt32LittleEndian(rotate[^sizeof(uint)..]))
            body = body[..^sizeof(uint)];
        if (body.Length <= sizeof(ulong))
            throw _packets.Failed("a rotate event names no file");
        string name = Encoding.UTF8.GetString(body[sizeof(ulong)..]);
        _skipping &= _file != _request.FileName || name == _file;
        _file = name;
        _next = (long)(BinaryPrimitives.ReadUInt64LittleEndian(body) & long.MaxValue);
    }

    /// <summary>
    /// The position, perhaps beyond 4 GiB, of which the header has the low 32 bits. It is never before
    /// <paramref name="least"/>; it lies further on where the server left something out.
    /// </summary>
    private static long Extend(uint logPos, long least)
    {
        uint ahead = logPos - (uint)least;
        return ahead < FarthestSkip ? least + ahead : least;
    }
}
