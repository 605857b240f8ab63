using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Text;

namespace MySqlRecovery.History;

/// <summary>The keys of rows that a history needs: those that were asked for, and those that their rows had before and after.</summary>
/// <param name="names">The names of the table.</param>
/// <param name="asked">The keys that were asked for.</param>
internal sealed class FollowedKeys(IEnumerable<TableName> names, KeyChoice asked) : IKeySearch
{
    private readonly HashSet<TableName> _names = new(names, TableName.IgnoreCase);
    private readonly Dictionary<LogTable, List<LogKey>?> _byTable = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<LogKey> _followed = [];

    // By the number of the column in the key; null where some values are not known.
    private readonly Dictionary<int, HashSet<LogKey>?> _columns = [];
    private readonly Dictionary<TableMap, (LogKeyReader? Reader, HashSet<ulong>? Hashes)> _maps = new(ReferenceEqualityComparer.Instance);
    private bool _isLost;

    /// <summary>The table at the place of the log that is read.</summary>
    public PastSchema? Schema { get; set; }

    public IReadOnlyList<LogKey>? KeysIn(LogTable table, TableMap? map)
    {
        // Rows of other tables take rows of this one along.
        if (_isLost || !_names.Contains(new TableName(table.Database, table.Name)))
            return null;
        if (map != null)
            return FirstsIn(map, table.AreNumbers[0]);
        // What a column was like is told by the first rows that come, whichever they are.
        if (Schema!.Present.AwaitsTableMap)
            return null;
        if (!_byTable.TryGetValue(table, out List<LogKey>? keys))
            _byTable.Add(table, keys = asked.KeysIn(table) is { } known ? [.. known, .. _followed] : null);
        return keys;
    }

    /// <summary>A row had, or has got, another key.</summary>
    /// <param name="map">The table.</param>
    /// <param name="layout">Layout of the image that has the key.</param>
    /// <param name="image">The image.</param>
    /// <param name="otherLayout">Layout of the other image.</param>
    /// <param name="other">The other image, which has what this one leaves out.</param>
    public void Follow(TableMap map, RowLayout layout, ReadOnlySpan<byte> image, RowLayout otherLayout, ReadOnlySpan<byte> other)
    {
        if (ReaderOf(map).Reader?.Read(layout, image, otherLayout, other) is not { } key)
        {
            _isLost = true;
            return;
        }

        if (!_followed.Add(key))
            return;
        int[] ordinals = asked.OrdinalsIn(map);
        for (int place = 0; place < ordinals.Length; place++)
            FollowColumn(place, LogKeyReader.OfColumn(map, ordinals[place])?.Read(layout, image, otherLayout, other));
        foreach (List<LogKey>? keys in _byTable.Values)
            keys?.Add(key);
        foreach ((_, HashSet<ulong>? hashes) in _maps.Values)
            hashes?.Add(key.Hash);
    }

    /// <summary>Whether a row may be one of those that are followed: most are told apart by the few bytes of their key.</summary>
    public bool MayConcern(TableMap map, in RowCursor row)
    {
        (LogKeyReader? reader, HashSet<ulong>? hashes) = ReaderOf(map);
        return reader == null || hashes == null || _isLost || row.IsPartial
            || (!row.Before.IsEmpty && MayConcern(reader.Read(row.BeforeLayout, row.Before, row.AfterLayout, default), hashes))
            || (!row.After.IsEmpty && MayConcern(reader.Read(row.AfterLayout, row.After, row.BeforeLayout, row.Before), hashes));
    }

    private void FollowColumn(int place, LogKey? value)
    {
        if (!_columns.TryGetValue(place, out HashSet<LogKey>? values))
            _columns.Add(place, values = []);
        if (value is { } known)
            values?.Add(known);
        else
            _columns[place] = null;
    }

    // The first column of rows that are looked for or followed.
    private List<LogKey>? FirstsIn(TableMap map, bool isNumber)
    {
        if (map.SchemaProblem != null || (map.SchemaDoubt != null && !Schema!.IsTable(map)) || map.Columns[0].TextForm != BytesAsText.None
            || asked.FirstsIn(map, isNumber, out int place) is not { } firsts)
            return null;
        return !_columns.TryGetValue(place, out HashSet<LogKey>? followed) ? [.. firsts]
            : followed == null ? null : [.. firsts, .. followed];
    }

    private static bool MayConcern(LogKey? key, HashSet<ulong> hashes) => key is not { } known || hashes.Contains(known.Hash);

    private (LogKeyReader? Reader, HashSet<ulong>? Hashes) ReaderOf(TableMap map)
    {
        if (_maps.TryGetValue(map, out (LogKeyReader? Reader, HashSet<ulong>? Hashes) known))
            return known;
        var reader = LogKeyReader.For(map, out _);
        var table = new LogTable(map.Database, map.Table, reader?.Columns) { AreNumbers = reader?.AreNumbers ?? [] };
        return _maps[map] = (reader, asked.KeysIn(table) is { } keys ? [.. keys.Concat(_followed).Select(k => k.Hash)] : null);
    }
}
