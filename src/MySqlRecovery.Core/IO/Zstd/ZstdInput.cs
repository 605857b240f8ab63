using System.Buffers;

namespace MySqlRecovery.IO.Zstd;

/// <summary>
/// Reads a stream in large pieces and gives out spans of them. The bit readers may look a little beyond either end of
/// such a span, so the buffer has a margin on both sides.
/// </summary>
internal sealed class ZstdInput(Stream source) : IDisposable
{
    /// <summary>Bytes that can be read before and behind every span.</summary>
    public const int Margin = 32;

    private const int MinimumLength = 16 << 10;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(MinimumLength);
    private int _start = Margin;
    private int _end = Margin;

    /// <summary>How many bytes have been taken.</summary>
    public long Position { get; private set; }

    /// <summary>Whether all bytes have been taken.</summary>
    public bool AtEnd => Fill(1) == 0;

    /// <summary>The next <paramref name="count"/> bytes; good until the next call.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (Fill(count) < count)
            throw new EndOfStreamException($"the zstd data ends after {Position + _end - _start} bytes, inside a frame");
        ReadOnlySpan<byte> taken = _buffer.AsSpan(_start, count);
        _start += count;
        Position += count;
        return taken;
    }

    public void Skip(long count)
    {
        while (count > 0)
        {
            int step = (int)Math.Min(count, MinimumLength / 2);
            Take(step);
            count -= step;
        }
    }

    public void Dispose()
    {
        byte[] buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Makes <paramref name="count"/> bytes be there, if there are so many; gives how many there are of them.</summary>
    private int Fill(int count)
    {
        if (_end - _start >= count)
            return count;
        byte[] target = _buffer.Length - 2 * Margin >= count ? _buffer : ArrayPool<byte>.Shared.Rent(count + 2 * Margin);
        _buffer.AsSpan(_start, _end - _start).CopyTo(target.AsSpan(Margin));
        (_start, _end) = (Margin, _end - _start + Margin);
        if (target != _buffer)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = target;
        }

        while (_end - _start < count)
        {
            int got = source.Read(_buffer, _end, _buffer.Length - Margin - _end);
            if (got == 0)
                break;
            _end += got;
        }

        return Math.Min(_end - _start, count);
    }
}
