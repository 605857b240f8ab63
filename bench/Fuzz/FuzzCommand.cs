using System.Diagnostics;
using System.Globalization;
using MySqlRecovery.Model;

namespace MySqlRecovery.Bench.Fuzz;

/// <summary>
/// Reads mutated copies of a folder's binlogs in every way. What comes out but a <see cref="RecoveryException"/>, takes too
/// long or takes too much memory is kept in a temporary folder and reported.
/// </summary>
internal static class FuzzCommand
{
    /// <returns>0 where nothing was found, else 1.</returns>
    public static int Run(string folder, FuzzOptions options)
    {
        byte[][] logs = LogCorpus.Load(folder);
        if (logs.Length == 0)
            return Fail($"no binlog in {folder}");
        DirectoryInfo work = Directory.CreateTempSubdirectory("mysqlrecovery-fuzz-");
        string input = Path.Combine(work.FullName, "input"), output = Path.Combine(work.FullName, "output");
        var mutator = new LogMutator(logs, options.Seed);
        var figures = new FuzzFigures();
        var clock = Stopwatch.StartNew();
        using var watchdog = new Timer(_ => StopHanging(input));
        while (clock.Elapsed.TotalMinutes < options.Minutes)
        {
            byte[] log = mutator.Next();
            File.WriteAllBytes(input, log);
            foreach ((string way, Action<string, string> run) in LogReading.Ways)
            {
                watchdog.Change(FuzzBounds.Time, Timeout.InfiniteTimeSpan);
                string? finding = Try(() => run(input, output), log.Length, figures);
                watchdog.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                if (finding != null && figures.AddFinding($"{way}: {finding}"))
                    Keep(input, Path.Combine(work.FullName, $"finding-{figures.FindingCount}"), way, finding);
            }

            figures.InputCount++;
        }

        File.Delete(input);
        File.Delete(output);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{figures} from {logs.Length} logs in {clock.Elapsed.TotalMinutes:F1} minutes, seed {options.Seed}."));
        if (figures.FindingCount == 0)
            work.Delete(recursive: true);
        return figures.FindingCount == 0 ? 0 : 1;
    }

    private static string? Try(Action read, int length, FuzzFigures figures)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        try
        {
            read();
            figures.ReadCount++;
        }
        catch (RecoveryException)
        {
            figures.RefusedCount++;
        }
        catch (Exception e)
        {
            string place = e.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("MySqlRecovery.", StringComparison.Ordinal))?.Trim()
                ?? string.Empty;
            return $"{e.GetType().Name} {place}";
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        figures.Observe(Stopwatch.GetElapsedTime(started), allocated);
        return allocated > FuzzBounds.Allocation(length) ? $"{allocated} bytes allocated for {length}" : null;
    }

    private static void Keep(string input, string path, string way, string finding)
    {
        File.Copy(input, path);
        Console.WriteLine($"{way}: {finding}{Environment.NewLine}  {path}");
    }

    private static void StopHanging(string input)
    {
        Console.WriteLine($"an input was not read within {FuzzBounds.Time.TotalSeconds} seconds: {input}");
        Environment.Exit(1);
    }

    private static int Fail(string text)
    {
        Console.Error.WriteLine(text);
        return 2;
    }
}
