using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

[Collection(MySql56Logs.Name)]
public sealed class MySql56CascadeTests(MySql56Fixture fixture) : CascadeTests(fixture);
