using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;

namespace MySqlRecovery.Catalog;

/// <summary>Gathers the keys of one table of a log, stretch by stretch.</summary>
/// <param name="table">The table.</param>
/// <param name="number">Its number in the catalog.</param>
internal sealed class CatalogedTable(LogTable table, int number)
{
    private readonly List<long> _integers = [];
    private readonly List<ulong> _hashes = [];
    private bool _hasUnknown;
    private ulong _lastHash;

    public int Number => number;

    /// <summary>Its sums in the stretch at hand; null where it has not been seen there.</summary>
    public TableStretch? Rows { get; set; }

    /// <summary>Offset of the last transaction that has rows of it.</summary>
    public long LastTransaction { get; set; } = -1;

    /// <summary>Counts rows, and takes in their keys.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="map">Their table map.</param>
    /// <param name="reader">Reads their keys; null where they are not known.</param>
    [MethodImpl(Jit.Hot)]
    public int TakeKeys(in RowsEvent rows, TableMap map, LogKeyReader? reader)
    {
        _hasUnknown |= reader == null;
        if (_hasUnknown)
            return RowCursor.Count(rows, map);
        var row = new RowCursor(rows, map);
        while (row.MoveNext())
        {
            ReadOnlySpan<byte> before = row.Before, after = row.After;
            if (!before.IsEmpty)
                Take(reader!.Read(row.BeforeLayout, before, row.AfterLayout, default));
            if (!after.IsEmpty && !row.IsPartial)
                Take(reader!.Read(row.AfterLayout, after, row.BeforeLayout, before));
            _hasUnknown |= row.IsPartial;
        }

        return row.Index + 1;
    }

    /// <summary>The stretch is over: its keys go into its ranges or into the index.</summary>
    /// <param name="index">The index; null for a stretch that is given up.</param>
    /// <param name="stretch">The number of the stretch.</param>
    public void EndStretch(List<ulong>? index, int stretch)
    {
        List<(long, long)>? ranges = _hasUnknown || _hashes.Count > 0 ? null : KeyRanges.Of(_integers);
        Rows!.Keys = _hasUnknown ? KeyPlace.None : ranges != null ? KeyPlace.Ranges : KeyPlace.Index;
        Rows.Ranges = ranges ?? [];
        if (Rows.Keys == KeyPlace.Index && index != null)
        {
            foreach (long integer in _integers)
                _hashes.Add(LogKey.OfInteger(integer));
            AddDistinct(index, stretch);
        }

        _integers.Clear();
        _hashes.Clear();
        (_hasUnknown, Rows, _lastHash) = (false, null, 0);
    }

    [MethodImpl(Jit.Hot)]
    private void AddDistinct(List<ulong> index, int stretch)
    {
        Span<ulong> hashes = CollectionsMarshal.AsSpan(_hashes);
        hashes.Sort();
        for (int i = 0; i < hashes.Length; i++)
        {
            if (i == 0 || hashes[i] != hashes[i - 1])
                index.Add(KeyIndex.Pack(LogKey.In(table.Hash, hashes[i]), stretch));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Take(LogKey? key)
    {
        if (key is not { } known)
            _hasUnknown = true;
        else if (known.Hash == _lastHash)
            return;
        else if (known.Integer is { } integer)
            _integers.Add(integer);
        else
            _hashes.Add(known.Hash);
        _lastHash = key?.Hash ?? 0;
    }
}
