using System.Buffers.Binary;
using MySqlRecovery.Binlog.Rows.Json;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Rows.Json;

/// <summary>Documents whose parts share bytes, which a walk must not follow for ever.</summary>
public sealed class HostileJsonTests
{
    private const byte SmallArray = 2, Int64 = 9, String = 12, Opaque = 15, VarChar = 15, Bit = 16;

    [Fact]
    public void An_array_that_is_its_own_element_ends_every_walk()
    {
        // The opaque value comes first: it decides that an expression is needed before the walk has seen the rest.
        byte[] document = Array((Opaque, Tail), [.. Enumerable.Repeat((SmallArray, 0), 40)], Bit, 1, 7);

        AssertMalformed(document);
    }

    [Fact]
    public void Many_elements_with_one_string_do_not_multiply_it()
    {
        byte[] document = Array((Opaque, Tail), [.. Enumerable.Repeat((String, Tail + 3), 40)], [VarChar, 1, 7, 100, .. new byte[100]]);

        AssertMalformed(document);
    }

    [Fact]
    public void A_document_without_a_byte_to_spare_is_read()
    {
        byte[] document = Array((Int64, Tail), [(String, Tail + 8)], [1, 0, 0, 0, 0, 0, 0, 0, 2, (byte)'a', (byte)'b']);
        using var text = new TextBuffer();

        JsonText.Write(document, text);

        Assert.Equal("[1, \"ab\"]", text.ToString());
        Assert.Equal(document, JsonBinary.Write(JsonNode.Parse(document)));
    }

    private const int Tail = -1000;

    private static void AssertMalformed(byte[] document)
    {
        using var text = new TextBuffer();
        Assert.Throws<InvalidDataException>(() => JsonText.Write(document, text));
        Assert.Throws<InvalidDataException>(() => JsonNode.Parse(document));
        Assert.Throws<InvalidDataException>(() => JsonSql.Write(document, text));
        Assert.Throws<InvalidDataException>(() => JsonSql.WriteText(document, text));
    }

    /// <summary>A small array; offsets of <see cref="Tail"/> and more point into the bytes after the entries.</summary>
    private static byte[] Array((byte Kind, int Offset) first, (byte Kind, int Offset)[] rest, params byte[] tail)
    {
        (byte Kind, int Offset)[] elements = [first, .. rest];
        int head = 4 + 3 * elements.Length;
        var document = new byte[1 + head + tail.Length];
        document[0] = SmallArray;
        BinaryPrimitives.WriteUInt16LittleEndian(document.AsSpan(1), (ushort)elements.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(document.AsSpan(3), (ushort)(head + tail.Length));
        for (int i = 0; i < elements.Length; i++)
        {
            (byte kind, int offset) = elements[i];
            document[5 + 3 * i] = kind;
            BinaryPrimitives.WriteUInt16LittleEndian(document.AsSpan(6 + 3 * i), (ushort)(offset < 0 ? head + offset - Tail : offset));
        }

        tail.CopyTo(document, 1 + head);
        return document;
    }
}
