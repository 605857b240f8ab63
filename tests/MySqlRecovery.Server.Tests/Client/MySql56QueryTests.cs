using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Client;

public sealed class MySql56QueryTests(MySql56Fixture fixture) : ServerQueryTests(fixture), IClassFixture<MySql56Fixture>;
