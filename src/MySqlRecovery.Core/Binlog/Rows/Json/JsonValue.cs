using System.Buffers.Binary;
using MySqlRecovery.Binlog.Events;

namespace MySqlRecovery.Binlog.Rows.Json;

/// <summary>
/// One value of a binary JSON document, read in place. Objects and arrays: count and size (2 bytes each, 4 in the large
/// form), key entries (offset 2 or 4, length 2), value entries (type 1, then offset or the value itself), keys, values;
/// offsets count from the value's own start. Keys and elements may lie in any order and with holes between.
/// </summary>
internal readonly ref struct JsonValue
{
    private readonly ReadOnlySpan<byte> _data;

    private JsonValue(JsonKind kind, ReadOnlySpan<byte> data)
    {
        Kind = kind;
        _data = data;
        Count = 0;
        if (!IsContainer)
            return;
        if (data.Length < 2 * OffsetSize)
            throw Malformed();
        Count = ReadOffset(0);
        int size = ReadOffset(OffsetSize);
        if (size > data.Length || Count > size)
            throw Malformed();
        _data = data[..size];
        if (ValueEntry(Count) > size)
            throw Malformed();
    }

    public JsonKind Kind { get; }

    /// <summary>Members of an object or elements of an array.</summary>
    public int Count { get; }

    public bool IsObject => Kind is JsonKind.SmallObject or JsonKind.LargeObject;

    public bool IsContainer => Kind <= JsonKind.LargeArray;

    private bool IsLarge => Kind is JsonKind.LargeObject or JsonKind.LargeArray;

    private int OffsetSize => IsLarge ? 4 : 2;

    /// <summary>A whole document; an empty one is the JSON null that servers write for broken NOT NULL values.</summary>
    public static JsonValue Parse(ReadOnlySpan<byte> document) => document.IsEmpty
        ? new JsonValue(JsonKind.Literal, [0])
        : new JsonValue((JsonKind)document[0], document[1..]);

    /// <summary>Name of member <paramref name="index"/>, utf8mb4.</summary>
    public ReadOnlySpan<byte> Key(int index)
    {
        int entry = 2 * OffsetSize + index * (OffsetSize + 2);
        int offset = ReadOffset(entry);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(_data[(entry + OffsetSize)..]);
        return length <= _data.Length - offset ? _data.Slice(offset, length) : throw Malformed();
    }

    public JsonValue Element(int index)
    {
        int entry = ValueEntry(index);
        var kind = (JsonKind)_data[entry];
        bool inlined = kind is JsonKind.Literal or JsonKind.Int16 or JsonKind.UInt16
            || (IsLarge && kind is JsonKind.Int32 or JsonKind.UInt32);
        if (inlined)
            return new JsonValue(kind, _data.Slice(entry + 1, OffsetSize));
        int offset = ReadOffset(entry + 1);
        return offset <= _data.Length ? new JsonValue(kind, _data[offset..]) : throw Malformed();
    }

    /// <summary>0 null, 1 true, 2 false.</summary>
    public byte Literal => Bytes(1)[0] is <= 2 and var literal ? literal : throw Malformed();

    /// <summary>The number of the signed kinds.</summary>
    public long Int64 => Kind switch
    {
        JsonKind.Int16 => BinaryPrimitives.ReadInt16LittleEndian(Bytes(2)),
        JsonKind.Int32 => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)),
        _ => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8)),
    };

    /// <summary>The number of the unsigned kinds.</summary>
    public ulong UInt64 => Kind switch
    {
        JsonKind.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2)),
        JsonKind.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8)),
    };

    public double Double => BinaryPrimitives.ReadDoubleLittleEndian(Bytes(8));

    /// <summary>A scalar's bytes, nothing after them.</summary>
    public ReadOnlySpan<byte> ScalarBytes => Kind switch
    {
        JsonKind.Literal => Bytes(1),
        JsonKind.Int16 or JsonKind.UInt16 => Bytes(2),
        JsonKind.Int32 or JsonKind.UInt32 => Bytes(4),
        JsonKind.Int64 or JsonKind.UInt64 or JsonKind.Double => Bytes(8),
        JsonKind.String => _data[..LengthThrough(Text)],
        JsonKind.Opaque => _data[..LengthThrough(OpaqueData)],
        _ => throw Malformed(),
    };

    /// <summary>A string's text, utf8mb4.</summary>
    public ReadOnlySpan<byte> Text => VariableLength(_data);

    /// <summary>The column type of an opaque value.</summary>
    public ColumnType OpaqueType => (ColumnType)Bytes(1)[0];

    public ReadOnlySpan<byte> OpaqueData => VariableLength(_data.IsEmpty ? throw Malformed() : _data[1..]);

    public static InvalidDataException Malformed() => new("a JSON value whose parts do not fit into it");

    private int LengthThrough(ReadOnlySpan<byte> part) =>
        (int)System.Runtime.CompilerServices.Unsafe.ByteOffset(
            ref System.Runtime.InteropServices.MemoryMarshal.GetReference(_data),
            ref System.Runtime.InteropServices.MemoryMarshal.GetReference(part)) + part.Length;

    private int ValueEntry(int index)
    {
        long at = 2L * OffsetSize + (IsObject ? (long)Count * (OffsetSize + 2) : 0) + (long)index * (1 + OffsetSize);
        return at <= int.MaxValue ? (int)at : throw Malformed();
    }

    private int ReadOffset(int at)
    {
        if (at + OffsetSize > _data.Length)
            throw Malformed();
        uint value = IsLarge
            ? BinaryPrimitives.ReadUInt32LittleEndian(_data[at..])
            : BinaryPrimitives.ReadUInt16LittleEndian(_data[at..]);
        return value <= (uint)_data.Length ? (int)value : throw Malformed();
    }

    private ReadOnlySpan<byte> Bytes(int count) => _data.Length >= count ? _data[..count] : throw Malformed();

    // Seven bits a byte, lowest first; the high bit says that more follow.
    private static ReadOnlySpan<byte> VariableLength(ReadOnlySpan<byte> data)
    {
        ulong length = 0;
        for (int i = 0; i < 5 && i < data.Length; i++)
        {
            length |= (ulong)(data[i] & 0x7F) << 7 * i;
            if ((data[i] & 0x80) == 0)
                return length <= (ulong)(data.Length - i - 1) ? data.Slice(i + 1, (int)length) : throw Malformed();
        }

        throw Malformed();
    }
}
