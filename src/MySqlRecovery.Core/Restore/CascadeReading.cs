using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.Restore;

/// <summary>The deletions that began cascades, in one table.</summary>
internal sealed class CascadeRoots(TableName table, IEnumerable<DeletedParent> parents)
{
    private readonly ILookup<UInt128, CascadeRoot> _byKey = parents.Select(p => p.Root).ToLookup(r => r.Key);

    public TableName Table => table;

    public void Begin()
    {
        foreach (CascadeRoot root in _byKey.SelectMany(r => r))
            root.IsPast = false;
    }

    /// <summary>The deletion that a row of an event is; null for another.</summary>
    public CascadeRoot? Find(UInt128 key, string logFile, long transaction) =>
        _byKey[key].FirstOrDefault(r => !r.IsPast && r.LogFile == logFile && r.Transaction == transaction);
}

/// <summary>
/// Follows the rows of the logs that refer to deleted ones, up to the deletion: those that are there then went with it.
/// </summary>
internal sealed class CascadeReading : IDisposable
{
    private readonly RestoreTables _tables;
    private readonly CascadeRoots _roots;
    private readonly Dictionary<UInt128, CascadeRoot> _parents = [];
    private readonly Dictionary<UInt128, Child> _children = [];
    private readonly SortedSet<string> _reasons = new(StringComparer.Ordinal);
    private readonly SpoolFile _images = SpoolFile.Create();
    private readonly TextBuffer _scratch = new();

    /// <param name="tables">The tables of the server.</param>
    /// <param name="roots">The deletions.</param>
    /// <param name="parents">What went with them, the deleted rows themselves on the first level.</param>
    /// <param name="keys">The foreign keys that refer to these.</param>
    public CascadeReading(RestoreTables tables, CascadeRoots roots, List<DeletedParent> parents, Reference[] keys)
    {
        (_tables, _roots, Keys) = (tables, roots, keys);
        foreach (DeletedParent parent in parents)
        {
            foreach (UInt128 value in parent.Values.Values)
                _parents.TryAdd(value, parent.Root);
        }

        Filter = new EventFilter
        {
            Tables = TableFilter.Only([roots.Table, .. keys.SelectMany(k => new[] { k.Child, k.Parent }).Distinct()]),
            WithStatements = true,
        };
    }

    public Reference[] Keys { get; }

    /// <summary>What the reading takes.</summary>
    public EventFilter Filter { get; }

    /// <summary>What could not be followed.</summary>
    public IEnumerable<string> Reasons => _reasons;

    public void Read(EventScan scan)
    {
        _roots.Begin();
        while (TryRead(scan))
        {
            var view = new EventView(scan);
            if (!view.HasRows)
                ObserveStatement(view);
            else if (view.End is null or TransactionEnd.Commit or TransactionEnd.Unknown or TransactionEnd.Prepare)
                Take(view, view.Table!);
        }
    }

    /// <summary>The rows that went.</summary>
    public IEnumerable<Child> Taken() => _children.Values.Where(c => c.Root.IsPast);

    /// <summary>All columns of a row.</summary>
    public StoredRow Load(Child child)
    {
        var image = new byte[child.Image!.Value.Length];
        _images.Read(child.Image.Value.Offset, image);
        return StoredRow.OfImage(child.Map, image, _scratch);
    }

    public void Dispose()
    {
        _images.Dispose();
        _scratch.Dispose();
    }

    // What is damaged is passed over; rows that it hides are among those that no log has.
    private bool TryRead(EventScan scan)
    {
        while (true)
        {
            try
            {
                return scan.Read();
            }
            catch (RecoveryException e)
            {
                _reasons.Add($"not looked for after this: {e.Message}");
            }
        }
    }

    private void Take(in EventView view, TableMap map)
    {
        RestoreTable table = _tables.Find(map);
        if (table.Key.Length == 0 || table.Problem != null)
        {
            if (Array.Exists(Keys, k => k.Child == table.Name))
                _reasons.Add($"rows of {table.Name} cannot be followed: {table.Problem ?? "the table has no key"}");
            return;
        }

        try
        {
            RowsEvent rows = view.Rows;
            var row = new RowCursor(rows, map);
            while (row.MoveNext())
            {
                if (Array.Exists(Keys, k => k.Child == table.Name))
                    Follow(table, map, row);
                if (rows.Operation == RowOperation.Delete && rows.CascadesUnlogged && RowKey.IsIn(row.BeforeLayout, map.PrimaryKey))
                    End(view, table, Widen(map, row.BeforeLayout, row.Before, []));
            }
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            _reasons.Add($"not looked for in this: {view.Malformed(e).Message}");
        }
    }

