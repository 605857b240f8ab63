using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Text;

namespace MySqlRecovery.Changes;

/// <summary>
/// Looks for rows that others deleted and that may have taken rows along to which those of the undo refer: before MySQL 9.6 and in
/// MariaDB no log tells which went.
/// </summary>
internal sealed class FarCascades(ITableSchemaSource schema)
{
    private readonly Dictionary<TableName, TableReference> _takers = new(TableName.IgnoreCase);
    private readonly HashSet<TableName> _found = new(TableName.IgnoreCase);
    private readonly List<string> _lines = [];

    /// <summary>The first such row of each table.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Takes in to which tables rows of the undo refer; gives those that may take rows of them along.</summary>
    public IEnumerable<TableName> Follow(IEnumerable<TableName> parents)
    {
        var open = new Queue<TableName>(parents);
        while (open.TryDequeue(out TableName? parent))
        {
            schema.Include(parent);
            foreach (TableReference reference in schema.FindReferences(parent).Where(r => r.IsOfChild(parent) && r.TakesChildren))
            {
                if (_takers.TryAdd(reference.Parent, reference))
                    open.Enqueue(reference.Parent);
            }
        }

        return _takers.Keys;
    }

    /// <summary>Takes in a row that others changed.</summary>
    public void Observe(EventScan scan, TableMap map, in RowCursor row)
    {
        if (row.After.IsEmpty && _takers.TryGetValue(map.QualifiedName, out TableReference? reference)
            && scan.ParseRows().CascadesUnlogged && _found.Add(map.QualifiedName))
            _lines.Add($"{LaterChanges.RowText(scan, map, row)} may have taken rows of {reference.Child} along (foreign key "
                + $"{reference.Name}), to which rows refer that are undone");
    }
}
