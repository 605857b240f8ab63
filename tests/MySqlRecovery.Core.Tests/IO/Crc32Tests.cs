using MySqlRecovery.IO;
using Xunit;

namespace MySqlRecovery.Core.Tests.IO;

public class Crc32Tests
{
    [Fact]
    public void The_check_value_of_the_standard_is_met() =>
        Assert.Equal(0xCBF43926u, Crc32.Compute("123456789"u8));

    [Fact]
    public void Every_length_and_alignment_gives_what_the_library_gives()
    {
        var data = new byte[4096 + 17];
        new Random(7).NextBytes(data);
        for (int start = 0; start < 17; start++)
        {
            for (int length = 0; length < 300; length++)
            {
                ReadOnlySpan<byte> part = data.AsSpan(start, length);
                Assert.True(
                    System.IO.Hashing.Crc32.HashToUInt32(part) == Crc32.Compute(part),
                    $"{length} bytes from {start} on have another checksum");
            }

            Assert.Equal(System.IO.Hashing.Crc32.HashToUInt32(data.AsSpan(start, 4096)), Crc32.Compute(data.AsSpan(start, 4096)));
        }
    }

    [Fact]
    public void A_checksum_after_the_bytes_is_little_endian()
    {
        Assert.True(Crc32.EndsWithChecksum([.. "123456789"u8, 0x26, 0x39, 0xF4, 0xCB]));
        Assert.False(Crc32.EndsWithChecksum([.. "123456789"u8, 0xCB, 0xF4, 0x39, 0x26]));
        Assert.False(Crc32.EndsWithChecksum([.. "123456780"u8, 0x26, 0x39, 0xF4, 0xCB]));
    }
}
