using System.Buffers;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Reading;

/// <summary>
/// The events inside a TRANSACTION_PAYLOAD: fields (type, length, value, all length-encoded: 1 payload size, 2 compression
/// with 0 zstd and 255 none, 3 uncompressed size, 0 end), then the data, streamed. Inner events have no checksum.
/// </summary>
internal sealed class PayloadReader : IDisposable
{
    private const int InitialLength = 64 << 10;
    private readonly Stream _events;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialLength);
    private int _length;

    /// <param name="body">The event's body, which stays as it is until this is disposed of.</param>
    /// <param name="zstd">Decompresses it where it is compressed; stays open.</param>
    public PayloadReader(ArraySegment<byte> body, ZstdStream zstd)
    {
        var cursor = new ByteCursor(body);
        ulong compression = 0, size = ulong.MaxValue;
        for (ulong field; (field = cursor.ReadLengthEncoded()) != 0;)
        {
            var value = new ByteCursor(cursor.Take(cursor.ReadLength()));
            if (field == 1)
                size = value.ReadLengthEncoded();
            else if (field == 2)
                compression = value.ReadLengthEncoded();
        }

        if (size != (ulong)cursor.Remaining)
            throw new InvalidDataException($"a payload of {size} bytes in an event with room for {cursor.Remaining}");
        var data = new MemoryStream(body.Array!, body.Offset + cursor.Position, cursor.Remaining, writable: false);
        if (compression is not (0 or 255))
            throw new InvalidDataException($"compression type {compression} is unknown");
        _events = data;
        if (compression == 0)
        {
            zstd.Open(data);
            _events = zstd;
        }
    }

    public EventHeader Header { get; private set; }

    /// <summary>Offset of the event in the uncompressed payload.</summary>
    public long Offset { get; private set; }

    public ReadOnlySpan<byte> Raw => _buffer.AsSpan(0, _length);

    public bool Read()
    {
        Offset += _length;
        int got = _events.ReadAtLeast(_buffer.AsSpan(0, EventHeader.Size), EventHeader.Size, throwOnEndOfStream: false);
        if (got == 0)
            return false;
        if (got < EventHeader.Size)
            throw new EndOfStreamException("the payload ends within an event header");
        Header = EventHeader.Parse(_buffer);
        if (Header.Length is < EventHeader.Size or > FileEventReader.MaximumEventLength || !Header.Type.IsKnown()
            || Header.Type == BinlogEventType.TransactionPayload)
            throw new InvalidDataException($"the payload holds an event of type {(byte)Header.Type} and {Header.Length} bytes");
        _length = EventHeader.Size;
        while (_length < Header.Length)
            ReadMore((int)Header.Length);
        return true;
    }

    public void Dispose()
    {
        byte[] buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    // The buffer grows with what really comes, not with what a header claims.
    private void ReadMore(int wanted)
    {
        if (_length == _buffer.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(wanted, 2L * _buffer.Length));
            Raw.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        int got = _events.Read(_buffer.AsSpan(_length, Math.Min(wanted, _buffer.Length) - _length));
        if (got == 0)
            throw new EndOfStreamException("the payload ends within an event");
        _length += got;
    }
}
