using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace MySqlRecovery.IO;

/// <summary>
/// Reads little-endian fields of the MySQL formats from a span and checks every bound. Reading beyond the end throws
/// <see cref="EndOfStreamException"/>, which the event reader turns into an error that names file and offset.
/// </summary>
internal ref struct ByteCursor
{
    private readonly ReadOnlySpan<byte> _data;
    private int _position;

    public ByteCursor(ReadOnlySpan<byte> data)
    {
        _data = data;
        _position = 0;
    }

    public readonly int Position => _position;

    public readonly int Remaining => _data.Length - _position;

    public readonly bool AtEnd => _position == _data.Length;

    /// <summary>What has not been read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _data[_position..];

    public byte ReadByte() => Take(1)[0];

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint ReadUInt24() => ReadUInt16() | (uint)ReadByte() << 16;

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong ReadUInt48() => ReadUInt32() | (ulong)ReadUInt16() << 32;

    public ulong ReadUInt56() => ReadUInt32() | (ulong)ReadUInt24() << 32;

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>A length-encoded integer of the client/server protocol: 1, 3, 4 or 9 bytes.</summary>
    [MethodImpl(Jit.Hot)]
    public ulong ReadLengthEncoded()
    {
        byte first = ReadByte();
        return first switch
        {
            < 251 => first,
            252 => ReadUInt16(),
            253 => ReadUInt24(),
            254 => ReadUInt64(),
            _ => throw NoLength(first),
        };
    }

    /// <summary>A length-encoded integer that counts bytes or items still to come in this span.</summary>
    public int ReadLength()
    {
        ulong value = ReadLengthEncoded();
        return value <= int.MaxValue ? (int)value : throw TooShort(value);
    }

    /// <summary>The next <paramref name="count"/> bytes, not copied.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)(_data.Length - _position))
            throw TooShort((uint)count);
        ReadOnlySpan<byte> taken = _data.Slice(_position, count);
        _position += count;
        return taken;
    }

    public void Skip(int count) => Take(count);

    private static InvalidDataException NoLength(byte first) => new($"0x{first:X2} does not start a length-encoded integer");

    private readonly EndOfStreamException TooShort(ulong wanted) =>
        new($"a field of {wanted} bytes starts {_position} bytes into a block of {_data.Length}");
}
