using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client.Replication;

/// <summary>One binlog file of a server, event by event as the server sends it, once and forward only.</summary>
internal sealed class DumpedEventReader : EventReader
{
    private readonly BinlogDump _dump;
    private readonly string _server;
    private readonly long _end;
    private readonly CancellationToken _stop;
    private FormatDescriptionEvent? _format;

    /// <param name="options">The server.</param>
    /// <param name="file">The file.</param>
    /// <param name="position">Offset of the event to start at; the format description comes first in any case.</param>
    /// <param name="end">Offset to end at.</param>
    /// <param name="stop">Cancels.</param>
    /// <exception cref="RecoveryException">ServerUnreachable, ServerPrivilegeMissing ...</exception>
    public DumpedEventReader(ConnectionOptions options, string file, long position, long end, CancellationToken stop)
    {
        LogFile = file;
        _server = options.Server;
        _end = end;
        _stop = stop;
        var request = new BinlogDumpRequest { FileName = file, Position = Math.Max(position, BinlogDumpRequest.FirstPosition) };
        _dump = BinlogDump.Open(options, request, stop);
    }

    public override string Path => $"{_server}/{LogFile}";

    public override string LogFile { get; }

    public override FormatDescriptionEvent Format => _format ?? throw Malformed("no format description event starts the log");

    public override ReadOnlySpan<byte> Raw => _dump.Event.Span;

    public override ReadOnlySpan<byte> Body => Raw[EventHeader.Size..^ChecksumLength];

    private int ChecksumLength =>
        _format?.Checksum == ChecksumAlgorithm.Crc32
        || (Header.Type == BinlogEventType.FormatDescription && _format?.Checksum == ChecksumAlgorithm.None)
            ? sizeof(uint) : 0;

    public override int ReadAhead(long offset, Span<byte> destination) => -1;

    public override ByteSource TakeSource() => throw new NotSupportedException("a dump cannot be read again");

    public override bool Read()
    {
        // What follows is another file, or was written after the comparison began.
        if (!_dump.Read(_stop) || _dump.FileName != LogFile || (_dump.IsStored && _dump.Position >= _end))
            return false;
        Header = EventHeader.Parse(Raw);
        Position = _dump.Position;
        EndPosition = _dump.NextPosition;
        try
        {
            if (Header.Type == BinlogEventType.FormatDescription)
                _format = FormatDescriptionEvent.Parse(Raw);
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw Malformed(e.Message);
        }

        if (_format?.Checksum == ChecksumAlgorithm.Crc32 && Header.Length < EventHeader.Size + sizeof(uint))
            throw Malformed($"an event of {Header.Length} bytes has no checksum");
        return true;
    }

    public override void Dispose() => _dump.Dispose();

    private RecoveryException Malformed(string message) => new(
        "BinlogEventMalformed", RecoveryErrorKind.InvalidData, message, Path, Position);
}
