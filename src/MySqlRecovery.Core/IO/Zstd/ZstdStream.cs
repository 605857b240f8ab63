using System.Buffers.Binary;

namespace MySqlRecovery.IO.Zstd;

/// <summary>
/// Decompresses zstd data (RFC 8878): any number of frames behind each other, skippable ones among them, checksums verified
/// where frames have them. Memory is bounded by twice the largest window of a frame, which is at most
/// <see cref="FrameHeader.MaximumWindowSize"/>. Damage, features that are not supported (dictionaries, larger windows) and
/// anything that is no zstd throw <see cref="InvalidDataException"/>, a cut frame <see cref="EndOfStreamException"/>.
/// Reads ahead in its source.
/// </summary>
internal sealed class ZstdStream(Stream source, bool leaveOpen = false) : Stream
{
    private const uint FrameMagic = 0xFD2FB528;
    private const uint SkippableMagic = 0x184D2A50;
    private const int MagicLength = 4;
    private const int ChecksumLength = 4;

    private readonly ZstdInput _input = new(source);
    private readonly ZstdWindow _window = new();
    private XxHash64 _hash = new();
    private BlockDecoder? _blocks;
    private FrameHeader _frame;
    private ulong _decoded;
    private bool _isInFrame;
    private bool _hasFailed;
    private bool _isDisposed;
    private int _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    private BlockDecoder Blocks => _blocks ??= new BlockDecoder(_input);

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (buffer.IsEmpty)
            return 0;
        while (_position == _window.End)
        {
            if (!Decode())
                return 0;
        }

        int count = Math.Min(buffer.Length, _window.End - _position);
        _window.Buffer.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _isDisposed = true;
            _input.Dispose();
            _window.Dispose();
            _blocks?.Dispose();
            if (!leaveOpen)
                source.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Decodes a frame header or a block; false at the end of the data.</summary>
    private bool Decode()
    {
        if (_hasFailed)
            throw new InvalidDataException("the zstd data cannot be read on after an error");
        long position = _input.Position;
        _hasFailed = true;
        try
        {
            bool hasMore = _isInFrame || !_input.AtEnd;
            if (_isInFrame)
                DecodeBlock();
            else if (hasMore)
                StartFrame();
            _hasFailed = false;
            return hasMore;
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{e.Message} (zstd data from byte {position} on)", e);
        }
    }

    private void StartFrame()
    {
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(_input.Take(MagicLength));
        if ((magic & ~0xFu) == SkippableMagic)
        {
            _input.Skip(BinaryPrimitives.ReadUInt32LittleEndian(_input.Take(sizeof(uint))));
            return;
        }

        if (magic != FrameMagic)
            throw new InvalidDataException($"0x{magic:X8} does not start a zstd frame");
        _frame = FrameHeader.Read(_input);
        _window.Reset(_frame.WindowSize);
        _hash.Reset();
        Blocks.Reset();
        _decoded = 0;
        _position = 0;
        _isInFrame = true;
    }

    private void DecodeBlock()
    {
        int limit = _frame.BlockLimit;
        if (_frame.ContentSize is { } size && size - _decoded < (ulong)limit)
            limit = (int)(size - _decoded);

        // The window may move its content when it makes room, so what is new is what is at its end.
        int before = _window.Reserve(limit);
        bool isLast = Blocks.Read(_window, limit);
        ReadOnlySpan<byte> content = _window.Buffer.AsSpan(before.._window.End);
        _position = before;
        _decoded += (ulong)content.Length;
        if (_frame.HasChecksum)
            _hash.Append(content);
        if (isLast)
            EndFrame();
    }

    private void EndFrame()
    {
        if (_frame.ContentSize is { } size && size != _decoded)
            throw new InvalidDataException($"a zstd frame decodes to {_decoded} bytes, its header says {size}");
        if (_frame.HasChecksum)
        {
            uint stored = BinaryPrimitives.ReadUInt32LittleEndian(_input.Take(ChecksumLength));
            uint computed = (uint)_hash.Digest();
            if (stored != computed)
                throw new InvalidDataException($"a zstd frame's checksum is 0x{stored:x8}, its content gives 0x{computed:x8}");
        }

        _isInFrame = false;
    }
}
