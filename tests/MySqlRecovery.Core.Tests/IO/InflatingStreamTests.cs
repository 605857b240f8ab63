using System.IO.Compression;
using MySqlRecovery.IO;
using Xunit;

namespace MySqlRecovery.Core.Tests.IO;

public sealed class InflatingStreamTests
{
    [Fact]
    public void A_stream_that_asks_for_a_dictionary_is_malformed_data()
    {
        byte[] asks = [0x78, 0xBB, 0, 0, 0, 1, 2, 3, 4, 5];

        Assert.ThrowsAny<IOException>(() => new ZLibStream(new MemoryStream(asks), CompressionMode.Decompress).Read(new byte[10], 0, 10));
        using var stream = new InflatingStream(new MemoryStream(asks));
        Assert.Throws<InvalidDataException>(() => stream.Read(new byte[10], 0, 10));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_compressed_comes_back(bool isRaw)
    {
        byte[] plain = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * i))];
        var packed = new MemoryStream();
        using (Stream compress =
            isRaw ? new DeflateStream(packed, CompressionMode.Compress, true) : new ZLibStream(packed, CompressionMode.Compress, true))
            compress.Write(plain);
        packed.Position = 0;
        using var stream = new InflatingStream(packed, isRaw);
        var back = new byte[6000];

        Assert.Equal(plain.Length, stream.ReadAtLeast(back, back.Length, throwOnEndOfStream: false));
        Assert.Equal(plain, back[..plain.Length]);
    }
}
