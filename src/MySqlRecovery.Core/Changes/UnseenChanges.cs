using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;

namespace MySqlRecovery.Changes;

/// <summary>What changed rows or tables without row images, and so is among no rows that are listed or counted.</summary>
/// <param name="tables">The tables asked for, or null.</param>
internal sealed class UnseenChanges(TableFilter? tables)
{
    private readonly ChangeObstacles _found = new();
    private readonly StatementEffects _effects = new(reverse: false, tables, namesNewTables: false);

    /// <summary>Takes an event without rows in.</summary>
    [MethodImpl(Jit.Hot)]
    public void Add(in EventView view) => _found.Add(_effects.Observe(view, []), view);

    /// <summary>Takes in how many rows of an event were counted: there may be some of which the log has no value.</summary>
    public void AddRows(in EventView view, TableMap map, in RowsEvent rows, int count)
    {
        if (count == 0 && rows.Operation == RowOperation.Insert && rows.Rows.IsEmpty)
            _found.Add(view.LogFile, view.Position, $"inserted rows of nothing but default values into {map.Database}.{map.Table}");
    }

    /// <summary>All of it, a line each, once nothing more comes.</summary>
    public string[] Complete()
    {
        _found.AddOpen(_effects);
        return _found.ToReasons();
    }
}
