using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

public sealed class MySql56LogTests(FilteringPairFixture fixture) : LogTests(fixture), IClassFixture<FilteringPairFixture>
{
    private protected override string OwnWay => "SET GLOBAL slave_parallel_workers = 2";
}
