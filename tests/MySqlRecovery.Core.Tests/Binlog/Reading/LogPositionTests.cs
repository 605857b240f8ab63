using MySqlRecovery.Binlog.Reading;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Reading;

public class LogPositionTests
{
    [Theory]
    [InlineData("binlog.000002:4", "binlog.000002:4", true)]
    [InlineData("binlog.000002:4", "binlog.000002:120", false)]
    [InlineData("binlog.000003:4", "binlog.000002:120", true)]
    [InlineData("binlog.1000000:4", "binlog.999999:120", true)]
    [InlineData("binlog.999999:120", "binlog.1000000:4", false)]
    [InlineData("other.000003:4", "binlog.000002:120", false)]
    public void A_place_is_reached_from_itself_on_in_the_same_series_of_logs(string reached, string wanted, bool isReached)
    {
        Assert.Equal(isReached, LogPosition.Parse(reached).HasReached(LogPosition.Parse(wanted)));
    }

    [Theory]
    [InlineData("binlog.000042:1234", "binlog.000042", 1234)]
    [InlineData("C:\\logs\\b.1:4", "C:\\logs\\b.1", 4)]
    [InlineData("b:0", "b", 0)]
    public void A_place_is_read_as_it_is_written(string text, string file, long position)
    {
        Assert.Equal(new LogPosition(file, position), LogPosition.Parse(text));
        Assert.Equal(text, LogPosition.Parse(text).ToString());
    }
}
