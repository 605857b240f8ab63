using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

public sealed class MariaDbDataTests(MariaDbPairFixture fixture) : DataTests(fixture), IClassFixture<MariaDbPairFixture>;
