using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;

namespace MySqlRecovery.Text;

/// <summary>A growing buffer of UTF-8 text, pooled; what SQL and JSON are written into without making strings.</summary>
internal sealed class TextBuffer : IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(4096);

    public int Length { get; private set; }

    /// <summary>What is longer is refused, before it takes any memory.</summary>
    public int MaximumLength { get; init; } = Array.MaxLength;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Cuts off what was written behind <paramref name="length"/>.</summary>
    public void Truncate(int length) => Length = Math.Min(Length, length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(byte value)
    {
        if (Length == _bytes.Length)
            Grow(1);
        _bytes[Length++] = value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        Length += value.Length;
    }

    public void Append(string text)
    {
        Span<byte> target = Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        Length += Encoding.UTF8.GetBytes(text, target);
    }

    [MethodImpl(Jit.Hot)]
    public void Append(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out int written);
        Length += written;
    }

    [MethodImpl(Jit.Hot)]
    public void Append(ulong value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out int written);
        Length += written;
    }

    /// <summary>Exactly <paramref name="digits"/> decimal digits, leading zeros included.</summary>
    [MethodImpl(Jit.Hot)]
    public void AppendPadded(uint value, int digits)
    {
        Span<byte> target = Reserve(digits);
        for (int i = digits - 1; i >= 0; i--, value /= 10)
            target[i] = (byte)('0' + value % 10);
        Length += digits;
    }

    [MethodImpl(Jit.Hot)]
    public void AppendHex(ReadOnlySpan<byte> value)
    {
        Span<byte> target = Reserve((int)Math.Min(2L * value.Length, int.MaxValue));
        ReadOnlySpan<byte> digits = "0123456789ABCDEF"u8;
        for (int i = 0; i < value.Length; i++)
        {
            target[2 * i] = digits[value[i] >> 4];
            target[2 * i + 1] = digits[value[i] & 15];
        }

        Length += 2 * value.Length;
    }

    public override string ToString() => Encoding.UTF8.GetString(Written);

    public void Dispose()
    {
        byte[] bytes = Interlocked.Exchange(ref _bytes, []);
        if (bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(bytes);
        Length = 0;
    }

    /// <summary>Room for <paramref name="count"/> bytes behind what is written; <see cref="Advance"/> counts them in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
            Grow(count);
        return _bytes.AsSpan(Length, _bytes.Length - Length);
    }

    public void Advance(int count) => Length += count;

    private void Grow(int count)
    {
        if ((long)Length + count > MaximumLength)
            throw new TextTooLongException();
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max((long)Length + count, 2L * _bytes.Length)));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}

/// <summary>A text would be longer than its buffer may be.</summary>
internal sealed class TextTooLongException() : Exception("the text is too long");
