using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Client;

public sealed class MySql56DumpTests(MySql56Fixture fixture) : ServerDumpTests(fixture), IClassFixture<MySql56Fixture>
{
    protected override string GtidNow() => Server.Scalar("SELECT @@global.gtid_executed");
}
