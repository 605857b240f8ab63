using Xunit;

namespace MySqlRecovery.Server.Tests.Live;

[Collection(MySqlLive.Name)]
public sealed class MySqlServerLogTests(MySqlLiveFixture fixture) : ServerLogTests(fixture)
{
    protected override string GtidQuery => "SELECT @@global.gtid_executed";
}
