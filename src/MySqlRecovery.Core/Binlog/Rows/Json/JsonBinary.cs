using System.Buffers.Binary;

namespace MySqlRecovery.Binlog.Rows.Json;

/// <summary>Writes a document in MySQL's binary form, in the small layout where the value fits into 64 KiB.</summary>
internal static class JsonBinary
{
    public static byte[] Write(JsonNode node)
    {
        (JsonKind kind, byte[] data) = Value(node);
        return [(byte)kind, .. data];
    }

    private static (JsonKind Kind, byte[] Data) Value(JsonNode node)
    {
        if (node.Kind > JsonKind.LargeArray)
            return (node.Kind, node.Scalar);
        bool isObject = node.Kind == JsonKind.SmallObject;
        List<(JsonKind Kind, byte[] Data)> values = [.. (isObject ? node.Members.Select(m => m.Value) : node.Elements).Select(Value)];
        byte[]? small = Container(node, values, isLarge: false);
        return small != null
            ? (isObject ? JsonKind.SmallObject : JsonKind.SmallArray, small)
            : (isObject ? JsonKind.LargeObject : JsonKind.LargeArray, Container(node, values, isLarge: true)!);
    }

    private static byte[]? Container(JsonNode node, List<(JsonKind Kind, byte[] Data)> values, bool isLarge)
    {
        int offsetSize = isLarge ? 4 : 2;
        long size = 2L * offsetSize + (long)node.Members.Count * (offsetSize + 2) + (long)values.Count * (1 + offsetSize)
            + node.Members.Sum(m => (long)m.Key.Length) + values.Where(v => !IsInlined(v.Kind, isLarge)).Sum(v => (long)v.Data.Length);
        if (size > (isLarge ? int.MaxValue : ushort.MaxValue))
            return isLarge ? throw new InvalidDataException($"a JSON document of {size} bytes") : null;

        var bytes = new byte[size];
        int at = 0;
        WriteOffset(bytes, ref at, values.Count, isLarge);
        WriteOffset(bytes, ref at, (int)size, isLarge);
        int data = at + node.Members.Count * (offsetSize + 2) + values.Count * (1 + offsetSize);
        foreach ((byte[] key, _) in node.Members)
        {
            WriteOffset(bytes, ref at, data, isLarge);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), checked((ushort)key.Length));
            at += 2;
            key.CopyTo(bytes, data);
            data += key.Length;
        }

        foreach ((JsonKind kind, byte[] value) in values)
        {
            bytes[at++] = (byte)kind;
            if (IsInlined(kind, isLarge))
            {
                value.CopyTo(bytes, at);
                at += offsetSize;
            }
            else
            {
                WriteOffset(bytes, ref at, data, isLarge);
                value.CopyTo(bytes, data);
                data += value.Length;
            }
        }

        return bytes;
    }

    private static bool IsInlined(JsonKind kind, bool isLarge) => kind is JsonKind.Literal or JsonKind.Int16 or JsonKind.UInt16
        || (isLarge && kind is JsonKind.Int32 or JsonKind.UInt32);

    private static void WriteOffset(byte[] bytes, ref int at, int value, bool isLarge)
    {
        if (isLarge)
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);
        else
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), (ushort)value);
        at += isLarge ? 4 : 2;
    }
}

/// <summary>Type bytes of MySQL's binary JSON (MySQL: sql-common/json_binary.h).</summary>
internal enum JsonKind : byte
{
    SmallObject = 0x00,
    LargeObject = 0x01,
    SmallArray = 0x02,
    LargeArray = 0x03,
    Literal = 0x04,
    Int16 = 0x05,
    UInt16 = 0x06,
    Int32 = 0x07,
    UInt32 = 0x08,
    Int64 = 0x09,
    UInt64 = 0x0A,
    Double = 0x0B,
    String = 0x0C,
    Opaque = 0x0F,
}

/// <summary>
/// Bounds a walk through a document whose parts may point anywhere, at each other and at themselves: in a genuine one
/// every value and every name has bytes of its own, so that no walk comes across more bytes than the document has.
/// </summary>
internal struct JsonBudget(ReadOnlySpan<byte> document)
{
    /// <summary>The server's own limit on nesting.</summary>
    private const int MaximumDepth = 100;
    // A document without a byte is the literal null.
    private int _left = Math.Max(document.Length, 1) + 1;

    /// <summary>Counts a value, not what is in it.</summary>
    public void Spend(in JsonValue value, int depth)
    {
        if (depth > MaximumDepth)
            throw JsonValue.Malformed();
        Spend(value.IsContainer ? 1 : 1 + value.ScalarBytes.Length);
    }

    /// <summary>Counts a name.</summary>
    public void Spend(ReadOnlySpan<byte> key) => Spend(key.Length);

    private void Spend(int bytes)
    {
        _left -= bytes;
        if (_left < 0)
            throw JsonValue.Malformed();
    }
}
