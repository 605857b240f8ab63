using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

public sealed class MySql56TrafficTests(MySql56PairFixture fixture) : TrafficTests(fixture), IClassFixture<MySql56PairFixture>;
