namespace MySqlRecovery.Bench.Speed;

/// <summary>One run of a contender.</summary>
/// <param name="Seconds">Wall time.</param>
/// <param name="CpuSeconds">User and system time of all threads.</param>
/// <param name="PeakMiB">Largest working set.</param>
/// <param name="Words">What it printed of the form <c>name=value</c>.</param>
internal sealed record Measured(double Seconds, double CpuSeconds, double PeakMiB, IReadOnlyDictionary<string, string> Words)
{
    /// <summary>The median of each figure.</summary>
    public static Measured Median(IReadOnlyCollection<Measured> runs) => new(
        Median(runs.Select(r => r.Seconds)), Median(runs.Select(r => r.CpuSeconds)), Median(runs.Select(r => r.PeakMiB)),
        runs.Last().Words);

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2] + sorted[sorted.Length / 2 - 1]) / 2;
    }
}
