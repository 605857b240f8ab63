using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

public sealed class MariaDbLogTests(MariaDbPairFixture fixture) : LogTests(fixture), IClassFixture<MariaDbPairFixture>
{
    private protected override string OwnWay => "SET GLOBAL log_bin_compress = ON; SET GLOBAL slave_parallel_threads = 4";
}
