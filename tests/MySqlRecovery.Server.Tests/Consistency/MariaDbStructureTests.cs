using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

public sealed class MariaDbStructureTests(MariaDbPairFixture fixture) : StructureTests(fixture), IClassFixture<MariaDbPairFixture>;
