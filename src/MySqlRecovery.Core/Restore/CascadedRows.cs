using System.Globalization;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Text;

namespace MySqlRecovery.Restore;

/// <summary>A row that a foreign key took along with a deleted one, as the logs had it last.</summary>
/// <param name="Map">Its table, as the log described it.</param>
/// <param name="Image">All of its columns.</param>
internal readonly record struct CascadedRow(TableMap Map, byte[] Image);

/// <summary>
/// Rows that ON DELETE CASCADE took along with rows that are to come back, where the log does not have them: those whose last image
/// stands in the logs. One reading a level of foreign keys; memory is by such rows.
/// </summary>
internal sealed class CascadedRows
{
    private readonly RestoreTables _tables;
    private readonly Func<EventFilter, EventScan>? _open;
    private readonly List<string> _reasons = [];
    private readonly Dictionary<int, List<CascadedRow>> _byEvent = [];
    private readonly HashSet<UInt128> _seen = [];

    private CascadedRows(RestoreTables tables, Func<EventFilter, EventScan>? open) => (_tables, _open) = (tables, open);

    /// <summary>What is to be said of such rows, one line each.</summary>
    public IReadOnlyList<string> Reasons => _reasons;

    /// <summary>The table maps of the rows.</summary>
    public List<TableMap> Maps { get; } = [];

    /// <summary>The rows that went with the rows of an event.</summary>
    public IReadOnlyList<CascadedRow> Of(int item) => _byEvent.GetValueOrDefault(item) ?? [];

    /// <summary>Looks for them.</summary>
    /// <param name="index">What is to be undone.</param>
    /// <param name="tables">The tables of the server.</param>
    /// <param name="where">The row test that is still to be made, or null.</param>
    /// <param name="open">Opens a reading of all logs; null where there are none.</param>
    /// <param name="brings">Whether they are to be brought back; else they are counted.</param>
    /// <param name="stop">Cancels.</param>
    public static CascadedRows Find(
        ChangeIndex index, RestoreTables tables, RowPredicate? where, Func<EventFilter, EventScan>? open, bool brings,
        CancellationToken stop)
    {
        var found = new CascadedRows(tables, open);
        List<DeletedParent> parents = [.. DeletedParent.Find(index, tables, where, stop)];
        foreach (IGrouping<TableName, DeletedParent> table in parents.GroupBy(p => p.Table))
            found.FindOf(table.Key, [.. table], brings);
        if (!brings)
            found.Forget();
        return found;
    }

    private void FindOf(TableName root, DeletedParent[] parents, bool brings)
    {
        List<DeletedParent> level = [.. parents];
        var roots = new CascadeRoots(root, parents);
        while (level.Count > 0)
        {
            Reference[] keys = [.. level.SelectMany(p => p.Values.Keys).Distinct()];
            if (_open == null)
            {
                Say(root, keys, "are looked for in logs: give -LogPath", brings);
                return;
            }

            using var reading = new CascadeReading(_tables, roots, level, keys);
            using (EventScan scan = _open(reading.Filter))
                reading.Read(scan);
            foreach (string reason in reading.Reasons)
                _reasons.Add($"{root}: {reason}");
            level = Take(root, reading, brings);
        }
    }

    private List<DeletedParent> Take(TableName root, CascadeReading reading, bool brings)
    {
        var next = new List<DeletedParent>();
        foreach (IGrouping<Reference, CascadeReading.Child> children in reading.Taken().GroupBy(c => c.Key))
        {
            long whole = 0, partial = 0;
            foreach (CascadeReading.Child child in children)
            {
                RestoreTable table = _tables.Find(child.Map);
                StoredRow? row = child.Image == null ? null : reading.Load(child);
                if (row == null || table.Problem != null)
                {
                    partial++;
                    continue;
                }

                if (!_seen.Add(row.Hash(table.Key)))
                    continue;
                whole++;
                if (!Maps.Contains(child.Map))
                    Maps.Add(child.Map);
                if (!_byEvent.TryGetValue(child.Root.Item, out List<CascadedRow>? rows))
                    _byEvent.Add(child.Root.Item, rows = []);
                rows.Add(new CascadedRow(child.Map, row.Image!));
                if (DeletedParent.Of(row, table, child.Root) is { } parent)
                    next.Add(parent);
            }

            Say(root, children.Key, whole, partial, brings);
        }

        foreach (Reference key in reading.Keys.Where(k => !reading.Taken().Any(c => c.Key == k)))
            Say(root, key, 0, 0, brings);
        return next;
    }

    private void Say(TableName root, Reference key, long whole, long partial, bool brings)
    {
        string taken = $"rows of {key.Child}, which the foreign key {key.Name} took along (ON DELETE CASCADE)";
        if (whole > 0 && !brings)
            Say($"{whole} {taken}, stand in the logs: -Cascade brings them back");
        if (partial > 0)
            Say($"{partial} {taken}, are not whole in the logs");
        Say($"{(whole + partial > 0 ? "other " : string.Empty)}{taken}, are in none of the logs given, if there were such");

        void Say(string what) => _reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{root}: {what}"));
    }

    private void Say(TableName root, Reference[] keys, string what, bool brings)
    {
        if (brings)
            _reasons.Add($"{root}: rows of {string.Join(", ", keys.Select(k => k.Child).Distinct())} that foreign keys took along {what}");
    }

    private void Forget()
    {
        _byEvent.Clear();
        Maps.Clear();
    }
}
