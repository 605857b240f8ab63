using System.Buffers.Binary;
using System.Text;

namespace MySqlRecovery.Client.Protocol;

/// <summary>Builds the payload of one packet, little-endian.</summary>
internal sealed class PayloadWriter
{
    private byte[] _buffer;
    private int _length;

    public PayloadWriter(int capacity = 128) => _buffer = new byte[capacity];

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public PayloadWriter Byte(byte value)
    {
        Next(1)[0] = value;
        return this;
    }

    public PayloadWriter UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(Next(2), value);
        return this;
    }

    public PayloadWriter UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Next(4), value);
        return this;
    }

    public PayloadWriter UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Next(8), value);
        return this;
    }

    public PayloadWriter Zeros(int count)
    {
        Next(count).Clear();
        return this;
    }

    public PayloadWriter Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Next(bytes.Length));
        return this;
    }

    public PayloadWriter Text(string text)
    {
        Encoding.UTF8.GetBytes(text, Next(Encoding.UTF8.GetByteCount(text)));
        return this;
    }

    public PayloadWriter NullTerminated(string text) => Text(text).Byte(0);

    public PayloadWriter LengthEncoded(int value) => value switch
    {
        < 251 => Byte((byte)value),
        <= 0xFFFF => Byte(252).UInt16((ushort)value),
        _ => Byte(254).UInt64((ulong)value),
    };

    public PayloadWriter LengthEncodedText(string text) => LengthEncoded(Encoding.UTF8.GetByteCount(text)).Text(text);

    private Span<byte> Next(int count)
    {
        if (_length + count > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(_length + count, _buffer.Length * 2));
        Span<byte> next = _buffer.AsSpan(_length, count);
        _length += count;
        return next;
    }
}
