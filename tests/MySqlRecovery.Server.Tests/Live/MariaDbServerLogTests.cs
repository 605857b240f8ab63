using Xunit;

namespace MySqlRecovery.Server.Tests.Live;

public sealed class MariaDbServerLogTests(MariaDbLiveFixture fixture) : ServerLogTests(fixture), IClassFixture<MariaDbLiveFixture>
{
    protected override string GtidQuery => "SELECT @@global.gtid_binlog_pos";
}
