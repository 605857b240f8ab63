using MySqlRecovery.Client.Authentication;
using MySqlRecovery.Client.Tests.Fakes;

namespace MySqlRecovery.Client.Tests.Authentication;

public sealed class ParsecTests
{
    // What MariaDB 11.8.9 stored for this password: 'P0:zlXSLpIdET9rlzaL0sBjKX6U:dtdFpDdQjVQl7KpDVE+VXdsDKLYW+w/3JbFhkZjmqgE'
    private const string Password = "Sec;r\u00ebt1";

    private static readonly byte[] Salt = Convert.FromBase64String("zlXSLpIdET9rlzaL0sBjKX6U");
    private static readonly byte[] PublicKey = Convert.FromBase64String("dtdFpDdQjVQl7KpDVE+VXdsDKLYW+w/3JbFhkZjmqgE=");
    private static readonly byte[] Challenge = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();

    [Fact]
    public void The_key_is_the_one_that_a_server_stored()
    {
        new ParsecPlugin().CreateResponseAndPasswordHash(Password, Data(0, Salt), out byte[] response, out byte[] stored);
        Assert.Equal([(byte)'P', 0, .. Salt, .. PublicKey], stored);
        Assert.Equal(32 + 64, response.Length);
    }

    [Fact]
    public void The_signature_is_that_of_both_challenges_and_never_twice_the_same()
    {
        var plugin = new ParsecPlugin();
        byte[] first = plugin.CreateResponse(Password, Data(0, Salt));
        Assert.NotEqual(first, plugin.CreateResponse(Password, Data(0, Salt)));

        ParsecPlugin.CreateResponse(Password, Data(0, Salt), first.AsSpan(0, 32), out byte[] again, out _);
        Assert.Equal(first, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    public void A_challenge_that_is_cut_short_is_an_error(string hex) =>
        Assert.Throws<InvalidDataException>(() => new ParsecPlugin().CreateResponse("x", Convert.FromHexString(hex)));

    [Theory]
    [InlineData('P', 4, 18)]
    [InlineData('P', 31, 18)]
    [InlineData('Q', 0, 18)]
    [InlineData('P', 0, 5000)]
    public void A_server_cannot_make_us_compute_without_end(char kind, byte factor, int salt)
    {
        byte[] data = [.. Challenge, (byte)kind, factor, .. new byte[salt]];
        Assert.Throws<InvalidDataException>(() => new ParsecPlugin().CreateResponse("x", data));
    }

    [Fact]
    public void A_salt_that_makes_no_sense_ends_the_login_with_nothing_said_of_the_password()
    {
        using var server = new FakeServer(s =>
        {
            s.Write(FakeSession.Greeting());
            s.Read();
            s.Write([0xFE, .. "parsec\0"u8, .. Challenge]);
            Assert.Empty(s.Read());
            s.Write([(byte)'P', 9, .. Salt]);
            s.WaitForEnd();
        });
        Fail.ToOpen("ServerProtocolError", server.Options);
        Assert.Equal(-1, server.Received.IndexOf("Secret#42"u8));
    }

    private static byte[] Data(byte factor, byte[] salt) => [.. Challenge, (byte)'P', factor, .. salt];
}
