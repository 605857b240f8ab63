using System.Globalization;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Text;

namespace MySqlRecovery.Changes;

/// <summary>
/// The events and rows that came down a pipeline, to tell them from all others in the logs that they are from. Logs are known by
/// their names.
/// </summary>
internal sealed class PipedSelection : IEventSelection
{
    // Numbers of the rows by event; null for all rows.
    private readonly Dictionary<(string LogFile, long Position, long PayloadOffset), HashSet<int>?> _events = [];
    private readonly Dictionary<(string LogFile, long Position, long PayloadOffset), TableName> _unmet = [];
    private HashSet<int>? _rows;
    private bool _isBegun;

    /// <inheritdoc/>
    public bool IsPartial => true;

    /// <inheritdoc/>
    public bool LeavesTablesOut => true;

    /// <inheritdoc/>
    public bool LeavesOut => true;

    /// <inheritdoc/>
    public bool IsPiped => true;

    /// <summary>Adds an event.</summary>
    /// <param name="view">The event.</param>
    /// <param name="rows">Numbers of those of its rows that are meant; null for all.</param>
    public void Add(in EventView view, IEnumerable<int>? rows)
    {
        (string, long, long) place = (view.LogFile, view.Position, view.PayloadOffset);
        if (view.Table is { } map)
            _unmet[place] = map.QualifiedName;
        if (rows == null)
            _events[place] = null;
        else if (!_events.TryGetValue(place, out HashSet<int>? known))
            _events.Add(place, [.. rows]);
        else
            known?.UnionWith(rows);
    }

    /// <inheritdoc/>
    public void Begin() => _isBegun = false;

    /// <inheritdoc/>
    public bool Includes(EventScan scan)
    {
        (string, long, long) place = (scan.Reader.LogFile, scan.Reader.Position, scan.Reader.PayloadOffset);
        if (!_events.TryGetValue(place, out _rows))
            return false;
        _unmet.Remove(place);
        return _isBegun = true;
    }

    /// <inheritdoc/>
    public bool Includes(in RowCursor row) => _rows?.Contains(row.Index) != false;

    /// <inheritdoc/>
    public bool IsInRange(EventScan scan) => _isBegun || Includes(scan);

    /// <inheritdoc/>
    public string? FindMissing(TableFilter? tables)
    {
        int missing = _unmet.Values.Count(t => tables?.IsMatch(t.Database!, t.Name) != false);
        return missing == 0 ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"{missing} events of the pipeline are not in the logs given beside it: what came after them was not looked for");
    }
}
