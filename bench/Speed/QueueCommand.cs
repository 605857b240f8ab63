using System.Diagnostics;
using System.Globalization;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Catalog;
using MySqlRecovery.Changes;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Bench.Speed;

/// <summary>
/// What a log that is looked at ahead takes on more processors than there are: each part is walked and its sums are taken on one, and
/// the queue of the parts is gone through by these times. Memory that several processors share is not in it.
/// </summary>
internal static class QueueCommand
{
    private const int Rounds = 5;
    private const int MaximumProcessors = 16;

    public static int Run(string log)
    {
        (double[] walks, double[] takes, int stretches) = MeasureParts(log);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{walks.Length} parts of {StretchesAhead.PartLength >> 20} MiB, {stretches} stretches; walked in {walks.Sum():F3} s, "
                + $"taken in {takes.Sum():F4} s, on one processor"));
        Console.WriteLine("| processors | by the queue, s | times faster | measured, s |\n|---:|---:|---:|---:|");
        double one = Model(walks, takes, 1);
        for (int processors = 1; processors <= MaximumProcessors; processors = processors < 4 ? processors + 1 : processors * 2)
        {
            double modelled = Model(walks, takes, processors);
            string measured = processors <= Environment.ProcessorCount
                ? Measure(log, processors).ToString("F3", CultureInfo.InvariantCulture) : string.Empty;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {processors} | {modelled:F3} | {one / modelled:F1} | {measured} |"));
        }

        return 0;
    }

    // The best of several rounds each: what else runs on the machine is not to be seen in it.
    private static (double[] Walks, double[] Takes, int Stretches) MeasureParts(string path)
    {
        using FileSource source = FileSource.Open(path);
        FormatDescriptionEvent format = ReadFormat(path, out long start);
        var log = new WalkedLog(source, format);
        int count = (int)((source.Length - start + StretchesAhead.PartLength - 1) / StretchesAhead.PartLength), stretches = 0;
        (double[] walks, double[] takes) = (new double[count], new double[count]);
        Array.Fill(walks, double.MaxValue);
        Array.Fill(takes, double.MaxValue);
        for (int round = 0; round < Rounds; round++)
        {
            using var walk = new StretchWalk(log, WalkChoice.For(new EventFilter { WithStatements = true }, StretchUse.Sums)!);
            var measure = new BinlogMeasure(BinlogSummaryKind.Table);
            stretches = 0;
            for (int i = 0; i < count; i++)
            {
                long from = start + i * StretchesAhead.PartLength, clock = Stopwatch.GetTimestamp();
                List<LogStretch> found = walk.Find(
                    from, i == 0, Math.Min(from + StretchesAhead.PartLength, source.Length), CancellationToken.None);
                walks[i] = Math.Min(walks[i], Stopwatch.GetElapsedTime(clock).TotalSeconds);
                clock = Stopwatch.GetTimestamp();
                foreach (LogStretch stretch in found)
                    measure.TryAdd(stretch, log.Table, string.Empty, path);
                takes[i] = Math.Min(takes[i], Stopwatch.GetElapsedTime(clock).TotalSeconds);
                stretches += found.Count;
            }
        }

        return (walks, takes, stretches);
    }

    private static double Model(double[] walks, double[] takes, int processors)
    {
        var free = new double[processors];
        var taken = new double[walks.Length];
        double now = 0;
        for (int i = 0; i < walks.Length; i++)
        {
            int next = Array.IndexOf(free, free.Min());
            double begun = Math.Max(free[next], i < processors ? 0 : taken[i - processors]);
            free[next] = begun + walks[i];
            taken[i] = Math.Max(now, free[next]);
            now = taken[i] + takes[i];
        }

        return now;
    }

    private static double Measure(string path, int threads)
    {
        double best = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long clock = Stopwatch.GetTimestamp();
            using var scan = new EventScan([LogRange.Whole(path)], new EventFilter { WithStatements = true }, CancellationToken.None)
            {
                Ahead = new LogsAhead(threads),
            };
            var measure = new BinlogMeasure(BinlogSummaryKind.Table);
            scan.Sums = measure;
            while (scan.Read())
                measure.Add(new EventView(scan));
            best = Math.Min(best, Stopwatch.GetElapsedTime(clock).TotalSeconds);
        }

        return best;
    }

    private static FormatDescriptionEvent ReadFormat(string path, out long end)
    {
        using var reader = new FileEventReader(FileSource.Open(path));
        reader.Read();
        end = reader.EndPosition;
        return reader.Format;
    }
}
