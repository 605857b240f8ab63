using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Events;

public sealed class FormatDescriptionEventTests
{
    private static readonly byte[] Log = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", "Logs", "full.binlog"));

    private static byte[] Raw => Log[4..(4 + BitConverter.ToInt32(Log, 4 + 9))];

    [Fact]
    public void It_tells_the_server_and_its_event_types()
    {
        FormatDescriptionEvent format = FormatDescriptionEvent.Parse(Raw);
        Assert.StartsWith("9.7.", format.ServerVersion);
        Assert.True(format.IsAtLeast(9, 7, 0));
        Assert.False(format.IsAtLeast(10, 0, 0));
        Assert.False(format.IsMariaDb);
        Assert.Equal(42, format.PostHeaderLength(BinlogEventType.Gtid));
        Assert.Equal(-1, format.PostHeaderLength((BinlogEventType)99));
        Assert.Equal(6, format.TableIdLength);
    }

    [Theory]
    [InlineData(19, 3)]
    [InlineData(19 + 56, 18)]
    public void Another_format_is_refused(int offset, byte value)
    {
        byte[] raw = Raw;
        raw[offset] = value;
        Assert.Throws<InvalidDataException>(() => FormatDescriptionEvent.Parse(raw));
    }

    [Fact]
    public void An_unknown_checksum_algorithm_is_refused()
    {
        byte[] raw = Raw;
        raw[^5] = 2;
        Assert.Throws<InvalidDataException>(() => FormatDescriptionEvent.Parse(raw));
    }

    [Fact]
    public void The_start_of_it_alone_is_refused()
    {
        byte[] raw = Raw;
        for (int length = 0; length < 19 + 2 + 50 + 4 + 1 + 15 + 5; length++)
        {
            Exception? failure = Record.Exception(() => FormatDescriptionEvent.Parse(raw.AsSpan(0, length)));
            Assert.True(failure is EndOfStreamException or InvalidDataException, $"{length}: {failure}");
        }
    }
}
