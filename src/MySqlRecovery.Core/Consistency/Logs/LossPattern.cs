using System.Globalization;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>A lost transaction, for what the losses have in common.</summary>
/// <param name="Transaction">It; null where only the range is known that was passed over.</param>
/// <param name="Skip">The range passed over that it is in, or null.</param>
/// <param name="IsFirstInRelayLog">Whether it is the first one of a relay log; null where that is not known.</param>
internal readonly record struct LossCase(LoggedTransaction? Transaction, SkippedRange? Skip, bool? IsFirstInRelayLog);

/// <summary>A transaction of the source that the replica did not apply, or not as it was.</summary>
/// <param name="Type">Missing, skipped, injected or filtered.</param>
/// <param name="Confidence">How sure that is.</param>
/// <param name="Transaction">As the source logged it.</param>
/// <param name="Skip">The range passed over that it is in, or null.</param>
/// <param name="Instead">What the replica logged in its place, or null.</param>
/// <param name="Evidence">What tells why, a fact a line.</param>
internal sealed record LostTransaction(
    FindingType Type, FindingConfidence Confidence, LoggedTransaction Transaction, SkippedRange? Skip, LoggedTransaction? Instead,
    string[] Evidence)
{
    /// <summary>The table that is lost of it, if others of its tables came through; null if all of it is lost.</summary>
    public TableContent? Part { get; init; }
}

/// <summary>
/// Says what lost transactions have in common that chance does not explain: when they came, what they changed, where they
/// were in the relay logs, how regularly they were passed over. Times are compared with those of all transactions.
/// </summary>
internal sealed class LossPattern(TransactionTimes all, long relayLogCount)
{
    /// <summary>Fewer show no pattern.</summary>
    private const int MinimumCount = 4;

    /// <summary>What chance makes more often than this is not said.</summary>
    private const double MaximumChance = 0.01;

    private static readonly string[] Weekdays = ["Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays"];

    /// <summary>What the losses have in common, a sentence each; empty where nothing is.</summary>
    public List<string> Find(IReadOnlyList<LossCase> losses)
    {
        var facts = new List<string>();
        if (losses.Count < MinimumCount)
            return facts;
        AddRelayLogs(losses, facts);
        LoggedTransaction[] known = [.. losses.Select(l => l.Transaction).OfType<LoggedTransaction>()];
        if (known.Length >= MinimumCount)
        {
            AddRun(known, facts);
            AddCycle(known, 60, all.BySecond, t => t.Time.Second, "in second {0} of a minute", "in seconds {0} to {1} of a minute", facts);
            AddCycle(known, 3600, all.ByMinute, t => t.Time.Minute, "in minute {0} of an hour", "in minutes {0} to {1} of an hour", facts);
            AddCycle(
                known, 86_400, all.ByHour, t => t.Time.Hour, "in hour {0} (UTC) of the day", "in hours {0} to {1} (UTC) of the day", facts);
            AddCycle(known, 604_800, all.ByWeekday, t => (int)t.Time.DayOfWeek, "on {0} (UTC)", "from {0} to {1} (UTC)", facts, Weekdays);
            AddTable(known, facts);
        }

        AddSkips(losses, facts);
        return facts;
    }

    private void AddRelayLogs(IReadOnlyList<LossCase> losses, List<string> facts)
    {
        int told = losses.Count(l => l.IsFirstInRelayLog != null), first = losses.Count(l => l.IsFirstInRelayLog == true);
        double share = all.Count > relayLogCount && relayLogCount > 0 ? (double)relayLogCount / all.Count : 0.5;
        if (told >= MinimumCount && ChernoffBound.OfAtLeast(first, told, share) < (relayLogCount > 0 ? MaximumChance : 0.1))
            facts.Add(Text($"{Of(first, told)} the first of a relay log of the replica."));
    }

    // In a run nothing between the first and the last lost one came through.
    private void AddRun(LoggedTransaction[] known, List<string> facts)
    {
        long width = known.Max(t => t.Ordinal) - known.Min(t => t.Ordinal) + 1;
        if (width == known.Length && width < all.Count)
            facts.Add(Text($"All {known.Length} follow one another without a gap, from {known[0].Id} to {known[^1].Id}."));
    }

