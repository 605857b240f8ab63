using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>One current MySQL for all tests of logs, which set what they need for their sessions.</summary>
[CollectionDefinition(Name)]
public sealed class MySqlLogs : ICollectionFixture<MySqlFixture>
{
    public const string Name = "Logs of MySQL";
}
