using System.Collections;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;

namespace MySqlRecovery.Core.Tests.Catalog;

/// <summary>Random logs in a folder of their own, and random choices of what is in them.</summary>
internal sealed class RandomLogs : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>One log, or two.</summary>
    public List<string> Make(int seed, out RandomLog log, LoggedMetadata metadata = LoggedMetadata.Full)
    {
        var paths = new List<string>();
        log = null!;
        for (int i = 1; i <= 1 + seed % 2; i++)
        {
            paths.Add(Path.Combine(Folder, $"binlog.00000{i}"));
            log = new RandomLog(seed * 10 + i, 90, hasStatements: seed % 3 > 0, metadata);
            File.WriteAllBytes(paths[^1], log.Bytes);
        }

        return paths;
    }

    /// <summary>Positions to read between; none of an event now and then.</summary>
    public static (long? Start, long? Stop) Range(Random random, IReadOnlyList<string> logs)
    {
        if (random.Next(3) > 0)
            return (null, null);
        using var scan = new EventScan(logs.Select(LogRange.Whole), EventFilter.All, default);
        var starts = new List<long>();
        var stops = new List<long>();
        while (scan.Read())
            (scan.LogIndex == 0 ? starts : stops).Add(scan.Reader.Position);
        stops = logs.Count == 1 ? starts : stops;
        // Now and then none at which an event is.
        long start = starts[random.Next(starts.Count)] + (random.Next(8) == 0 ? 1 : 0);
        long stop = stops[random.Next(stops.Count)];
        return (random.Next(3) == 0 ? null : start, random.Next(3) == 0 ? null : stop);
    }

    /// <summary>A choice of anything that may be there.</summary>
    /// <param name="random">Chooses.</param>
    /// <param name="log">What it may choose of.</param>
    /// <param name="byNumber">Whether columns are named as those of a log that does not name them.</param>
    public static EventFilter Filter(Random random, RandomLog log, bool byNumber = false)
    {
        string[] tables = ["d.orders", "pairs", "d.names", "plain", "*s", "nowhere"];
        bool Maybe(int of = 4) => random.Next(of) == 0;
        DateTime? Time() => Maybe() ? log.Times[random.Next(log.Times.Count)] : null;
        return new EventFilter
        {
            Tables = Maybe(2) ? new TableFilter([], [], [tables[random.Next(tables.Length)]], [])
                : Maybe(6) ? new TableFilter(["d"], [], [], []) : Maybe(6) ? new TableFilter([], [], [], ["pairs"]) : null,
            Operations = Maybe() ? [(RowOperation)random.Next(1, 4)] : null,
            ThreadIds = Maybe() ? [(uint)random.Next(3, 10)] : null,
            ServerIds = Maybe(6) ? [(uint)random.Next(1, 4)] : null,
            StartTime = Time(),
            StopTime = Time(),
            Gtids = Maybe(6) ? new GtidFilter(
                GtidSet.Parse([$"00000000-0000-0000-0000-000000000001:{random.Next(1, 40)}-{random.Next(40, 100)}"]), null) : null,
            Where = Maybe(2) ? new RowPredicate(Named(RandomWhere(random), byNumber)) : null,
            WithStatements = Maybe(2),
        };
    }

    private static Hashtable Named(Hashtable where, bool byNumber) => !byNumber ? where : new Hashtable(
        where.Cast<DictionaryEntry>().ToDictionary(e => $"{e.Key}" is "v" ? "@2" : "@1", e => e.Value));

    private static Hashtable RandomWhere(Random random) => random.Next(6) switch
    {
        0 or 1 => new Hashtable { ["id"] = random.Next(65) },
        2 => new Hashtable { ["ID"] = new object[] { random.Next(60), $"{random.Next(60)}.0" } },
        3 => new Hashtable { ["name"] = RandomLog.NameOf(random.Next(45)).ToLowerInvariant() },
        4 => new Hashtable { ["id"] = random.Next(60), ["v"] = random.Next(5) },
        _ => new Hashtable { ["none"] = 1 },
    };
}
