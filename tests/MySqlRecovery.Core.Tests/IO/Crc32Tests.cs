using MySqlRecovery.IO;
using Xunit;

namespace MySqlRecovery.Core.Tests.IO;

public class Crc32Tests
{
    [Fact]
    public void The_check_value_of_the_standard_is_met() =>
        Assert.Equal(0xCBF43926u, Crc32.Compute("123456789"u8));

    [Fact]
    public void Vectors_and_tables_agree_at_every_length_and_alignment()
    {
        var data = new byte[4096 + 17];
        new Random(7).NextBytes(data);
        for (int start = 0; start < 17; start++)
        {
            for (int length = 0; length < 300; length++)
                Assert.Equal(Crc32.ComputePortable(data.AsSpan(start, length)), Crc32.Compute(data.AsSpan(start, length)));
            Assert.Equal(Crc32.ComputePortable(data.AsSpan(start, 4096)), Crc32.Compute(data.AsSpan(start, 4096)));
        }
    }

    [Fact]
    public void A_checksum_in_pieces_is_the_checksum_of_the_whole()
    {
        var data = new byte[1000];
        new Random(8).NextBytes(data);
        for (int cut = 0; cut <= data.Length; cut += 37)
            Assert.Equal(Crc32.Compute(data), Crc32.Append(Crc32.Compute(data.AsSpan(0, cut)), data.AsSpan(cut)));
    }
}
