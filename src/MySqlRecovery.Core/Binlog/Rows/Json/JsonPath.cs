using System.Text;
using System.Text.Json;

namespace MySqlRecovery.Binlog.Rows.Json;

/// <summary>Paths of partial updates: <c>$.name</c>, <c>$."any name"</c>, <c>$[0]</c> and their combinations.</summary>
internal static class JsonPath
{
    /// <summary>The legs: byte[] (utf8mb4) for a member, int for an element.</summary>
    public static List<object> Parse(ReadOnlySpan<byte> path)
    {
        var legs = new List<object>();
        if (path.IsEmpty || path[0] != '$')
            throw Malformed(path);
        for (ReadOnlySpan<byte> rest = path[1..]; !rest.IsEmpty;)
        {
            if (rest[0] == '[' && rest.IndexOf((byte)']') is > 1 and var close
                && System.Buffers.Text.Utf8Parser.TryParse(rest[1..close], out int index, out int used) && used == close - 1 && index >= 0)
            {
                legs.Add(index);
                rest = rest[(close + 1)..];
            }
            else if (rest.Length > 1 && rest[0] == '.')
            {
                int length = rest[1] == '"' ? QuotedLength(rest[1..]) : PlainLength(rest[1..]);
                if (length == 0)
                    throw Malformed(path);
                ReadOnlySpan<byte> name = rest.Slice(1, length);
                legs.Add(rest[1] == '"' ? Unquote(name, path) : name.ToArray());
                rest = rest[(1 + length)..];
            }
            else
            {
                throw Malformed(path);
            }
        }

        return legs;
    }

    private static int PlainLength(ReadOnlySpan<byte> text) =>
        text.IndexOfAny((byte)'.', (byte)'[') is >= 0 and var end ? end : text.Length;

    private static int QuotedLength(ReadOnlySpan<byte> text)
    {
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '"')
                return i + 1;
        }

        return 0;
    }

    // A quoted name is a JSON string.
    private static byte[] Unquote(ReadOnlySpan<byte> quoted, ReadOnlySpan<byte> path)
    {
        try
        {
            var reader = new Utf8JsonReader(quoted);
            return reader.Read() ? Encoding.UTF8.GetBytes(reader.GetString()!) : throw Malformed(path);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Malformed(path);
        }
    }

    private static InvalidDataException Malformed(ReadOnlySpan<byte> path) => new($"'{Encoding.UTF8.GetString(path)}' is not a JSON path");
}
