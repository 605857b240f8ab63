using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

[Collection(MariaDbLogs.Name)]
public sealed class MariaDbCascadeTests(MariaDbFixture fixture) : CascadeTests(fixture);
