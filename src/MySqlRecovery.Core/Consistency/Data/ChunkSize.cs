namespace MySqlRecovery.Consistency.Data;

/// <summary>How many rows a chunk should have so that reading it takes the wanted time. For two threads.</summary>
internal sealed class ChunkSize(TimeSpan target)
{
    private const long First = 5000;
    private const long Least = 500;
    private const double WeightOfOld = 0.5;

    private readonly object _lock = new();
    private double _rowsPerSecond;
    private long _largest = First;

    /// <summary>Rows of the next chunk.</summary>
    public long Rows
    {
        get
        {
            lock (_lock)
                return _rowsPerSecond == 0 ? First : Math.Clamp((long)(_rowsPerSecond * target.TotalSeconds), Least, _largest * 8);
        }
    }

    /// <summary>Takes how long a chunk took on one of the servers: the slower one decides.</summary>
    public void Add(long rows, TimeSpan time)
    {
        if (rows == 0)
            return;
        lock (_lock)
        {
            double rate = rows / Math.Max(time.TotalSeconds, 0.0001);
            _rowsPerSecond = _rowsPerSecond == 0 ? rate : Math.Min(rate, (WeightOfOld * _rowsPerSecond) + ((1 - WeightOfOld) * rate));
            _largest = Math.Max(_largest, rows);
        }
    }
}
