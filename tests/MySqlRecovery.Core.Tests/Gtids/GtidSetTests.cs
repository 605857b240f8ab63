using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Gtids;

public sealed class GtidSetTests
{
    private const string Source = "3E11FA47-71CA-11E1-9E33-C80AA9429562";
    private const string Lower = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private const string Other = "00112233-4455-6677-8899-aabbccddeeff";

    [Theory]
    [InlineData(Source + ":1-5:7", Source + ":5", true)]
    [InlineData(Source + ":1-5:7", Source + ":6", false)]
    [InlineData(Source + ":1-5:7", Source + ":7", true)]
    [InlineData(Source + ":1-5", Source + ":tag:5", false)]
    [InlineData(Source + ":1:tag:5-6", Source + ":tag:5", true)]
    [InlineData(Source + ":1:Tag:5-6", Source + ":tag:6", true)]
    [InlineData(Source, Source + ":18446744073709551615", true)]
    [InlineData("0-1-100", "0-1-100", true)]
    [InlineData("0-1-100", "0-2-100", false)]
    [InlineData("0-1-100, " + Source + ":3", Source + ":3", true)]
    [InlineData("0-1-100", "0-1-99", false)]
    [InlineData("0-1-100,0-1-101", "0-1-101", true)]
    public void A_gtid_is_in_a_set_or_not(string set, string gtid, bool expected) =>
        Assert.Equal(expected, GtidSet.Parse([set]).Contains(Gtid.Parse(gtid)!.Value));

    [Theory]
    [InlineData("", "")]
    [InlineData(Source + ":5-7:1-3,\n" + Source + ":4", Lower + ":1-7")]
    [InlineData(Source + ":1-5:3-9:12", Lower + ":1-9:12")]
    [InlineData(Source + ":10:1-20:15", Lower + ":1-20")]
    [InlineData(Source + ":1:3:5:2:4", Lower + ":1-5")]
    [InlineData(Source + ":Tag:2:1," + Other + ":4," + Source + ":7", Other + ":4," + Lower + ":7:tag:1-2")]
    [InlineData("1-1-5,0-2-7,0-2-8", "0-2-7,0-2-8,1-1-5")]
    [InlineData("0-1-18446744073709551615,0-1-18446744073709551614", "0-1-18446744073709551614,0-1-18446744073709551615")]
    public void A_set_is_written_as_the_server_prints_it(string set, string expected)
    {
        Assert.Equal(expected, GtidSet.Parse([set]).ToString());
        Assert.Equal(expected, GtidSet.Parse([expected]).ToString());
    }

    [Theory]
    [InlineData(Source + ":1-5:7", Source + ":3", Lower + ":1-2:4-5:7")]
    [InlineData(Source + ":1-5:7", Source + ":1", Lower + ":2-5:7")]
    [InlineData(Source + ":1-5:7", Source + ":7", Lower + ":1-5")]
    [InlineData(Source + ":7", Source + ":7", "")]
    [InlineData(Source + ":7", Source + ":8", Lower + ":7")]
    [InlineData(Source + ":7:tag:7", Source + ":tag:7", Lower + ":7")]
    [InlineData("0-1-5,0-1-7", "0-1-7", "0-1-5")]
    public void A_gtid_is_taken_out_of_a_set(string set, string gtid, string expected)
    {
        GtidSet left = GtidSet.Parse([set]);
        left.Remove(Gtid.Parse(gtid)!.Value);
        Assert.Equal((expected, expected.Length == 0), (left.ToString(), left.IsEmpty));
    }

