using Xunit;

namespace MySqlRecovery.Server.Tests.Live;

/// <summary>One server for all tests that read over the wire.</summary>
[CollectionDefinition(Name)]
public sealed class MariaDbLive : ICollectionFixture<MariaDbLiveFixture>
{
    public const string Name = "MariaDb over the wire";
}
