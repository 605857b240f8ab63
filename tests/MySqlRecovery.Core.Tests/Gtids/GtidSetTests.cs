using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Gtids;

public sealed class GtidSetTests
{
    private const string Source = "3E11FA47-71CA-11E1-9E33-C80AA9429562";

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
    public void A_gtid_is_in_a_set_or_not(string set, string gtid, bool expected) =>
        Assert.Equal(expected, GtidSet.Parse([set]).Contains(Gtid.Parse(gtid)!.Value));

    [Theory]
    [InlineData("nonsense")]
    [InlineData(Source + ":0")]
    [InlineData(Source + ":5-3")]
    [InlineData(Source + ":1-")]
    [InlineData(Source + ":-1")]
    [InlineData(Source + ":99999999999999999999")]
    [InlineData("0-1")]
    [InlineData("0-4294967296-1")]
    public void What_is_no_gtid_set_is_refused(string set) =>
        Assert.Equal("GtidInvalid", Assert.Throws<RecoveryException>(() => GtidSet.Parse([set])).ErrorId);
}
