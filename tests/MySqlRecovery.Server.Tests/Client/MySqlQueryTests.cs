using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Client;

public sealed class MySqlQueryTests(MySqlFixture fixture) : ServerQueryTests(fixture), IClassFixture<MySqlFixture>;
