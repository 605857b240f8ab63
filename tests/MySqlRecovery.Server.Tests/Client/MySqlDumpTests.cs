using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Client;

public sealed class MySqlDumpTests(MySqlFixture fixture) : ServerDumpTests(fixture), IClassFixture<MySqlFixture>
{
    protected override string GtidNow() => Server.Scalar("SELECT @@global.gtid_executed");
}
