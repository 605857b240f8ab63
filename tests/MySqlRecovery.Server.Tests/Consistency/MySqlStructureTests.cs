using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

public sealed class MySqlStructureTests(MySqlPairFixture fixture) : StructureTests(fixture), IClassFixture<MySqlPairFixture>;
