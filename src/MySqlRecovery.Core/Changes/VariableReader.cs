using System.Runtime.CompilerServices;

namespace MySqlRecovery.Changes;

/// <summary>Reads what a <see cref="VariableWriter"/> wrote.</summary>
internal ref struct VariableReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Read()
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = _bytes[_position++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long ReadSigned()
    {
        ulong value = Read();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }
}
