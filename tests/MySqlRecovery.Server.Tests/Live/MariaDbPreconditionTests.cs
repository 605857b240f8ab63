using Xunit;

namespace MySqlRecovery.Server.Tests.Live;

[Collection(MariaDbLive.Name)]
public sealed class MariaDbPreconditionTests(MariaDbLiveFixture fixture) : PreconditionTests(fixture)
{
    [Fact]
    public void Columns_without_names_in_the_log_are_said_and_set_right() =>
        A_setting_that_leaves_things_out_of_the_log_is_named_and_set_right("binlog_row_metadata", "MINIMAL", "FULL");
}
