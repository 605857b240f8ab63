using System.Globalization;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;

namespace MySqlRecovery.Changes;

/// <summary>
/// Looks for chosen changes that are to be done again, forward, and whose rows something that was left out made, moved to their
/// key, or took away before: their statements find no row then, or one that is in the way.
/// </summary>
internal sealed class LeftOutChanges(IEventSelection selection)
{
    private const int MaximumRows = 1 << 20;
    private const int MaximumListed = 100;

    // The last place at which a chosen change needs a row to be there, or not to be there.
    private readonly Dictionary<UInt128, long> _needed = [];
    private readonly Dictionary<UInt128, long> _unwanted = [];
    private readonly List<string> _listed = [];
    private long _place;
    private long _found;
    private bool _isFull;

    /// <summary>Reads logs with all changes of the tables in question twice; gives one line for each row found.</summary>
    /// <param name="open">Opens a scan at the start of the logs.</param>
    public string[] Find(Func<EventScan> open)
    {
        Read(open, Choose);
        if (_needed.Count + _unwanted.Count > 0)
            Read(open, Compare);
        if (_found > _listed.Count)
            _listed.Add(string.Create(CultureInfo.InvariantCulture, $"and {_found - _listed.Count} more rows"));
        if (_isFull)
            _listed.Add(string.Create(CultureInfo.InvariantCulture, $"only the first {MaximumRows} rows were looked for"));
        if (selection.FindMissing(null) is { } missing)
            _listed.Add(missing);
        return [.. _listed];
    }

    private delegate void RowAction(EventScan scan, TableMap map, in RowCursor row, bool isChosen);

    private void Read(Func<EventScan> open, RowAction take)
    {
        using EventScan scan = open();
        selection.Begin();
        for (_place = 0; scan.Read(); _place++)
        {
            if (!new EventView(scan).HasRows || !selection.IsInRange(scan))
                continue;
            bool mayBeChosen = selection.Includes(scan);
            try
            {
                var row = new RowCursor(scan.ParseRows(), scan.Table!);
                while (row.MoveNext())
                    take(scan, scan.Table!, row, mayBeChosen && selection.Includes(row));
            }
            catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
            {
                throw new EventView(scan).Malformed(e);
            }
        }
    }

    private void Choose(EventScan scan, TableMap map, in RowCursor row, bool isChosen)
    {
        if (!isChosen)
            return;
        _isFull |= _needed.Count + _unwanted.Count >= MaximumRows;
        if (_isFull)
            return;
        if (RowKey.NameOf(map, row.BeforeLayout, row.Before) is { } before)
            _needed[before] = _place;
        else if (map.PrimaryKey.Length > 0 && RowKey.NameOf(map, row.AfterLayout, row.After) is { } after)
            _unwanted[after] = _place;
    }

    private void Compare(EventScan scan, TableMap map, in RowCursor row, bool isChosen)
    {
        if (isChosen)
            return;
        UInt128? before = RowKey.NameOf(map, row.BeforeLayout, row.Before), after = RowKey.NameOf(map, row.AfterLayout, row.After);
        if (before == after)
            return;
        bool made = after is { } new1 && _needed.TryGetValue(new1, out long needed) && needed > _place;
        bool freed = before is { } old && _unwanted.TryGetValue(old, out long unwanted) && unwanted > _place;
        if (!made && !freed)
            return;
        _found++;
        if (_listed.Count < MaximumListed)
            _listed.Add($"{LaterChanges.RowText(scan, map, row)} was {(made ? "made" : "taken away")} by what is left out, and changed by "
                + "what is chosen");
    }
}
