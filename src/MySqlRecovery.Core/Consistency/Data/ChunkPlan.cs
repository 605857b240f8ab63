using System.Globalization;
using System.Text;

namespace MySqlRecovery.Consistency.Data;

/// <summary>Cuts a table into parts by what the source holds; the first is open below and the last above, for rows that only the replica has.</summary>
internal sealed class ChunkPlan(ComparedTable table, ReadingSession source, ChunkSize size)
{
    // A key that is at most this much longer than the table has rows is cut by its values, without a look at the rows.
    private const long MaximumSpread = 4;

    /// <summary>The parts in order, from behind a place on; each is asked for when the one before has been read.</summary>
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
