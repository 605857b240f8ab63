using System.Globalization;
using System.Text;

namespace MySqlRecovery.Consistency.Data;

/// <summary>Cuts a table into parts by what the source holds; the first is open below and the last above, for rows that only
/// the replica has.</summary>
internal sealed class ChunkPlan(ComparedTable table, ReadingSession source, ChunkSize size)
{
    // A key that is at most this much longer than the table has rows is cut by its values, without a look at the rows.
    private const long MaximumSpread = 4;

    /// <summary>The parts in order, from after a place on; each is asked for when the one before has been read.</summary>
    public IEnumerable<KeyRange> Cut(byte[][]? after)
    {
        if (table.OrderedKeyLength == 0)
        {
            yield return KeyRange.All;
            yield break;
        }

        (Int128 least, Int128 greatest, Int128 spread) = ReadNumbers();
        while (true)
        {
            long rows = size.Rows;
            byte[][]? upTo;
            if (spread > 0)
            {
                Int128 last = after == null ? least - 1 : Parse(Encoding.ASCII.GetString(after[0]));
                Int128 next = last + (rows * spread);
                upTo = next >= greatest ? null : [Encoding.ASCII.GetBytes(next.ToString(CultureInfo.InvariantCulture))];
            }
            else
            {
                upTo = source.ReadBound(table.Source, new KeyRange(after, null), rows);
            }

            yield return new KeyRange(after, upTo);
            if (upTo == null)
                yield break;
            after = upTo;
        }
    }

    /// <summary>Ends of an integer key and how far its values lie apart on average; 0 if they are to be looked up.</summary>
    private (Int128 Least, Int128 Greatest, Int128 Spread) ReadNumbers()
    {
        if (table.Key.Length > 1 || table.Columns[table.Key[0]].Kind != ColumnKind.Integer || table.EstimatedRows < size.Rows
            || source.ReadEnds(table.Source) is not { } ends)
            return default;
        (Int128 least, Int128 greatest) = (Parse(ends.Least), Parse(ends.Greatest));
        Int128 spread = (greatest - least + table.EstimatedRows) / table.EstimatedRows;
        return spread > MaximumSpread ? default : (least, greatest, spread);
    }

    private static Int128 Parse(string number) => Int128.Parse(number, CultureInfo.InvariantCulture);
}

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

/// <summary>What two servers must agree in about a part of a table.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Sum">The sum of the rows' hashes. A sum, because equal changes of two rows cancel out in an XOR.</param>
internal readonly record struct ChunkSum(long Rows, string Sum);

/// <summary>A part of a table as the source has it. The part is known before its sum is, so that both servers can read it at
/// the same time.</summary>
/// <param name="Table">The table.</param>
/// <param name="Range">The part.</param>
/// <param name="Sum">What the source says; as an exception, why it does not, and then there are no more parts of the table.</param>
internal sealed record SourceChunk(ComparedTable Table, KeyRange Range, Task<ChunkSum> Sum);

/// <summary>A part of a table in the order of its key.</summary>
/// <param name="After">Values of the key's leading columns after which the part begins; null for the table's start.</param>
/// <param name="UpTo">Values with which it ends, themselves included; null for the table's end.</param>
internal sealed record KeyRange(byte[][]? After, byte[][]? UpTo)
{
    public static KeyRange All { get; } = new(null, null);

    /// <summary>Of it, only the rows whose keys hash to some numbers; null for all.</summary>
    public KeyBuckets? Buckets { get; init; }
}

/// <summary>Rows by a hash of their keys: how a part is cut where the servers do not put its keys into one order.</summary>
/// <param name="Count">How many numbers there are.</param>
/// <param name="Numbers">The numbers of the rows.</param>
internal sealed record KeyBuckets(int Count, IReadOnlyList<int> Numbers);
