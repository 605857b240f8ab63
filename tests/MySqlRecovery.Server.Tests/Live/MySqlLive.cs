using Xunit;

namespace MySqlRecovery.Server.Tests.Live;

/// <summary>One server for all tests that read over the wire.</summary>
[CollectionDefinition(Name)]
public sealed class MySqlLive : ICollectionFixture<MySqlLiveFixture>
{
    public const string Name = "MySql over the wire";
}
