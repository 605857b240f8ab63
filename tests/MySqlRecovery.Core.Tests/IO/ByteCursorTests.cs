using MySqlRecovery.IO;
using Xunit;

namespace MySqlRecovery.Core.Tests.IO;

public sealed class ByteCursorTests
{
    [Fact]
    public void Fields_are_little_endian_and_follow_each_other()
    {
        var cursor = new ByteCursor([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
        Assert.Equal(1, cursor.ReadByte());
        Assert.Equal(0x0302, cursor.ReadUInt16());
        Assert.Equal(0x060504u, cursor.ReadUInt24());
        Assert.Equal(0x0C0B0A090807u, cursor.ReadUInt48());
        Assert.Equal(0x100F0E0Du, cursor.ReadUInt32());
        Assert.True(cursor.AtEnd);
    }

    [Theory]
    [InlineData("FA", 250UL)]
    [InlineData("FC0001", 256UL)]
    [InlineData("FD000001", 65536UL)]
    [InlineData("FEFFFFFFFFFFFFFFFF", ulong.MaxValue)]
    public void A_length_encoded_integer_has_four_forms(string hex, ulong expected) =>
        Assert.Equal(expected, new ByteCursor(Convert.FromHexString(hex)).ReadLengthEncoded());

    [Theory]
    [InlineData("")]
    [InlineData("FC00")]
    [InlineData("FEFFFFFF")]
    public void Reading_beyond_the_end_says_so(string hex) =>
        Assert.Throws<EndOfStreamException>(() => new ByteCursor(Convert.FromHexString(hex)).ReadLengthEncoded());

    [Theory]
    [InlineData("FB")]
    [InlineData("FF")]
    public void Null_and_error_marks_are_no_integers(string hex) =>
        Assert.Throws<InvalidDataException>(() => new ByteCursor(Convert.FromHexString(hex)).ReadLengthEncoded());

    [Fact]
    public void A_length_beyond_what_an_array_holds_is_refused() =>
        Assert.Throws<EndOfStreamException>(() => new ByteCursor(Convert.FromHexString("FE0000008000000000")).ReadLength());

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void More_than_there_is_cannot_be_taken(int count) =>
        Assert.Throws<EndOfStreamException>(() => new ByteCursor([1, 2]).Take(count));
}
