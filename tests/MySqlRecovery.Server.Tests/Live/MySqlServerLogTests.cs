using Xunit;

namespace MySqlRecovery.Server.Tests.Live;

public sealed class MySqlServerLogTests(MySqlLiveFixture fixture) : ServerLogTests(fixture), IClassFixture<MySqlLiveFixture>
{
    protected override string GtidQuery => "SELECT @@global.gtid_executed";
}
