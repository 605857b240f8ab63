using System.Globalization;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Changes;

/// <summary>
/// Looks for chosen changes that are to be done again, forward, and whose rows something that was left out made, moved to their
/// key, or took away before: their statements find no row then, or one that is in the way. Statements without row images that were
/// left out before them, and those that changed the tables' columns or emptied, swapped or dropped them, are named too.
/// </summary>
internal sealed class LeftOutChanges(IEventSelection selection)
{
    private const int MaximumListed = 100;

    // The last place at which a chosen change needs a row to be there, or not to be there.
    private readonly Dictionary<UInt128, long> _needed = [];
    private readonly Dictionary<UInt128, long> _unwanted = [];
    private readonly HashSet<UInt128> _spellings = [];
    private readonly List<string> _listed = [];

    // Tables without a key of which a chosen change needs a row: the last place, and whether images of such rows lack columns.
    private readonly Dictionary<TableName, (long Last, bool IsUnsure)> _keyless = [];

    // The tables of chosen changes, the one whose last change comes first at the end.
    private readonly Dictionary<TableName, (TableMap Map, long Last)> _tables = [];
    private List<(TableMap Map, long Last)> _ahead = [];
    private StatementEffects? _effects;
    private readonly HashSet<string> _mayLead = new(StringComparer.Ordinal);
    private long _place;
    private long _found;
    private bool _isFull;

    /// <summary>Reads logs with all changes of the tables in question twice; gives one line for each row found.</summary>
    /// <param name="open">Opens a scan at the start of the logs.</param>
    public string[] Find(Func<EventScan> open)
    {
        Read(open, Choose, (_, _) => { });
        _ahead = [.. _tables.Values.OrderByDescending(t => t.Last)];
        if (_ahead.Count > 0)
            Read(open, Compare, ObserveStatement);
        if (_found > _listed.Count)
            _listed.Add(string.Create(CultureInfo.InvariantCulture, $"and {_found - _listed.Count} more"));
        if (_isFull)
            _listed.Add(string.Create(CultureInfo.InvariantCulture, $"only the first {ChosenKeys.Maximum} rows were looked for"));
        if (selection.FindMissing(null) is { } missing)
            _listed.Add(missing);
        return [.. _listed];
    }

    private delegate void RowAction(EventScan scan, TableMap map, in RowCursor row, bool isChosen);

    private void Read(Func<EventScan> open, RowAction take, Action<EventScan, bool> takeStatement)
    {
        using EventScan scan = open();
        selection.Begin();
        for (_place = 0; scan.Read(); _place++)
        {
            if (!selection.IsInRange(scan))
                continue;
            bool mayBeChosen = selection.Includes(scan);
            if (!new EventView(scan).HasRows)
            {
                takeStatement(scan, mayBeChosen);
                continue;
            }

            try
            {
                var row = new RowCursor(scan.ParseRows(), scan.Table!);
                while (row.MoveNext())
                    take(scan, scan.Table!, row, mayBeChosen && selection.Includes(row));
            }
            catch (Exception e) when (MalformedData.Is(e))
            {
                throw new EventView(scan).Malformed(e);
            }
        }
    }

    private void Choose(EventScan scan, TableMap map, in RowCursor row, bool isChosen)
    {
        if (!isChosen)
            return;
        _tables[map.QualifiedName] = (map, _place);
        _isFull |= _needed.Count + _unwanted.Count >= ChosenKeys.Maximum;
        if (_isFull)
            return;
        if (map.PrimaryKey.Length == 0 && !row.Before.IsEmpty)
            _keyless[map.QualifiedName] = (_place, _keyless.GetValueOrDefault(map.QualifiedName).IsUnsure
                || RowKey.IsUnsure(map, row.BeforeLayout, row.Before));
        if (RowKey.NameOf(map, row.BeforeLayout, row.Before) is { } before)
            Take(_needed, before, map, row.BeforeLayout, row.Before);
        else if (map.PrimaryKey.Length > 0 && RowKey.NameOf(map, row.AfterLayout, row.After) is { } after)
            Take(_unwanted, after, map, row.AfterLayout, row.After);
    }

    private void Take(Dictionary<UInt128, long> keys, UInt128 name, TableMap map, RowLayout layout, ReadOnlySpan<byte> image)
    {
        keys[name] = _place;
        if (RowKey.JoinsMuch(map))
            _spellings.Add(RowKey.SpellingOf(map, layout, image));
    }

    private void Compare(EventScan scan, TableMap map, in RowCursor row, bool isChosen)
    {
        if (isChosen)
            return;
        if (_keyless.TryGetValue(map.QualifiedName, out (long Last, bool IsUnsure) keyless) && keyless.Last > _place && !row.After.IsEmpty
            && (keyless.IsUnsure || RowKey.IsUnsure(map, row.AfterLayout, row.After)) && _keyless.Remove(map.QualifiedName))
            Add($"{LaterChanges.RowText(scan, map, row)} may have been made by what is left out, and changed by what is chosen: "
                + RowKey.DoubtOfParts(map));
        bool joins = RowKey.JoinsMuch(map);
        UInt128? before = RowKey.NameOf(map, row.BeforeLayout, row.Before), after = RowKey.NameOf(map, row.AfterLayout, row.After);
        if (before == after && !(joins && before != null && IsSpeltAnew(map, row)))
            return;
        bool made = after is { } new1 && _needed.TryGetValue(new1, out long needed) && needed > _place;
        bool freed = before is { } old && _unwanted.TryGetValue(old, out long unwanted) && unwanted > _place;
        if (!made && !freed)
            return;
        bool isSure = !joins || (made && _spellings.Contains(RowKey.SpellingOf(map, row.AfterLayout, row.After)))
            || (freed && _spellings.Contains(RowKey.SpellingOf(map, row.BeforeLayout, row.Before)));
        Add($"{LaterChanges.RowText(scan, map, row)} {(isSure ? "was" : "may have been")} {(made ? "made" : "taken away")} by what is "
            + $"left out, and changed by what is chosen{(isSure ? string.Empty : $": {RowKey.DoubtOf(map)}")}");
    }

    private static bool IsSpeltAnew(TableMap map, in RowCursor row) =>
        RowKey.SpellingOf(map, row.BeforeLayout, row.Before) != RowKey.SpellingOf(map, row.AfterLayout, row.After);

    // Which rows it changed, no log says: it matters to whatever of its tables is chosen and comes later.
    private void ObserveStatement(EventScan scan, bool isChosen)
    {
        if (isChosen)
            return;
        while (_ahead.Count > 0 && _ahead[^1].Last < _place)
        {
            _ahead.RemoveAt(_ahead.Count - 1);
            _effects = null;
        }

        if (_ahead.Count == 0)
            return;
        TableMap[] maps = [.. _ahead.Select(t => t.Map)];
        _effects ??= new StatementEffects(
            reverse: true, TableFilter.Only(maps.Select(m => m.QualifiedName)), namesNewTables: false, scan.Schema, movesBytes: false);
        var view = new EventView(scan);
        StatementEffect effect = _effects.Observe(view, maps);
        bool matters = effect is { Obstacle: not null, DecidedXaId: null } && (!effect.IsDefinition || effect.LostTables.Length > 0);
        if (matters && (effect.ObstacleKey is not { } key || _mayLead.Add(key)))
            Add($"{effect.Obstacle} at {LaterChanges.PlaceText(view)}");
    }

    private void Add(string line)
    {
        _found++;
        if (_listed.Count < MaximumListed)
            _listed.Add(line);
    }
}
