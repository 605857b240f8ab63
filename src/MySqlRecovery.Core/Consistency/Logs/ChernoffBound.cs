namespace MySqlRecovery.Consistency.Logs;

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
