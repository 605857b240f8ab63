using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

public sealed class MariaDbTrafficTests(MariaDbPairFixture fixture) : TrafficTests(fixture), IClassFixture<MariaDbPairFixture>;
