using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Scan;

/// <summary>
/// Sees rows that were not asked for, and that the foreign keys of chosen rows changed: MySQL 9.6 and later log them in
/// the same statement, before its own rows, and flag them as done without foreign key checks; where a table refers to itself, all are
/// in one event with that flag (seen on 9.7.4).
/// </summary>
/// <param name="doubts">Where they are noted.</param>
/// <param name="schema">Knows foreign keys, or null.</param>
/// <param name="piped">What came down a pipeline and alone is chosen; null for what passes the filter.</param>
internal sealed class LeftOutCascades(FilterDoubts doubts, ITableSchemaSource? schema, IEventSelection? piped = null)
{
    private readonly List<(TableMap Map, int Rows, long Position)> _leftOut = [];
    private readonly List<TableMap> _taken = [];
    private TableMap? _parent;
    private (int Log, long Position) _transaction = (-1, -1);

    /// <summary>Takes a row event in.</summary>
    /// <param name="scan">Stands on it.</param>
    /// <param name="isTaken">Whether it passed the filter.</param>
    public void Observe(EventScan scan, bool isTaken)
    {
        RowsEventFlags flags = RowsEvent.PeekFlags(scan.Reader.Body, scan.Reader.Format.TableIdLength);
        if (!flags.HasFlag(RowsEventFlags.UseSqlForeignKey))
            return;
        if (_transaction != (scan.LogIndex, scan.Transaction.Position))
            Clear();
        _transaction = (scan.LogIndex, scan.Transaction.Position);
        TableMap map = scan.Table!;
        isTaken = piped?.Includes(scan) ?? isTaken;
        bool isCascade = flags.HasFlag(RowsEventFlags.NoForeignKeyChecks);
        if (isTaken)
        {
            _taken.Add(map);
            _parent = isCascade ? _parent : map;
        }

        if (isCascade && CountLeftOut(scan, map, isTaken) is > 0 and int rows)
            _leftOut.Add((map, rows, scan.Reader.Position));

        if (!flags.HasFlag(RowsEventFlags.StatementEnd))
            return;
        // Without any foreign key checks in the session, nothing cascaded.
        if (!isCascade || IsChild(map, map))
            Note(scan.Reader.LogFile);
        Clear();
    }

    // Some rows of an event may be taken and others left.
    private int CountLeftOut(EventScan scan, TableMap map, bool isTaken)
    {
        if (isTaken && piped != null)
            return CountUnpiped(new RowCursor(scan.ParseRows(), map), piped);
        if (isTaken && scan.Rows.Chosen == null)
            return 0;
        return scan.Rows.Count(scan.ParseRows(), map) - (isTaken ? scan.Rows.Chosen!.Count : 0);
    }

    private static int CountUnpiped(RowCursor row, IEventSelection piped)
    {
        int count = 0;
        while (row.MoveNext())
            count += piped.Includes(row) ? 0 : 1;
        return count;
    }

    private void Note(string logFile)
    {
        foreach ((TableMap child, int rows, long position) in _leftOut)
        {
            if ((_parent ?? _taken.Find(taken => IsChild(child, taken))) is { } parent)
                doubts.Note(
                    child.Database, child.Table,
                    $"a foreign key {(parent == child ? "may have changed" : "changed")} them with rows of {parent.QualifiedName}, and the "
                        + "choice leaves them out", rows, logFile, position);
        }
    }

    private bool IsChild(TableMap map, TableMap parent) => schema != null
        && schema.FindCascades(parent, RowOperation.Delete).Concat(schema.FindCascades(parent, RowOperation.Update))
            .Any(c => string.Equals(c.Child, map.QualifiedName.ToString(), StringComparison.OrdinalIgnoreCase));

    private void Clear()
    {
        _leftOut.Clear();
        _taken.Clear();
        _parent = null;
    }
}
