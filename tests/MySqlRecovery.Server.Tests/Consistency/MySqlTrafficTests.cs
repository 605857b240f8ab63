using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

public sealed class MySqlTrafficTests(MySqlPairFixture fixture) : TrafficTests(fixture), IClassFixture<MySqlPairFixture>;
