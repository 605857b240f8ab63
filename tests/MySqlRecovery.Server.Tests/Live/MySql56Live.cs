using Xunit;

namespace MySqlRecovery.Server.Tests.Live;

/// <summary>One server for all tests that read over the wire.</summary>
[CollectionDefinition(Name)]
public sealed class MySql56Live : ICollectionFixture<MySql56LiveFixture>
{
    public const string Name = "MySql56 over the wire";
}
