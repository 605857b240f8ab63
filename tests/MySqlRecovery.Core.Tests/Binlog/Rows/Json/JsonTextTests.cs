using MySqlRecovery.Binlog.Rows.Json;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Rows.Json;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("", "null")]
    [InlineData("0401", "true")]
    [InlineData("05FFFF", "-1")]
    [InlineData("0B000000000000F03F", "1.0")]
    [InlineData("0C03612261", "\"a\\\"a\"")]
    [InlineData("0200000400", "[]")]
    [InlineData("0001000C000B0001000501006100", "{\"a\": 1}")]
    [InlineData("0001000C000B00020005010061", null)]
    [InlineData("0FF6040201", null)]
    [InlineData("0FF604020181", null)]
    [InlineData("0FF60402017EFA", "-1.5")]
    [InlineData("0FF62248248000000000000000000000000000000100000000000000000000000000000001", "1.000000000000000000000000000000000001")]
    [InlineData("0F100201FF", "\"base64:type16:Af8=\"")]
    [InlineData("0701", null)]
    [InlineData("10", null)]
    public void A_document_is_printed_or_refused(string hex, string? expected)
    {
        using var text = new TextBuffer();
        Exception? failure = Record.Exception(() => JsonText.Write(Convert.FromHexString(hex), text));
        if (expected == null)
            Assert.IsType<InvalidDataException>(failure);
        else
            Assert.Equal(expected, failure?.Message ?? text.ToString());
    }

    [Fact]
    public void A_document_that_holds_itself_is_refused_at_once()
    {
        // An array whose 1000 elements are all the array itself.
        const int count = 1000, size = 4 + 3 * count;
        var document = new byte[1 + size];
        document[0] = (byte)JsonKind.SmallArray;
        BitConverter.TryWriteBytes(document.AsSpan(1), (ushort)count);
        BitConverter.TryWriteBytes(document.AsSpan(3), (ushort)size);
        for (int i = 0; i < count; i++)
            document[5 + 3 * i] = (byte)JsonKind.SmallArray;

        using var text = new TextBuffer();
        Assert.Throws<InvalidDataException>(() => JsonText.Write(document, text));
        Assert.True(text.Length < 100_000);
    }

    [Fact]
    public void Whatever_the_bytes_a_document_is_printed_or_refused()
    {
        var random = new Random(6);
        using var text = new TextBuffer();
        for (int i = 0; i < 30_000; i++)
        {
            var document = new byte[random.Next(1, 60)];
            random.NextBytes(document);
            document[0] = (byte)random.Next(16);
            // Small numbers make counts, sizes and offsets that fit.
            for (int b = 1; b < document.Length && i % 2 == 0; b++)
                document[b] &= 0x0F;
            text.Clear();
            if (Record.Exception(() => JsonText.Write(document, text)) is { } failure)
                Assert.True(failure is InvalidDataException, $"{Convert.ToHexString(document)}: {failure}");
        }
    }
}
