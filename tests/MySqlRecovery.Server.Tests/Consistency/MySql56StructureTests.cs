using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

public sealed class MySql56StructureTests(MySql56PairFixture fixture) : StructureTests(fixture), IClassFixture<MySql56PairFixture>;
