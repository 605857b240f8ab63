namespace MySqlRecovery.Catalog;

/// <summary>A few ranges that many integers lie in: all there is to keep of keys that were made one after the other.</summary>
internal static class KeyRanges
{
    /// <summary>Ranges kept of a table in a stretch.</summary>
    public const int Maximum = 8;

    // Less dense than this, a range says too little.
    private const int Sparse = 4;

    /// <summary>The ranges of some integers; null where they lie too far apart.</summary>
    /// <param name="keys">The integers; sorted after.</param>
    public static List<(long First, long Last)>? Of(List<long> keys)
    {
        keys.Sort();
        var ranges = new List<(long First, long Last)>();
        int distinct = 0;
        foreach (long key in keys)
        {
            if (ranges.Count > 0 && key == ranges[^1].Last)
                continue;
            distinct++;
            if (ranges.Count > 0 && (ulong)(key - ranges[^1].Last) <= Sparse)
                ranges[^1] = (ranges[^1].First, key);
            else
                ranges.Add((key, key));
        }

        if (ranges.Count > distinct / 4 + Maximum)
            return null;
        ranges = Join(ranges);
        // Spans may be as wide as all numbers.
        double span = ranges.Sum(r => (double)r.Last - r.First + 1);
        return span <= (double)distinct * Sparse + Maximum ? ranges : null;
    }

    /// <summary>No more than the maximum, and whatever is in the ranges is in these.</summary>
    public static List<(long First, long Last)> Join(IEnumerable<(long First, long Last)> ranges)
    {
        var joined = new List<(long First, long Last)>();
        foreach ((long first, long last) in ranges.Order())
        {
            if (joined.Count > 0 && (first <= joined[^1].Last || first - 1 == joined[^1].Last))
                joined[^1] = (joined[^1].First, Math.Max(last, joined[^1].Last));
            else
                joined.Add((first, last));
        }

        if (joined.Count <= Maximum)
            return joined;
        // The widest gaps stay.
        var gaps = Enumerable.Range(1, joined.Count - 1).OrderByDescending(i => (double)joined[i].First - joined[i - 1].Last)
            .Take(Maximum - 1).ToHashSet();
        var few = new List<(long First, long Last)>();
        for (int i = 0; i < joined.Count; i++)
        {
            if (i == 0 || gaps.Contains(i))
                few.Add(joined[i]);
            else
                few[^1] = (few[^1].First, joined[i].Last);
        }

        return few;
    }
}
