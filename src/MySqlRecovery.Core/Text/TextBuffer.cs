using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;

namespace MySqlRecovery.Text;

/// <summary>A growing buffer of UTF-8 text, pooled; what SQL and JSON are written into without making strings.</summary>
internal sealed class TextBuffer : IDisposable
{
    private const int PieceLength = 1 << 16;

    /// <summary>Larger arrays are not from the pool, which doubles and keeps them: they grow by an eighth.</summary>
    private const int LargestPooled = 1 << 24;
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(4096);
    private long _handedOn;

    public int Length { get; private set; }

    /// <summary>Whether large values are only counted: their text is wanted by nobody, only whether it is too long.</summary>
    public bool CountsOnly { get; set; }

    /// <summary>
    /// Takes what is written before a large value, and the value piece by piece: the buffer then stays small. Places in the
    /// text that were noted before are not good any more. Null keeps all text here.
    /// </summary>
    public TextSink? Sink { get; set; }

    /// <summary>What is longer is refused, before it takes any memory; what is kept here can be no longer than an array.</summary>
    public long MaximumLength { get; init; } = Array.MaxLength;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => (Length, _handedOn) = (0, 0);

    /// <summary>Hands what is written on, if there is much of it and somebody takes it: no place in the text is noted here.</summary>
    public void HandOn()
    {
        if (Length < PieceLength)
            return;
        if (CountsOnly)
            (_handedOn, Length) = (_handedOn + Length, 0);
        else if (Sink != null)
            HandOnAll();
    }

    /// <summary>Cuts off what was written after <paramref name="length"/>.</summary>
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
        if (_bytes.Length - Length < value.Length && HandsOn(value))
            return;
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
        if ((Sink != null || CountsOnly) && value.Length >= PieceLength)
        {
            CheckLength(2L * value.Length);
            if (CountsOnly)
            {
                _handedOn += 2L * value.Length;
                return;
            }

            for (; value.Length > PieceLength / 2; value = value[(PieceLength / 2)..])
            {
                AppendHex(value[..(PieceLength / 2)]);
                HandOnAll();
            }
        }

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
        Return(Interlocked.Exchange(ref _bytes, []));
        Length = 0;
    }

    /// <summary>Room for <paramref name="count"/> bytes after what is written; <see cref="Advance"/> counts them in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
            Grow(count);
        return _bytes.AsSpan(Length, _bytes.Length - Length);
    }

    public void Advance(int count) => Length += count;

    private bool HandsOn(ReadOnlySpan<byte> value)
    {
        if ((Sink == null && !CountsOnly) || value.Length < PieceLength)
            return false;
        CheckLength(value.Length);
        if (!CountsOnly)
        {
            HandOnAll();
            Sink!(value);
        }

        _handedOn += value.Length;
        return true;
    }

    private void HandOnAll()
    {
        Sink!(Written);
        (_handedOn, Length) = (_handedOn + Length, 0);
    }

    private void CheckLength(long count)
    {
        if (_handedOn + Length + count > MaximumLength)
            throw new TextTooLongException(MaximumLength);
    }

    private void Grow(int count)
    {
        CheckLength(count);
        if ((long)Length + count > Array.MaxLength)
            throw new TextTooLongException(Array.MaxLength);
        long needed = (long)Length + count;
        byte[] larger = needed > LargestPooled
            ? GC.AllocateUninitializedArray<byte>((int)Math.Min(Array.MaxLength, needed + (needed >> 3)))
            : ArrayPool<byte>.Shared.Rent((int)Math.Min(LargestPooled, Math.Max(needed, 2L * _bytes.Length)));
        Written.CopyTo(larger);
        Return(_bytes);
        _bytes = larger;
    }

    private static void Return(byte[] bytes)
    {
        if (bytes.Length is > 0 and <= LargestPooled)
            ArrayPool<byte>.Shared.Return(bytes);
    }
}

/// <summary>Takes a piece of text, which is good until the call comes back.</summary>
internal delegate void TextSink(ReadOnlySpan<byte> piece);

/// <summary>A text would be longer than its buffer may be.</summary>
/// <param name="most">The bytes that it may have.</param>
internal sealed class TextTooLongException(long most) : Exception($"its text would be longer than {most} bytes");
