using System.Diagnostics;
using MySqlConnector;

namespace MySqlRecovery.Client.Tests;

public sealed class SessionStreamTests
{
    /// <summary>An upgrade of MySqlConnector that moves what the dump stands on fails here, and not at a user's.</summary>
    [Fact]
    public void MySqlConnector_has_inside_what_the_commands_of_replication_need() => SessionStream.Check();

    [Fact]
    public void MySqlConnector_is_just_the_version_that_was_tried() =>
        Assert.StartsWith("2.6.2", FileVersionInfo.GetVersionInfo(typeof(MySqlConnection).Assembly.Location).FileVersion);
}
