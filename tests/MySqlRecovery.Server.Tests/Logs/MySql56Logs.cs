using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>One MySQL 5.6 for all tests of logs.</summary>
[CollectionDefinition(Name)]
public sealed class MySql56Logs : ICollectionFixture<MySql56Fixture>
{
    public const string Name = "Logs of MySQL 5.6";
}
