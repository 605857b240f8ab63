namespace MySqlRecovery.History;

/// <summary>
/// What the rows that changed since a moment were at that moment. The first change of a key tells: its image of before is
/// the row, and where it has none there was no row. In a table without key, equal rows are counted.
/// </summary>
internal sealed class PastRows : IDisposable
{
    // Most rows have not changed: a bit each tells of almost all of them.
    private const int SieveBits = 1 << 25;

    private readonly TouchedKeys _touched;
    private readonly Lazy<ulong[]> _sieve = new(() => new ulong[SieveBits / 64]);
    private readonly RowSpool _file = new();
    private readonly Dictionary<UInt128, (long Net, long At)> _equal = [];
    private readonly bool _hasKey;

    /// <param name="hasKey">Whether rows have a key.</param>
    /// <param name="maximumMemory">Bytes of memory for the keys.</param>
    public PastRows(bool hasKey, long maximumMemory) => (_hasKey, _touched) = (hasKey, new TouchedKeys(maximumMemory));

    /// <summary>Whether nothing changed.</summary>
    public bool IsEmpty => _touched.Count == 0 && _equal.Count == 0;

    /// <summary>Takes note of a row's key; whether it is the first time.</summary>
    public bool Touch(AsOfColumns columns, byte[]?[] values)
    {
        int bit = columns.SieveOf(values) & SieveBits - 1;
        _sieve.Value[bit / 64] |= 1UL << bit % 64;
        return _touched.Add(columns.KeyOf(values));
    }

    /// <summary>A row that was there, by its key.</summary>
    /// <param name="values">Its values.</param>
    /// <param name="place">The number of the log that has it, and the position there.</param>
    public void Add(byte[]?[] values, (int Log, long Position) place) => _file.Append(values, place);

    /// <summary>A row without key that was there (1) or was not yet there (-1).</summary>
    public void Count(byte[]?[] values, int number, (int Log, long Position) place)
    {
        UInt128 hash = AsOfColumns.HashOf(values);
        (long net, long at) = _equal.TryGetValue(hash, out (long, long) known) ? known : (0, _file.Append(values, place));
        _equal[hash] = (net + number, at);
    }

    /// <summary>Whether a row of the present table is one of then: it has not changed since.</summary>
    public bool IsOfThen(AsOfColumns columns, byte[]?[] values)
    {
        if (_hasKey)
            return _touched.Count == 0 || !MayBeTouched(columns, values) || !_touched.Contains(columns.KeyOf(values));
        if (_equal.Count == 0 || !_equal.TryGetValue(AsOfColumns.HashOf(values), out (long Net, long At) known) || known.Net >= 0)
            return true;
        _equal[AsOfColumns.HashOf(values)] = (known.Net + 1, known.At);
        return false;
    }

    private bool MayBeTouched(AsOfColumns columns, byte[]?[] values)
    {
        int bit = columns.SieveOf(values) & SieveBits - 1;
        return (_sieve.Value[bit / 64] & 1UL << bit % 64) != 0;
    }

    /// <summary>The rows of then that have changed since, once the present ones have been asked about.</summary>
    public IEnumerable<(byte[]?[] Values, int Log, long Position)> Read()
    {
        if (!_hasKey)
        {
            foreach ((long net, long at) in _equal.Values)
            {
                for (long i = 0; i < net; i++)
                    yield return _file.Read(at, out _);
            }

            yield break;
        }

        for (long at = 0; at < _file.Length;)
            yield return _file.Read(at, out at);
    }

    public void Dispose()
    {
        _touched.Dispose();
        _file.Dispose();
    }
}
