using MySqlRecovery.IO.Zstd;
using Xunit;

namespace MySqlRecovery.Core.Tests.IO.Zstd;

public class RecentOffsetsTests
{
    [Fact]
    public void Offset_values_mean_what_the_table_of_the_format_says()
    {
        // RFC 8878, section 3.1.1.5.
        (uint Value, uint LiteralLength, uint Offset)[] steps =
        [
            (1114, 11, 1111), (1, 22, 1111), (2225, 22, 2222), (1114, 111, 1111), (3336, 33, 3333), (2, 22, 1111),
            (3, 33, 2222), (3, 0, 2221), (1, 0, 2222),
        ];
        var offsets = new RecentOffsets();
        foreach ((uint value, uint literalLength, uint offset) in steps)
            Assert.Equal(offset, offsets.Resolve(value, literalLength));
        Assert.Equal(1111u, offsets.Resolve(3, 1));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, 4)]
    [InlineData(3, 1, 8)]
    [InlineData(1, 0, 4)]
    [InlineData(2, 0, 8)]
    [InlineData(3, 0, 0)]
    public void A_frame_begins_with_offsets_1_4_and_8(uint value, uint literalLength, uint offset) =>
        Assert.Equal(offset, new RecentOffsets().Resolve(value, literalLength));
}
