using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Output.ReversedBinlog;

/// <summary>Writes events to a new binlog file: headers, positions and checksums are made here.</summary>
internal sealed class BinlogWriter : IDisposable
{
    private const int BufferLength = 1 << 20;
    private readonly PendingFile _file;
    private readonly uint _timestamp;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
    private int _used;
    private int _sealed;
    private int _bodyLength;
    private long _flushed;
    private System.IO.Hashing.Crc32? _checksum;

    /// <param name="file">Takes the bytes.</param>
    /// <param name="timestamp">Seconds since 1970-01-01 UTC, of every event.</param>
    public BinlogWriter(PendingFile file, uint timestamp)
    {
        _file = file;
        _timestamp = timestamp;
        BinlogFile.Magic.CopyTo(_buffer);
        _used = _sealed = BinlogFile.Magic.Length;
    }

    /// <summary>Whether events end with a CRC-32.</summary>
    public bool HasChecksum { get; init; } = true;

    /// <summary>Is told how long the file has become.</summary>
    public Action<long>? Flushed { get; set; }

    /// <summary>Offset of the next event.</summary>
    public long Position => _flushed + _used;

    /// <summary>Bytes of an event with a body of this length.</summary>
    public int LengthOf(int bodyLength) => EventHeader.Size + bodyLength + (HasChecksum ? 4 : 0);

    /// <summary>Room for an event's body, to be filled before <see cref="EndEvent"/>.</summary>
    [MethodImpl(Jit.Hot)]
    public Span<byte> BeginEvent(int bodyLength)
    {
        int length = LengthOf(bodyLength);
        if (_buffer.Length - _used < length)
        {
            Flush();
            if (_buffer.Length < length)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = ArrayPool<byte>.Shared.Rent(length);
            }
        }

        _bodyLength = bodyLength;
        return _buffer.AsSpan(_used + EventHeader.Size, bodyLength);
    }

    [MethodImpl(Jit.Hot)]
    public void EndEvent(BinlogEventType type, uint serverId, EventFlags flags = EventFlags.None)
    {
        int length = LengthOf(_bodyLength);
        Span<byte> item = _buffer.AsSpan(_used, length);
        new EventHeader(_timestamp, type, serverId, (uint)length, (uint)(Position + length), flags).Write(item);
        _used += length;
    }

    [MethodImpl(Jit.Hot)]
    public void WriteEvent(BinlogEventType type, uint serverId, ReadOnlySpan<byte> body, EventFlags flags = EventFlags.None)
    {
        body.CopyTo(BeginEvent(body.Length));
        EndEvent(type, serverId, flags);
    }

    /// <summary>Starts an event that is written piece by piece, so that it need not be in memory a second time.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="serverId">Whose it is.</param>
    /// <param name="flags">Its flags.</param>
    /// <param name="bodyLength">Bytes of its body, which <see cref="Append"/> takes.</param>
    public void BeginLargeEvent(BinlogEventType type, uint serverId, EventFlags flags, int bodyLength)
    {
        WriteBuffer();
        int length = LengthOf(bodyLength);
        _checksum = new System.IO.Hashing.Crc32();
        Span<byte> header = stackalloc byte[EventHeader.Size];
        new EventHeader(_timestamp, type, serverId, (uint)length, (uint)(Position + length), flags).Write(header);
        Append(header);
    }

    /// <summary>The next piece of a large event.</summary>
    public void Append(ReadOnlySpan<byte> piece)
    {
        _checksum!.Append(piece);
        _file.Write(_flushed, piece);
        _flushed += piece.Length;
    }

    /// <summary>Ends a large event. It is told of with what comes after it.</summary>
    public void EndLargeEvent()
    {
        if (!HasChecksum)
            return;
        Span<byte> checksum = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, _checksum!.GetCurrentHashAsUInt32());
        _file.Write(_flushed, checksum);
        _flushed += checksum.Length;
    }

    public void Flush()
    {
        WriteBuffer();
        Flushed?.Invoke(_flushed);
    }

    private void WriteBuffer()
    {
        if (HasChecksum)
            Seal();
        _file.Write(_flushed, _buffer.AsSpan(0, _used));
        _flushed += _used;
        _used = _sealed = 0;
    }

    // The processor would have to wait for bytes that were stored in small pieces just before, so that all are sealed together.
    [MethodImpl(Jit.Hot)]
    private void Seal()
    {
        while (_sealed < _used)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_sealed + EventHeader.LengthOffset));
            Span<byte> item = _buffer.AsSpan(_sealed, length);
            BinaryPrimitives.WriteUInt32LittleEndian(item[^4..], Crc32.Compute(item[..^4]));
            _sealed += length;
        }
    }

    public void Dispose()
    {
        byte[] buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
