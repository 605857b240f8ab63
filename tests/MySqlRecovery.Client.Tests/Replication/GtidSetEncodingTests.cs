using MySqlRecovery.Client.Replication;
using MySqlRecovery.Client.Tests.Fakes;

namespace MySqlRecovery.Client.Tests.Replication;

public sealed class GtidSetEncodingTests
{
    private const string Uuid = "00112233-4455-6677-8899-aabbccddeeff";
    private const string UuidBytes = "00112233445566778899AABBCCDDEEFF";

    [Theory]
    [InlineData("", "0000000000000000")]
    [InlineData(Uuid + ":1-5:7",
        "0100000000000000" + UuidBytes + "0200000000000000" + "0100000000000000" + "0600000000000000" + "0700000000000000"
            + "0800000000000000")]
    [InlineData(Uuid + ":9,\n " + Uuid + ":2",
        "0100000000000000" + UuidBytes + "0200000000000000" + "0200000000000000" + "0300000000000000" + "0900000000000000"
            + "0A00000000000000")]
    [InlineData(Uuid + ":1:Tag_1:3",
        "0102000000000001" + UuidBytes + "00" + "0100000000000000" + "0100000000000000" + "0200000000000000" + UuidBytes + "0A7461675F31"
            + "0100000000000000" + "0300000000000000" + "0400000000000000")]
    [InlineData(Uuid + ":4-5:1-3:2", "0100000000000000" + UuidBytes + "0100000000000000" + "0100000000000000" + "0600000000000000")]
    public void A_set_has_the_form_of_previous_GTIDs(string text, string expected) =>
        Assert.Equal(expected, Convert.ToHexString(GtidSetEncoding.Encode(text)));

    [Theory]
    [InlineData("x")]
    [InlineData(Uuid)]
    [InlineData(Uuid + ":0")]
    [InlineData(Uuid + ":5-3")]
    [InlineData(Uuid + ":1-2-3")]
    [InlineData(Uuid + ":9223372036854775807")]
    [InlineData(Uuid + ":")]
    [InlineData("0-1-100")]
    public void What_is_no_set_is_an_error(string text) => Fail.With("GtidSetInvalid", () => GtidSetEncoding.Encode(text));
}