    private void Follow(RestoreTable table, TableMap map, in RowCursor row)
    {
        byte[] last = [];
        if (!row.Before.IsEmpty && RowKey.IsIn(row.BeforeLayout, map.PrimaryKey))
        {
            StoredRow before = Widen(map, row.BeforeLayout, row.Before, []);
            if (row.BeforeLayout.LacksOnlyGenerated)
                last = before.Image!;
            if (_children.TryGetValue(before.Hash(table.Key), out Child? known) && !known.Root.IsPast)
            {
                if (last.Length == 0 && known.Image != null && known.Map == map)
                    last = Load(known).Image!;
                _children.Remove(before.Hash(table.Key));
            }
        }

        if (row.After.IsEmpty)
            return;
        bool isWhole = !row.IsPartial && (row.AfterLayout.LacksOnlyGenerated || last.Length > 0);
        StoredRow after = Widen(map, row.AfterLayout, row.IsPartial ? row.Before : row.After, last);
        foreach (Reference key in Keys.Where(k => k.Child == table.Name))
        {
            int[] columns = Array.ConvertAll(key.ChildColumns, table.Find);
            if (Array.Exists(columns, c => c < 0 || after.Values[c] == null))
                continue;
            UInt128 value = DeletedParent.HashOf(key, columns.Select(c => after.Values[c]));
            if (!_parents.TryGetValue(value, out CascadeRoot? root) || root.IsPast)
                continue;
            (long, int)? image = null;
            if (isWhole)
            {
                image = (_images.Length, after.Image!.Length);
                _images.Append(after.Image);
            }

            _children[after.Hash(table.Key)] = new Child(key, root, map, image);
            return;
        }
    }

    /// <summary>A deletion of a row that others refer to: one of those that are undone, or an earlier one.</summary>
    private void End(in EventView view, RestoreTable table, StoredRow row)
    {
        if (table.Name == _roots.Table && _roots.Find(row.Hash(table.Key), view.LogFile, view.TransactionPosition) is { } root)
        {
            root.IsPast = true;
            return;
        }

        if (DeletedParent.Of(row, table, new CascadeRoot(0, string.Empty, 0, default)) is not { } parent)
            return;
        foreach ((Reference key, UInt128 value) in parent.Values)
        {
            if (!_parents.TryGetValue(value, out CascadeRoot? later) || later.IsPast)
                continue;
            var gone = _children.Where(c => c.Value.Root == later && c.Value.Key == key && ValueOf(c.Value) == value).ToList();
            gone.ForEach(c => _children.Remove(c.Key));
        }
    }

    private UInt128? ValueOf(Child child)
    {
        if (child.Image == null)
            return null;
        StoredRow row = Load(child);
        RestoreTable table = _tables.Find(child.Map);
        return DeletedParent.HashOf(child.Key, child.Key.ChildColumns.Select(c => row.Values[table.Find(c)]));
    }

    // A table that was emptied or dropped had no rows to take any more.
    private void ObserveStatement(in EventView view)
    {
        if (!view.TryGetStatement(out string text, out string database, out SqlModes modes))
            return;
        SchemaChange change = new SchemaCatalog().Apply(LoggedStatement.Read(text, modes), database);
        if (change.Kind is SchemaChangeKind.None || (change.Kind == SchemaChangeKind.Alter && !change.MovesRows)
            || (change.Kind == SchemaChangeKind.Other && change.DroppedDatabase == null))
            return;
        foreach ((UInt128 key, Child child) in _children.ToList())
        {
            TableName table = child.Map.QualifiedName;
            bool isConcerned = string.Equals(change.DroppedDatabase, table.Database, StringComparison.OrdinalIgnoreCase)
                || change.Tables.Any(t => TableName.IgnoreCase.Equals(t with { Database = t.Database ?? database }, table));
            if (isConcerned && !child.Root.IsPast)
                _children.Remove(key);
        }
    }

    private StoredRow Widen(TableMap map, RowLayout layout, ReadOnlySpan<byte> image, ReadOnlySpan<byte> rest) =>
        StoredRow.OfImage(map, layout.IsFull ? image.ToArray() : WidenedImages.Widen(map.Layout, layout, image, rest), _scratch);

    /// <summary>A row that refers to one that is going to be deleted.</summary>
    /// <param name="Key">The foreign key.</param>
    /// <param name="Root">The deletion.</param>
    /// <param name="Map">Its table.</param>
    /// <param name="Image">Where its last image is; null where the logs do not have all of it.</param>
    internal sealed record Child(Reference Key, CascadeRoot Root, TableMap Map, (long Offset, int Length)? Image);
}
