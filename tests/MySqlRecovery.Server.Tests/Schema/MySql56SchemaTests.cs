using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Schema;

public sealed class MySql56SchemaTests(MySql56Fixture fixture) : ServerSchemaTests(fixture), IClassFixture<MySql56Fixture>;