    [Theory]
    [InlineData("full.binlog", "bdd76eac-e5bd-11f1-8590-02fc00000001:1-37")]
    [InlineData("minimal.binlog", "bdd76eac-e5bd-11f1-8590-02fc00000001:1-58")]
    [InlineData("old.binlog", "bf5772bc-e5bd-11f1-a79f-02fc00000001:1-13")]
    public void The_PREVIOUS_GTIDS_event_of_a_server_is_read_and_written_back_to_the_byte(string log, string expected)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", "Logs", log));
        int at = 4 + BitConverter.ToInt32(file, 4 + 9);
        Assert.Equal((byte)BinlogEventType.PreviousGtids, file[at + 4]);
        // One source with one interval, perhaps followed by a checksum.
        byte[] body = file[(at + 19)..(at + 19 + 8 + 16 + 8 + 16)];
        Assert.Equal(expected, GtidSet.Decode(body).ToString());
        Assert.Equal(body, GtidSet.Decode(body).Encode());
    }

    [Theory]
    [InlineData(Source + ":1-5:7")]
    [InlineData(Source + ":1:tag:3-9:11," + Other + ":2")]
    public void What_was_encoded_is_decoded(string set) =>
        Assert.Equal(GtidSet.Parse([set]).ToString(), GtidSet.Decode(GtidSet.Parse([set]).Encode()).ToString());

    [Theory]
    [InlineData("0-1-100")]
    [InlineData(Source)]
    [InlineData(Source + ":tag")]
    public void What_the_protocol_cannot_say_is_not_encoded(string set) => Assert.Null(GtidSet.Parse([set]).Encode());

    [Theory]
    [InlineData("0000000000000000", "0000000000000000")]
    [InlineData("0500000000000000", "0300000000000000")]
    public void An_interval_without_numbers_is_malformed(string first, string end) =>
        Assert.Throws<InvalidDataException>(() => GtidSet.Decode(Convert.FromHexString(
            "0100000000000000" + "BDD76EACE5BD11F1859002FC00000001" + "0100000000000000" + first + end)));

    [Fact]
    public void A_GTID_LIST_event_has_all_up_to_the_last_one_of_each_domain_and_server()
    {
        GtidSet set = GtidSet.DecodeMariaDb(Convert.FromHexString(
            "02000010" + "00000000" + "01000000" + "6400000000000000" + "05000000" + "02000000" + "0700000000000000"));
        Assert.Equal("0-1-100,5-2-7", set.ToString());
        Assert.Equal(
            [true, true, false, false, true],
            ((string[])["0-1-1", "0-1-100", "0-1-101", "0-2-7", "5-2-7"]).Select(g => set.Contains(Gtid.Parse(g)!.Value)));
        Assert.True(set.KnowsOriginOf(Gtid.MariaDb(0, 1, 500)));
        Assert.False(set.KnowsOriginOf(Gtid.MariaDb(0, 2, 1)));
    }

    [Theory]
    [InlineData("1-10", "3-4", "1-2:5-10")]
    [InlineData("1-10", "1-10", "")]
    [InlineData("1-10", "11-20", "1-10")]
    [InlineData("5-10:20", "1-7:9:30", "8:10:20")]
    [InlineData("5", "1-4:6-9", "5")]
    [InlineData("5-18446744073709551615", "6-18446744073709551615", "5")]
    public void What_a_set_has_beyond_another_is_the_rest(string set, string other, string rest) => Assert.Equal(
        rest.Length == 0 ? "" : $"{Source.ToLowerInvariant()}:{rest}",
        GtidSet.Parse([$"{Source}:{set}"]).Without(GtidSet.Parse([$"{Source}:{other}"])).ToString());

    [Theory]
    [InlineData("nonsense")]
    [InlineData(Source + ":0")]
    [InlineData(Source + ":5-3")]
    [InlineData(Source + ":1-")]
    [InlineData(Source + ":0-5")]
    [InlineData(Source + ":-1")]
    [InlineData(Source + ":99999999999999999999")]
    [InlineData("0-1")]
    [InlineData("0-4294967296-1")]
    public void What_is_no_gtid_set_is_refused(string set) =>
        Assert.Equal("GtidInvalid", Assert.Throws<RecoveryException>(() => GtidSet.Parse([set])).ErrorId);
}
