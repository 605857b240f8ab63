using System.Buffers.Binary;
using System.Text;
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
    private const int HeaderLength = 19;
    private const byte Rotate = 4;
    private const byte FormatDescription = 15;
    private const byte Heartbeat = 27;
    private const byte HeartbeatV2 = 41;
    private const byte MariaDbGtid = 162;
    private const int MariaDbGtidLength = HeaderLength + 13;
    private const int ArtificialFlag = 0x20;

    private BinlogDumpRequest _request;
    private ServerConnection _connection;
    private PacketStream _packets;
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

    /// <summary>Byte offset behind the current event.</summary>
    public long NextPosition { get; private set; }

    /// <summary>
    /// False for the format description that a server sends again when a dump starts further on in a file: needed to read
    /// what follows, but not an event of the range that was asked for.
    /// </summary>
    public bool IsStored { get; private set; }

    /// <summary>What to ask for, on a new connection, to go on behind the current event with nothing lost or doubled.</summary>
    public BinlogDumpRequest Resume => FileName.Length == 0
        ? _request
        : _request with { FileName = FileName, Position = NextPosition, GtidSet = ResumeSet };

    /// <summary>MySQL 5.6 loses track of its files if it is given a file and a GTID set: there the position alone must do.</summary>
    private string? ResumeSet => _mariaDbState?.ToString() ?? (_connection.Version < new Version(5, 7) ? null : _request.GtidSet);

    /// <summary>Asks the server for its binlog.</summary>
    /// <exception cref="RecoveryException">ServerPrivilegeMissing and so on. Most refusals (BinlogPurged, BinlogDisabled) come
    /// with the first <see cref="Read"/> only.</exception>
    public static BinlogDump Start(ServerConnection connection, BinlogDumpRequest request, CancellationToken token) =>
        new(connection, request, token);

    /// <summary>Goes to the next event; false at the end of the last file, which a blocking dump never reaches.</summary>
    /// <exception cref="RecoveryException">BinlogPurged, BinlogDumpFailed, ServerConnectionLost, ServerTimeout, ServerProtocolError ...</exception>
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
        _connection.Abort();
        _connection = ServerConnection.Open(_connection.Options, token);
        _request = Resume;
        _packets = Ask(token);
        _confirming = true;
        _ended = false;
    }

    private PacketStream Ask(CancellationToken token)
    {
        FileName = _request.FileName;
        NextPosition = _request.Position;
        bool byState = _connection.IsMariaDb && _request.GtidSet != null;
        _mariaDbState = byState ? new MariaDbGtidState(_request.GtidSet!) : null;

        // COM_BINLOG_DUMP has 32 bits for the position, and MariaDB takes either a position or GTIDs: then more comes than
        // was asked for.
        _skipping = FileName.Length > 0 && (byState || (_request.GtidSet == null && _request.Position > uint.MaxValue));
        return new BinlogDumpSetup(_connection, _request).Run(token);
    }

    /// <summary>Whether the event is one for the caller.</summary>
    private bool Take(ReadOnlyMemory<byte> bytes)
    {
        ReadOnlySpan<byte> data = bytes.Span;
        if (data.Length < HeaderLength || BinaryPrimitives.ReadUInt32LittleEndian(data[9..]) != data.Length)
            throw _packets.Failed($"an event of {data.Length} bytes does not have the length that its header says");
        byte type = data[4];
        uint logPos = BinaryPrimitives.ReadUInt32LittleEndian(data[13..]);
        bool artificial = (BinaryPrimitives.ReadUInt16LittleEndian(data[17..]) & ArtificialFlag) != 0;
        if (type is Heartbeat or HeartbeatV2)
        {
            // While it passes over transactions that were not asked for, the server says so by heartbeats with its position.
            if (logPos != 0)
                NextPosition = Math.Max(NextPosition, Extend(logPos, 0));
            return false;
        }

        if (artificial && type == Rotate)
            EnterFile(data);
        if (artificial && type != FormatDescription)
            return false;
        Event = bytes;
        if (type == FormatDescription)
            return TakeFormatDescription(data.Length);
        if (type == MariaDbGtid && data.Length >= MariaDbGtidLength)
            _mariaDbState?.Enter(data);
        IsStored = true;

        // MariaDB from 11.4 on sends log_pos 0 for what it writes through a cache; events follow one another then.
        long end = logPos == 0 ? NextPosition + data.Length : Extend(logPos, data.Length);
        Position = end - data.Length;
        NextPosition = end;
        _skipping &= FileName != _request.FileName || Position < _request.Position;
        return !_skipping;
    }

    private bool TakeFormatDescription(int length)
    {
        Position = BinlogDumpRequest.FirstPosition;
        bool first = NextPosition == Position;
        if (first)
            NextPosition += length;
        IsStored = first && !_skipping;
        return IsStored || !_confirming;
    }

    private void EnterFile(ReadOnlySpan<byte> rotate)
    {
        ReadOnlySpan<byte> body = rotate[HeaderLength..];
        if (body.Length >= sizeof(uint) && Crc32.Compute(rotate[..^sizeof(uint)]) == BinaryPrimitives.ReadUInt32LittleEndian(rotate[^sizeof(uint)..]))
            body = body[..^sizeof(uint)];
        if (body.Length <= sizeof(ulong))
            throw _packets.Failed("a rotate event names no file");
        string name = Encoding.UTF8.GetString(body[sizeof(ulong)..]);
        _skipping &= FileName != _request.FileName || name == FileName;
        FileName = name;
        NextPosition = (long)(BinaryPrimitives.ReadUInt64LittleEndian(body) & long.MaxValue);
    }

    /// <summary>The position beyond 4 GiB of which the header has the low 32 bits: the first at which the event can end.</summary>
    private long Extend(uint logPos, int length)
    {
        long position = NextPosition & ~(long)uint.MaxValue | logPos;
        return position >= NextPosition + length ? position : position + (1L << 32);
    }
}
