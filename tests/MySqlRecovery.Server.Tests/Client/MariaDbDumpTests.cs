using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Client;

public sealed class MariaDbDumpTests(MariaDbFixture fixture) : ServerDumpTests(fixture), IClassFixture<MariaDbFixture>
{
    protected override string GtidNow() => Server.Scalar("SELECT @@global.gtid_binlog_pos");
}
