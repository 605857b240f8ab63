using MySqlRecovery.Binlog.Filter;
using Xunit;

namespace MySqlRecovery.Core.Tests.Catalog;

/// <summary>The law of what is looked at ahead of a scan: no reading gives anything else with it than without.</summary>
public sealed class AheadPropertyTests : IDisposable
{
    private readonly RandomLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_random_filter_lets_the_same_through_when_looked_at_ahead(int seed)
    {
        var random = new Random(seed);
        List<string> logs = _logs.Make(seed, out RandomLog log);
        for (int i = 0; i < 25; i++)
        {
            int filterSeed = random.Next();
            EventFilter Filter() => RandomLogs.Filter(new Random(filterSeed), log);
            (long? start, long? stop) = RandomLogs.Range(random, logs);
            Assert.Equal(
                new CatalogReading(logs, null).Events(Filter(), start, stop),
                new CatalogReading(logs, null, SmallParts.Random(random)).Events(Filter(), start, stop));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_undo_of_a_random_choice_is_the_same_when_looked_at_ahead(int seed)
    {
        var random = new Random(seed);
        List<string> logs = _logs.Make(seed, out RandomLog log);
        for (int i = 0; i < 12; i++)
        {
            int filterSeed = random.Next();
            EventFilter Filter() => RandomLogs.Filter(new Random(filterSeed), log) with { WithStatements = true, Types = null };
            Assert.Equal(
                new CatalogReading(logs, null).Undo(Filter()), new CatalogReading(logs, null, SmallParts.Random(random)).Undo(Filter()));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_undo_of_all_is_the_same_when_looked_at_ahead(int seed)
    {
        var random = new Random(seed);
        List<string> logs = _logs.Make(seed, out _);
        for (int i = 0; i < 6; i++)
        {
            EventFilter Filter() => new() { WithStatements = i % 2 == 0 };
            var parts = SmallParts.Random(random);
            Assert.Equal(new CatalogReading(logs, null).Undo(Filter()), new CatalogReading(logs, null, parts).Undo(Filter()));
            Assert.True(seed % 3 > 0 || parts.PassedBytes > 0, "nothing was passed over");
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_sums_by_table_are_the_same_when_looked_at_ahead(int seed)
    {
        var random = new Random(seed);
        List<string> logs = _logs.Make(seed, out _);
        for (int i = 0; i < 4; i++)
        {
            var parts = SmallParts.Random(random);
            Assert.Equal(new CatalogReading(logs, null).Sums(), new CatalogReading(logs, null, parts).Sums());
            Assert.True(seed % 3 > 0 || parts.PassedBytes > 0, "nothing was passed over");
        }
    }
}
