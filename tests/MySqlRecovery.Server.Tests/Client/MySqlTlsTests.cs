using Xunit;

namespace MySqlRecovery.Server.Tests.Client;

public sealed class MySqlTlsTests(MySqlTlsFixture fixture) : ServerTlsTests(fixture), IClassFixture<MySqlTlsFixture>;
