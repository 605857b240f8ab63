using Xunit;

namespace MySqlRecovery.Server.Tests.Client;

public sealed class MariaDbTlsTests(MariaDbTlsFixture fixture) : ServerTlsTests(fixture), IClassFixture<MariaDbTlsFixture>;
