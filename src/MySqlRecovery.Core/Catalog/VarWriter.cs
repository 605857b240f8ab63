using System.Runtime.CompilerServices;
using System.Text;

namespace MySqlRecovery.Catalog;

/// <summary>Writes numbers in as few bytes as they need: seven bits a byte, low ones first, the eighth says that more follow.</summary>
internal sealed class VarWriter
{
    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public void Write(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
    }

    public void Write(long value) => Write((ulong)value);

    /// <summary>A number of either sign.</summary>
    public void WriteSigned(long value) => Write((ulong)(value << 1 ^ value >> 63));

    public void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    public void Write(byte[] bytes)
    {
        Write((ulong)bytes.Length);
        _bytes.AddRange(bytes);
    }
}

/// <summary>Reads what <see cref="VarWriter"/> wrote.</summary>
internal ref struct VarReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    [MethodImpl(Jit.Hot)]
    public ulong Read()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (_at >= _bytes.Length)
                break;
            byte next = _bytes[_at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new EndOfStreamException("a number goes beyond its block");
    }

    public long ReadLong() => (long)Read();

    public uint ReadUInt32() => (uint)Read();

    [MethodImpl(Jit.Hot)]
    public long ReadSigned()
    {
        ulong value = Read();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A number of things of which each takes a byte or more.</summary>
    public int ReadCount()
    {
        ulong count = Read();
        return count <= (ulong)(_bytes.Length - _at) ? (int)count : throw new EndOfStreamException("a list goes beyond its block");
    }

    public string ReadText() => Encoding.UTF8.GetString(ReadBytes());

    public ReadOnlySpan<byte> ReadBytes()
    {
        int count = ReadCount();
        _at += count;
        return _bytes[(_at - count).._at];
    }
}
