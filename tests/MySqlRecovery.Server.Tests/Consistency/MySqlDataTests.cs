using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

public sealed class MySqlDataTests(MySqlPairFixture fixture) : DataTests(fixture), IClassFixture<MySqlPairFixture>;
