using MySqlRecovery.Binlog.Rows;

namespace MySqlRecovery.Changes;

/// <summary>
/// Finds rows among the sums of a fold that are to get what is unique of another row, which still has it: one update after the
/// other, they would be in each other's way.
/// </summary>
internal sealed class TradedKeys
{
    private readonly HashSet<(int Key, UInt128 Value)> _had = [];

    /// <summary>Takes in what an updated row has before.</summary>
    public void Add(TableMap map, ReadOnlySpan<byte> from)
    {
        for (int key = 0; key < map.UniqueKeys.Length; key++)
            _had.Add((key, RowKey.OfComparable(map, map.Layout, map.UniqueKeys[key], from)));
    }

    /// <summary>Whether an updated row is to get what another has.</summary>
    public bool IsTaker(TableMap map, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        for (int key = 0; key < map.UniqueKeys.Length; key++)
        {
            UInt128 value = RowKey.OfComparable(map, map.Layout, map.UniqueKeys[key], to);
            if (value != RowKey.OfComparable(map, map.Layout, map.UniqueKeys[key], from) && _had.Contains((key, value)))
                return true;
        }

        return false;
    }
}
