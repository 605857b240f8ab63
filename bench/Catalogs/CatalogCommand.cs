using System.Diagnostics;
using System.Globalization;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Catalog;
using MySqlRecovery.Changes;
using MySqlRecovery.History;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Bench.Catalogs;

/// <summary>
/// What catalogs cost and save. Each step is a run of its own, so that its time is that of a first search in a new process:
/// <c>make</c> catalogs beside sums by table, with the KiB of a stretch and of a catalog if need be, such as larger logs have,
/// <c>link</c> a few logs under many names, <c>search</c> a key, <c>compare</c> the versions of so many random keys up to a number
/// with those of a reading of all, <c>measure</c> all.
/// </summary>
internal static class CatalogCommand
{
    public static int Run(string step, string folder, string[] rest) => (step, rest) switch
    {
        ("make", []) => Make(Logs(folder), log => CatalogUpdate.Run(log, null, force: true, default).Size),
        ("make", [var stretch, var size]) => Make(Logs(folder), log => new CatalogWriter(log, default)
        {
            StretchLength = long.Parse(stretch, CultureInfo.InvariantCulture) << 10,
            SmallestLength = long.Parse(size, CultureInfo.InvariantCulture) << 10,
        }.Write(null, out _).FileLength),
        ("link", [var target, var count]) => Link(folder, target, int.Parse(count, CultureInfo.InvariantCulture)),
        ("search", [var table, var key, .. var how]) => Report(
            $"search for {key} in {table}", Logs(folder), () => Search(folder, table, key, how is not ["without"])),
        ("compare", [var table, var count, var largest]) => Compare(
            Logs(folder), table, int.Parse(count, CultureInfo.InvariantCulture), int.Parse(largest, CultureInfo.InvariantCulture)),
        ("measure", var how) => Report("sums by table", Logs(folder), () => Measure(Logs(folder), how is not ["without"])),
        _ => 2,
    };

    private static string[] Logs(string folder) => [.. Directory.GetFiles(folder, "*.0*")
        .Where(f => !f.EndsWith(LogIdentity.Extension, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static int Make(string[] logs, Func<string, long> make)
    {
        Measure(logs[..1], withCatalogs: false); // what is compiled is compiled
        make(logs[0]);
        (double measured, double measuredProcessor) = Time(() => Measure(logs, withCatalogs: false));
        long size = 0;
        (double made, double madeProcessor) = Time(() => size = logs.Sum(make));
        long bytes = logs.Sum(l => new FileInfo(l).Length);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{bytes >> 20} MiB: sums by table {measured:F2} s (processor {measuredProcessor:F2} s), catalogs {made:F2} s (processor "
                + $"{madeProcessor:F2} s), {size >> 10} KiB, {100.0 * size / bytes:F3} % of the logs"));
        return 0;
    }

    private static int Link(string folder, string target, int count)
    {
        string[] logs = Logs(folder);
        Directory.CreateDirectory(target);
        for (int i = 0; i < count; i++)
        {
            string log = logs[i % logs.Length];
            string name = Path.Combine(target, string.Create(CultureInfo.InvariantCulture, $"binlog.{i + 1:D6}"));
            foreach (string end in (string[])[string.Empty, LogIdentity.Extension])
                Process.Start("ln", ["-f", log + end, name + end]).WaitForExit();
        }

        return 0;
    }

    private static string Search(string folder, string table, string key, bool withCatalogs)
    {
        var catalogs = new LogCatalogs(null, Console.Error.WriteLine);
        int versions = Versions(Logs(folder), table, [key], withCatalogs ? catalogs : null).Count();
        return string.Create(
            CultureInfo.InvariantCulture, $"{versions} versions, {catalogs.TakePassed().Sum(BytesOf) >> 20} MiB not read");
    }

    private static IEnumerable<RowVersion> Versions(string[] logs, string table, object?[] keys, LogCatalogs? catalogs) =>
        new RowHistoryReader(TableName.Parse(table)!, new KeyChoice(keys), (filter, schema) => new EventScan(
            logs.Select(LogRange.Whole), filter, default, schema)
        {
            Salvage = true,
            Catalogs = catalogs,
        }, default).Read();

    private static int Compare(string[] logs, string table, int count, int largest)
    {
        var random = new Random(1);
        object?[] keys = [.. Enumerable.Range(0, count).Select(_ => (object?)random.Next(1, largest + 1)).Distinct()];
        string[] all = Lines(Versions(logs, table, keys, null));
        var catalogs = new LogCatalogs(null, Console.Error.WriteLine);
        long start = Stopwatch.GetTimestamp();
        string[] found = Lines(keys.SelectMany(k => Versions(logs, table, [k], catalogs)));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        bool isSame = all.SequenceEqual(found);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{keys.Length} keys: {all.Length} versions in the logs, {found.Length} with catalogs, "
                + $"{(isSame ? "the same" : "NOT the same")}, {1000 * seconds / keys.Length:F0} ms a key"));
        return isSame ? 0 : 1;
    }

    private static string[] Lines(IEnumerable<RowVersion> versions) => [.. versions.Select(v => string.Create(
        CultureInfo.InvariantCulture,
        $"{string.Join(',', v.Key!.Values.Cast<object?>())} {v.FromFile}:{v.FromPosition} {v.Operation} "
            + $"{(v.Value == null ? null : string.Join(',', v.Value.Values.Cast<object?>()))}")).Order(StringComparer.Ordinal)];

    // Of PATH so many of so many bytes ...
    private static long BytesOf(string passed) =>
        long.Parse(passed[..passed.LastIndexOf(" of ", StringComparison.Ordinal)].Split(' ')[^1], CultureInfo.InvariantCulture);

    private static string Measure(string[] logs, bool withCatalogs)
    {
        var measure = new BinlogMeasure(BinlogSummaryKind.Table);
        using var scan = new EventScan(logs.Select(LogRange.Whole), new EventFilter { WithStatements = true }, default)
        {
            Catalogs = withCatalogs ? new LogCatalogs(null, Console.Error.WriteLine) : null,
        };
        scan.Sums = measure;
        while (scan.Read())
            measure.Add(new EventView(scan));
        return string.Create(CultureInfo.InvariantCulture, $"{measure.Complete().Sum(s => s.RowCount)} rows");
    }

    private static int Report(string what, string[] logs, Func<string> work)
    {
        string result = string.Empty;
        (double wall, double processor) = Time(() => result = work());
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}, {logs.Length} logs of {logs.Sum(l => new FileInfo(l).Length) >> 20} MiB: {result}, {wall:F2} s, processor "
                + $"{processor:F2} s, {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB at most"));
        return 0;
    }

    private static (double Wall, double Processor) Time(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
        work();
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds);
    }
}
