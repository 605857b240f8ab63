using System.Collections;
using System.Globalization;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Catalog;
using MySqlRecovery.History;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Catalog;

/// <summary>The law of catalogs: no reading gives anything else with them than without.</summary>
public sealed class CatalogPropertyTests : IDisposable
{
    private readonly RandomLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_random_filter_lets_the_same_through_with_a_catalog(int seed)
    {
        var random = new Random(seed);
        var logs = CatalogedLogs.Make(_logs, seed, random);
        for (int i = 0; i < 25; i++)
        {
            int filterSeed = random.Next();
            (long? start, long? stop) = RandomLogs.Range(random, logs.Paths);
            bool salvages = random.Next(3) == 0;
            logs.AssertSame(r => r.Events(RandomLogs.Filter(new Random(filterSeed), logs.Log), start, stop, salvages));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_undo_of_a_random_choice_is_the_same_with_a_catalog(int seed)
    {
        var random = new Random(seed);
        var logs = CatalogedLogs.Make(_logs, seed, random);
        for (int i = 0; i < 12; i++)
        {
            int filterSeed = random.Next();
            logs.AssertSame(r => r.Undo(
                RandomLogs.Filter(new Random(filterSeed), logs.Log) with { WithStatements = true, Types = null }));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_versions_of_a_row_are_the_same_with_a_catalog(int seed)
    {
        var random = new Random(seed);
        var logs = CatalogedLogs.Make(_logs, seed, random);
        for (int i = 0; i < 12; i++)
        {
            (string table, object key) = random.Next(3) switch
            {
                0 => ("orders", random.Next(2) == 0 ? random.Next(70) : $"{random.Next(70)}"),
                1 => ("names", RandomLog.NameOf(random.Next(45)).ToUpperInvariant()),
                _ => ("pairs", (object)new Hashtable { ["ID"] = random.Next(60), ["v"] = random.Next(5) }),
            };
            logs.AssertSame(r => r.History(new TableName("d", table), key));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_sums_by_table_are_the_same_with_a_catalog(int seed)
    {
        var logs = CatalogedLogs.Make(_logs, seed, new Random(seed));
        logs.AssertSame(r => r.Sums());
        if (seed % 3 == 0)
            Assert.NotEmpty(logs.Catalogs.TakePassed());
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Definitions_are_the_same_with_a_catalog_and_without_the_rows(int seed)
    {
        var logs = CatalogedLogs.Make(_logs, seed, new Random(seed));
        List<string> all = Definitions(logs.Paths, new EventFilter { WithStatements = true }, null);
        Assert.Equal(all, Definitions(logs.Paths, LoggedDefinition.Statements, null));
        Assert.Equal(all, Definitions(logs.Paths, LoggedDefinition.Statements, logs.Catalogs));
    }

    [Fact]
    public void Most_of_the_logs_is_not_read_for_one_key()
    {
        var key = new TableName("d", "orders");
        AssertHardlyRead((log, catalogs) => Assert.Empty(new CatalogReading([log], catalogs).History(key, 1_000_000)));
    }

    [Fact]
    public void Most_of_the_logs_is_not_read_for_definitions() =>
        AssertHardlyRead((log, catalogs) => Assert.Empty(Definitions([log], LoggedDefinition.Statements, catalogs)));

    private static List<string> Definitions(IReadOnlyList<string> logs, EventFilter filter, LogCatalogs? catalogs)
    {
        using var scan = new EventScan(logs.Select(LogRange.Whole), filter, default) { Catalogs = catalogs };
        return [.. LoggedDefinition.ReadAll(scan).Select(d => d.Shown)];
    }

    private void AssertHardlyRead(Action<string, LogCatalogs> read)
    {
        string log = Path.Combine(_logs.Folder, "binlog.000001");
        File.WriteAllBytes(log, new RandomLog(7, 200, hasStatements: false).Bytes);
        new CatalogWriter(log, default) { StretchLength = 1000, SmallestLength = 100_000 }.Write(null, out _);
        var catalogs = new LogCatalogs(null, Assert.Fail);
        read(log, catalogs);
        string passed = Assert.Single(catalogs.TakePassed());
        Assert.Contains($"{log} ", passed, StringComparison.Ordinal);
        long bytes = long.Parse(passed.Split(' ')[2], CultureInfo.InvariantCulture);
        Assert.True(bytes > new FileInfo(log).Length * 9 / 10, passed);
    }
}
