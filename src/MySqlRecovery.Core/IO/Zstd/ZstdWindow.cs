using System.Buffers;

namespace MySqlRecovery.IO.Zstd;

/// <summary>
/// What a frame has decoded, as far back as later blocks may refer to it. The buffer begins small and grows with what is
/// really decoded, to twice the frame's window, so that a small frame with a large window costs little.
/// </summary>
internal sealed class ZstdWindow : IDisposable
{
    /// <summary>Copying in whole vectors may write so many bytes beyond the end of a block.</summary>
    public const int Margin = 32;

    private const int MinimumCapacity = 256 << 10;
    private const int LargestPooled = 16 << 20;
    private byte[] _buffer = [];
    private long _windowSize;

    /// <summary>Where the next byte goes, from the start of <see cref="Buffer"/>.</summary>
    public int End { get; private set; }

    /// <summary>The buffer, to pin; the bytes of the frame that are still there begin at its start.</summary>
    public byte[] Buffer => _buffer;

    /// <summary>Forgets everything; the next frame has this window.</summary>
    public void Reset(long windowSize)
    {
        _windowSize = windowSize;
        End = 0;
    }

    /// <summary>Makes room for <paramref name="count"/> bytes and the margin; gives where they go, as the content may move to the front.</summary>
    public int Reserve(int count)
    {
        long needed = (long)End + count + Margin;
        if (needed <= _buffer.Length)
            return End;
        int kept = (int)Math.Min(End, _windowSize);
        long capacity = Math.Max(2 * _windowSize, MinimumCapacity) + Margin;
        byte[] target = _buffer;
        if (_buffer.Length < capacity)
            target = Allocate((int)Math.Min(capacity, Math.Max(needed, 2L * _buffer.Length)));
        _buffer.AsSpan(End - kept, kept).CopyTo(target);
        End = kept;
        if (target != _buffer)
            Replace(target);
        return End;
    }

    /// <summary>Counts bytes in that have been written behind the end.</summary>
    public void Advance(int count) => End += count;

    /// <summary>Appends bytes for which there is room.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(End));
        End += bytes.Length;
    }

    /// <summary>Appends a byte several times, for which there is room.</summary>
    public void AppendRun(byte value, int count)
    {
        _buffer.AsSpan(End, count).Fill(value);
        End += count;
    }

    public void Dispose() => Replace([]);

    private static byte[] Allocate(int length) =>
        length <= LargestPooled ? ArrayPool<byte>.Shared.Rent(length) : GC.AllocateUninitializedArray<byte>(length);

    private void Replace(byte[] buffer)
    {
        byte[] old = Interlocked.Exchange(ref _buffer, buffer);
        if (old.Length is > 0 and <= LargestPooled)
            ArrayPool<byte>.Shared.Return(old);
    }
}
