using System.Globalization;
using MySqlRecovery.Consistency.Logs;
using Xunit;

namespace MySqlRecovery.Core.Tests.Consistency.Logs;

public sealed class LossPatternTests
{
    private readonly TransactionTimes _times = new();

    [Fact]
    public void Losses_at_the_start_of_minutes_are_said_to_be_there()
    {
        LoggedTransaction[] all = Spread(3000, step: 7);
        List<string> facts = Find(all.Where(t => t.Timestamp % 60 < 3 && t.Timestamp / 60 % 5 == 0));
        Assert.Contains(facts, f => f.Contains("began in seconds 0 to 2 of a minute, where 5.0 % of all transactions did."));
    }

    [Fact]
    public void Losses_around_a_full_hour_are_one_stretch()
    {
        LoggedTransaction[] all = Spread(3000, step: 11);
        List<string> facts = Find(all.Where(t => (t.Timestamp / 60 + 1) % 60 < 2));
        Assert.Contains(facts, f => f.Contains("began in minutes 59 to 0 of an hour"));
    }

    [Fact]
    public void Losses_of_one_moment_say_nothing_of_the_clock()
    {
        LoggedTransaction[] all = Spread(20_000, step: 1);
        LoggedTransaction[] burst = [.. Enumerable.Range(0, 6).Select(i => new LoggedTransaction
        {
            ServerId = 1, Timestamp = all[70].Timestamp, Ordinal = 70 + 2 * i, LogFile = "b.000001", Position = 70, EndPosition = 71,
            SourceEnd = new("b.000001", 71), Tables = all[70].Tables,
        })];
        Assert.Empty(Find(burst));
    }

    [Fact]
    public void Losses_by_chance_have_nothing_in_common()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            LoggedTransaction[] all = Spread(2000, step: 13);
            Assert.Empty(new LossPattern(Times(all), 5).Find(
                [.. all.Where(_ => random.Next(60) == 0).Select(t => new LossCase(t, null, random.Next(4) == 0 ? false : null))]));
        }
    }

    [Fact]
    public void Losses_of_one_table_and_a_run_of_them_are_named()
    {
        LoggedTransaction[] all = Spread(500, step: 5, rareTable: 10);
        Assert.Contains(Find(all.Where(t => t.Tables[0].Table == "rare")), f => f.Contains("change d.rare"));
        Assert.Contains(Find(all[400..450]),
            f => f.Contains("All 50 follow one another without a gap, from b.000001:400 to b.000001:449."));
    }

    [Fact]
    public void Skips_at_a_regular_pace_are_said_to_be_regular_although_no_log_is_there()
    {
        LossCase[] losses = [.. Enumerable.Range(0, 10)
            .Select(i => new LossCase(null, new SkippedRange(new("b.000001", i * 100), new("b.000001", i * 100 + 50), ["line"])
        {
            IsByCounter = true,
            Time = DateTime.UnixEpoch.AddSeconds(i * 60).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            IsFirstInRelayLog = true,
        }, true))];
        List<string> facts = new LossPattern(_times, 0).Find(losses);
        Assert.Equal("All 10 are the first of a relay log of the replica.", facts[0]);
        Assert.Equal("All 10 are passed over by the skip counter, which was used 10 times.", facts[1]);
        Assert.StartsWith("They were passed over every 60 s, from 1970-01-01 00:00:00", facts[2]);
        Assert.Empty(new LossPattern(_times, 0).Find(losses[..3]));
    }

    private List<string> Find(IEnumerable<LoggedTransaction> lost) =>
        new LossPattern(_times, 0).Find([.. lost.Select(t => new LossCase(t, null, null))]);

    private LoggedTransaction[] Spread(int count, int step, int rareTable = int.MaxValue)
    {
        LoggedTransaction[] all = [.. Enumerable.Range(0, count).Select(i => new LoggedTransaction
        {
            ServerId = 1,
            Timestamp = (uint)(1_700_000_000 + i * step),
            Ordinal = i,
            LogFile = "b.000001",
            Position = i,
            EndPosition = i + 1,
            SourceEnd = new("b.000001", i + 1),
            Tables = [new("d", i % rareTable == rareTable - 1 ? "rare" : "t", 0, 1)],
        })];
        foreach (LoggedTransaction transaction in all)
            _times.Add(transaction);
        return all;
    }

    private static TransactionTimes Times(LoggedTransaction[] all)
    {
        var times = new TransactionTimes();
        foreach (LoggedTransaction transaction in all)
            times.Add(transaction);
        return times;
    }
}
