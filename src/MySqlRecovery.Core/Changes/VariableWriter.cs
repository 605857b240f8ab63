using System.Runtime.CompilerServices;

namespace MySqlRecovery.Changes;

/// <summary>Writes numbers in as few bytes as they need, seven bits each.</summary>
internal sealed class VariableWriter
{
    private byte[] _bytes = new byte[4096];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(ulong value)
    {
        if (_bytes.Length - _length < 10)
            Array.Resize(ref _bytes, 2 * _bytes.Length);
        for (; value >= 0x80; value >>= 7)
            _bytes[_length++] = (byte)(value | 0x80);
        _bytes[_length++] = (byte)value;
    }

    /// <summary>Writes a number that may be negative: the sign goes to the lowest bit.</summary>
    public void WriteSigned(long value) => Write((ulong)((value << 1) ^ (value >> 63)));
}
