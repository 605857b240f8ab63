using MySqlRecovery.Server;
using Xunit;

namespace MySqlRecovery.Core.Tests.Server;

public class ServerVersionTests
{
    [Theory]
    [InlineData("8.4.5", false, 8, 4, 5)]
    [InlineData("5.6.51-log", false, 5, 6, 51)]
    [InlineData("8.0.36-28", false, 8, 0, 36)]
    [InlineData("10.11.18-MariaDB-ubu2204", true, 10, 11, 18)]
    [InlineData("12.3.1-mariadb", true, 12, 3, 1)]
    [InlineData("9.7", false, 9, 7, 0)]
    [InlineData("5.7.44.1", false, 5, 7, 44)]
    [InlineData("", false, 0, 0, 0)]
    [InlineData("99999999999999999999.1", false, 100_000, 1, 0)]
    public void The_leading_numbers_and_the_maker_are_read(string text, bool isMariaDb, int major, int minor, int patch) =>
        Assert.Equal(new ServerVersion(isMariaDb, major, minor, patch), ServerVersion.Parse(text));

    [Theory]
    [InlineData("8.0.22", true)]
    [InlineData("8.0.21", false)]
    [InlineData("8.4.0", true)]
    [InlineData("5.7.44", false)]
    public void Later_versions_are_at_least_an_earlier_one(string text, bool isAtLeast) =>
        Assert.Equal(isAtLeast, ServerVersion.Parse(text).IsAtLeast(8, 0, 22));
}
