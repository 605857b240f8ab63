using System.Runtime.CompilerServices;

namespace MySqlRecovery.InnoDb.Records;

/// <summary>Bytes of values, one after another, in an array that grows as they come.</summary>
internal sealed class ValueBuffer
{
    /// <summary>Bytes from which on the array grows to what is needed: twice that of a large value would be a waste.</summary>
    private const int Large = 1 << 22;

    private byte[] _bytes = new byte[4096];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>The bytes after those that are written, at least so many; <see cref="Advance"/> counts them in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
            Grow(count);
        return _bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    /// <summary>Cuts off what was written after <paramref name="length"/>.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Bytes that are written, to be changed in their place.</summary>
    public Span<byte> From(int start) => _bytes.AsSpan(start, Length - start);

    private void Grow(int count)
    {
        // A little is kept by itself, so that two large arrays are not there at once.
        byte[]? little = Length <= _bytes.Length / 8 && _bytes.Length > Large ? _bytes.AsSpan(0, Length).ToArray() : null;
        if (little != null)
            _bytes = [];
        long needed = (long)Length + count;
        long length = needed < Large ? Math.Max(needed, 2L * _bytes.Length) : needed + (needed >> 3);
        Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, length));
        little?.CopyTo(_bytes, 0);
    }
}
