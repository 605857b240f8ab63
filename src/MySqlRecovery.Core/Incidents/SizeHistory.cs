namespace MySqlRecovery.Incidents;

/// <summary>How many rows transactions, or runs of them, did one thing to in one table: what is usual, and the largest ones.</summary>
internal sealed class SizeHistory
{
    private const int BucketsPerOctave = 4;
    private const int LargestKept = 16;

    private readonly int[] _buckets = new int[BucketsPerOctave * 40];
    private readonly List<(long Size, Episode Episode)> _largest = [];

    /// <summary>How many there were.</summary>
    public int Count { get; private set; }

    /// <summary>The largest, in no order.</summary>
    public IReadOnlyList<(long Size, Episode Episode)> Largest => _largest;

    public void Add(long size, Episode episode)
    {
        Count++;
        _buckets[BucketOf(size)]++;
        if (size < Thresholds.LeastRows)
        {
            if (_largest.Count >= LargestKept)
                return;
        }
        else if (_largest.Count >= LargestKept)
        {
            int least = 0;
            for (int i = 1; i < _largest.Count; i++)
                least = _largest[i].Size < _largest[least].Size ? i : least;
            if (_largest[least].Size < size)
                _largest[least] = (size, episode);
            return;
        }

        _largest.Add((size, episode));
    }

    /// <summary>What is usual for all but one: the size that 95 of 100 of the others do not exceed, or the largest that others had
    /// at another time.</summary>
    public double UsualBut(long size, Episode episode)
    {
        long others = _largest.Where(l => !l.Episode.IsPartOf(episode)).Select(l => l.Size).DefaultIfEmpty(1).Max();
        return Math.Max(others, Percentile(0.95, BucketOf(size)));
    }

    private double Percentile(double share, int without)
    {
        int all = Count - 1, seen = 0;
        for (int i = 0; i < _buckets.Length && all > 0; i++)
        {
            seen += _buckets[i] - (i == without ? 1 : 0);
            if (seen >= share * all)
                return Math.Pow(2, (double)i / BucketsPerOctave);
        }

        return 1;
    }

    private static int BucketOf(long size) => (int)(BucketsPerOctave * Math.Log2(Math.Max(1, size)));
}
