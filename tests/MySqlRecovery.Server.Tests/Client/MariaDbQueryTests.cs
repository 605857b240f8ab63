using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Client;

public sealed class MariaDbQueryTests(MariaDbFixture fixture) : ServerQueryTests(fixture), IClassFixture<MariaDbFixture>;
