using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

public sealed class MySql56DataTests(MySql56PairFixture fixture) : DataTests(fixture), IClassFixture<MySql56PairFixture>;