    private void AddCycle(
        LoggedTransaction[] known, uint seconds, long[] baseline, Func<LoggedTransaction, int> part, string one, string several,
        List<string> facts,
        string[]? names = null)
    {
        // What was lost at one time was lost by one cause: only losses of several rounds say something of the clock.
        int rounds = known.Select(t => t.Timestamp / seconds).Distinct().Count();
        if (rounds < MinimumCount)
            return;
        int length = baseline.Length;
        var lost = new int[length];
        foreach (LoggedTransaction transaction in known)
            lost[part(transaction)]++;
        (int start, int width) = SmallestWindow(lost, known.Length);
        if (width > length / 2)
            return;
        long inside = 0;
        for (int i = 0; i < width; i++)
            inside += baseline[(start + i) % length];
        double share = (double)inside / all.Count;

        // As many windows as there are starts and widths might have shown something.
        double chance = ChernoffBound.OfAtLeast(rounds, rounds, share) * length * width;
        if (chance >= MaximumChance)
            return;
        string Name(int i) => names?[i % length] ?? (i % length).ToString(CultureInfo.InvariantCulture);
        string when = string.Format(CultureInfo.InvariantCulture, width == 1 ? one : several, Name(start), Name(start + width - 1));
        facts.Add(Text($"All {known.Length} began {when}, where {share:P1} of all transactions did."));
    }

    /// <summary>The shortest stretch of a cycle with all of them.</summary>
    private static (int Start, int Width) SmallestWindow(int[] counts, int total)
    {
        (int Start, int Width) best = (0, counts.Length);
        for (int start = 0; start < counts.Length; start++)
        {
            if (counts[start] == 0)
                continue;
            int sum = 0;
            for (int width = 1; width < best.Width; width++)
            {
                sum += counts[(start + width - 1) % counts.Length];
                if (sum == total)
                    best = (start, width);
            }
        }

        return best;
    }

    private void AddTable(LoggedTransaction[] known, List<string> facts)
    {
        foreach (TableName table in known[0].Tables.Select(t => t.Name))
        {
            double share = (double)all.ByTable.GetValueOrDefault(table) / all.Count;
            if (Array.TrueForAll(known, k => Array.Exists(k.Tables, t => t.Name == table))
                && ChernoffBound.OfAtLeast(known.Length, known.Length, share) * all.ByTable.Count < MaximumChance)
                facts.Add(Text($"All {known.Length} change {table}, as {share:P1} of all transactions do."));
        }
    }

    private static void AddSkips(IReadOnlyList<LossCase> losses, List<string> facts)
    {
        SkippedRange[] skips = [.. losses.Select(l => l.Skip).OfType<SkippedRange>().Distinct()];
        int counted = losses.Count(l => l.Skip is { IsByCounter: true });
        if (counted >= MinimumCount)
            facts.Add(Text(
                $"{Of(counted, losses.Count)} passed over by the skip counter, which was used {skips.Count(s => s.IsByCounter)} times."));
        DateTime[] times = [.. skips.Select(s => Parse(s.Time)).OfType<DateTime>().Order()];
        double[] gaps = [.. times.Zip(times.Skip(1), (a, b) => (b - a).TotalSeconds)];
        if (gaps.Length < MinimumCount - 1)
            return;
        double median = gaps.Order().ElementAt(gaps.Length / 2);
        if (median >= 1 && gaps.Count(g => Math.Abs(g - median) <= Math.Max(2, median * 0.05)) >= gaps.Length * 0.8)
        {
            facts.Add(Text($"They were passed over every {median:0} s, from {times[0]:yyyy-MM-dd HH:mm:ss} to ")
                + Text($"{times[^1]:yyyy-MM-dd HH:mm:ss} by the replica's error log."));
        }
    }

    private static string Of(int part, int whole) => part == whole ? $"All {whole} are" : $"{part} of {whole} are";

    private static DateTime? Parse(string time) => DateTime.TryParseExact(
        time, ["yyyy-MM-dd HH:mm:ss", "yyMMdd HH:mm:ss", "yyMMdd  H:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None,
        out DateTime parsed) ? parsed : null;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How likely it is that something is as it is by chance alone.</summary>
internal static class ChernoffBound
{
    /// <summary>
    /// A bound of the probability that of <paramref name="count"/> independent draws at least <paramref name="hits"/>
    /// have a property that each has with <paramref name="share"/> (Chernoff: exp of minus count times the relative entropy).
    /// </summary>
    public static double OfAtLeast(int hits, int count, double share)
    {
        double observed = (double)hits / count;
        if (observed <= share || share <= 0)
            return 1;
        double entropy = observed * Math.Log(observed / share);
        if (observed < 1)
            entropy += (1 - observed) * Math.Log((1 - observed) / (1 - share));
        return Math.Exp(-count * entropy);
    }
}
