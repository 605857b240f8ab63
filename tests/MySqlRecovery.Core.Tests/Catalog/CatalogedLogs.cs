using MySqlRecovery.Catalog;
using Xunit;

namespace MySqlRecovery.Core.Tests.Catalog;

/// <summary>Random logs with catalogs of short stretches, read with the catalogs and without.</summary>
internal sealed class CatalogedLogs
{
    private CatalogedLogs(IReadOnlyList<string> paths, RandomLog log, LogCatalogs catalogs) =>
        (Paths, Log, Catalogs) = (paths, log, catalogs);

    public IReadOnlyList<string> Paths { get; }

    /// <summary>What the last of them has.</summary>
    public RandomLog Log { get; }

    public LogCatalogs Catalogs { get; }

    /// <summary>Logs of a seed.</summary>
    public static CatalogedLogs Make(RandomLogs logs, int seed, Random random, LoggedMetadata metadata = LoggedMetadata.Full)
    {
        List<string> paths = logs.Make(seed, out RandomLog log, metadata);
        foreach (string path in paths)
        {
            new CatalogWriter(path, default) { StretchLength = random.Next(100, 3000), SmallestLength = random.Next(500, 20_000) }
                .Write(null, out _);
        }

        return new CatalogedLogs(paths, log, new LogCatalogs(null, Assert.Fail));
    }

    /// <summary>Whether a reading gives the same with the catalogs as without.</summary>
    /// <param name="read">The reading.</param>
    /// <param name="schema">The definitions of the tables, or null.</param>
    public void AssertSame(Func<CatalogReading, List<string>> read, string? schema = null)
    {
        List<string> all = read(new CatalogReading(Paths, null, schema: schema));
        List<string> found = read(new CatalogReading(Paths, Catalogs, schema: schema));
        // A catalog knows columns of rows that nobody looked at.
        if (all is [.., var last] && last.StartsWith("unknown", StringComparison.Ordinal) && !found.Contains(last))
            all.Remove(last);
        Assert.Equal(all, found);
    }
}
