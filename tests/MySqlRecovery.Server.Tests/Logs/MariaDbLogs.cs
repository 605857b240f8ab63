using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>One MariaDB for all tests of logs.</summary>
[CollectionDefinition(Name)]
public sealed class MariaDbLogs : ICollectionFixture<MariaDbFixture>
{
    public const string Name = "Logs of MariaDB";
}
