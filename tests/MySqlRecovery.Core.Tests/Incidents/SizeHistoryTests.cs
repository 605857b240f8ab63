using MySqlRecovery.Incidents;
using Xunit;

namespace MySqlRecovery.Core.Tests.Incidents;

public sealed class SizeHistoryTests
{
    [Fact]
    public void Takes_what_most_do_as_usual_and_leaves_the_one_in_question_out()
    {
        var history = new SizeHistory();
        for (uint i = 0; i < 100; i++)
            history.Add(2, At(i, hour: 0));
        Episode large = At(500, hour: 3);
        history.Add(5000, large);
        Assert.Equal(2, history.UsualBut(5000, large));
    }

    [Fact]
    public void Takes_the_largest_of_another_time_as_usual()
    {
        var history = new SizeHistory();
        for (uint i = 0; i < 1000; i++)
            history.Add(1, At(i, hour: 0));
        history.Add(400, At(7, hour: 1));
        Episode second = At(8, hour: 2);
        history.Add(500, second);
        Assert.Equal(400, history.UsualBut(500, second));
    }

    [Fact]
    public void Takes_what_the_same_session_did_at_that_time_as_part_of_it()
    {
        var history = new SizeHistory();
        for (uint i = 0; i < 100; i++)
            history.Add(1, At(i, hour: 0));
        history.Add(400, At(7, hour: 1));
        Episode next = At(7, hour: 1);
        history.Add(500, next);
        Assert.Equal(1, history.UsualBut(500, next));
    }

    [Fact]
    public void Knows_nothing_of_what_it_has_not_seen() => Assert.Equal(1, new SizeHistory().UsualBut(10, At(1, 0)));

    private static Episode At(uint thread, int hour) => new()
    {
        ThreadId = thread,
        LogFile = "binlog.000001",
        StartPosition = 4,
        First = new DateTime(2026, 11, 29, hour, 0, 0, DateTimeKind.Utc),
        Last = new DateTime(2026, 11, 29, hour, 0, 1, DateTimeKind.Utc),
    };
}
