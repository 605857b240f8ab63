using Xunit;

namespace MySqlRecovery.Server.Tests.Live;

[Collection(MariaDbLive.Name)]
public sealed class MariaDbServerLogTests(MariaDbLiveFixture fixture) : ServerLogTests(fixture)
{
    protected override string GtidQuery => "SELECT @@global.gtid_binlog_pos";
}
