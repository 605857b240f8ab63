using System.Text;
using MySqlRecovery.IO;
using Xunit;

namespace MySqlRecovery.Core.Tests.IO;

public class XxHash64Tests
{
    [Theory]
    [InlineData("", 0xEF46DB3751D8E999)]
    [InlineData("a", 0xD24EC4F1A98C6E5B)]
    [InlineData("abc", 0x44BC2CF5AD770999)]
    [InlineData("Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1)]
    public void Known_answers_are_met(string text, ulong expected)
    {
        var hash = new XxHash64();
        hash.Append(Encoding.ASCII.GetBytes(text));
        Assert.Equal(expected, hash.Digest());
    }

    [Fact]
    public void A_hash_in_pieces_is_the_hash_of_the_whole()
    {
        var data = new byte[500];
        new Random(9).NextBytes(data);
        var whole = new XxHash64();
        whole.Append(data);
        for (int piece = 1; piece < 70; piece++)
        {
            var hash = new XxHash64();
            for (int at = 0; at < data.Length; at += piece)
                hash.Append(data.AsSpan(at, Math.Min(piece, data.Length - at)));
            Assert.Equal(whole.Digest(), hash.Digest());
        }
    }
}
