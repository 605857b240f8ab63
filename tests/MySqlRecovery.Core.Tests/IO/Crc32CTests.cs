using MySqlRecovery.IO;
using Xunit;

namespace MySqlRecovery.Core.Tests.IO;

public sealed class Crc32CTests
{
    [Fact]
    public void The_check_value_of_the_catalog_comes_out() => Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8));

    [Fact]
    public void Every_length_gives_the_same_as_bit_by_bit()
    {
        var data = new byte[4200];
        new Random(1).NextBytes(data);
        for (int length = 0; length <= data.Length; length += length < 1100 ? 1 : 97)
            Assert.Equal(BitByBit(data.AsSpan(0, length)), Crc32C.Compute(data.AsSpan(0, length)));
    }

    private static uint BitByBit(ReadOnlySpan<byte> data)
    {
        uint crc = ~0u;
        foreach (byte b in data)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
        }

        return ~crc;
    }
}
