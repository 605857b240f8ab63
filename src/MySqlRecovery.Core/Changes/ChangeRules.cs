using System.Globalization;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Changes;

/// <summary>Whether the log holds enough of a row event's rows to undo them or to do them again.</summary>
internal static class ChangeRules
{
    /// <summary>Null where it can be done, else why it cannot.</summary>
    /// <param name="rows">The event.</param>
    /// <param name="map">Its table.</param>
    /// <param name="format">The format of its log.</param>
    /// <param name="reverse">Whether the rows are to be undone.</param>
    [MethodImpl(Jit.Hot)]
    public static string? FindObstacle(in RowsEvent rows, TableMap map, FormatDescriptionEvent format, bool reverse)
    {
        if (rows.Type == BinlogEventType.PartialUpdateRows)
            return "the log holds only the changed parts of JSON values (binlog_row_value_options=PARTIAL_JSON)";
        RowLayout before = map.LayoutFor(rows.Columns);
        if (before.Ordinals.Length == 0 && rows.Operation == RowOperation.Insert)
            return "rows of nothing but default values were inserted, of which the log holds neither values nor number (binlog_row_image "
                + "is not FULL)";
        if (!reverse)
            return rows.Operation == RowOperation.Insert || Identifies(before, map)
                ? null : "the log holds neither all columns nor the primary key of the changed rows";
        switch (rows.Operation)
        {
            case RowOperation.Delete:
                return before.LacksOnlyGenerated ? null : "the log holds only some columns of the deleted rows" + Lack(before, map, format);
            case RowOperation.Insert:
                return Identifies(before, map) ? null : "the log holds neither all columns nor the primary key of the inserted rows";
            default:
                RowLayout after = map.LayoutFor(rows.ColumnsAfter);
                if (!before.LacksOnlyGenerated && !IsSubset(after.Ordinals, before.Ordinals))
                    return "the log does not hold what the changed columns were before" + Lack(before, map, format);
                return Identifies(after, map) ? null : "the log holds neither all columns nor the primary key of the updated rows";
        }
    }

    /// <summary>Null where the rows of a transaction that ends so are to be undone or done again, else why they are not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static string? FindObstacle(TransactionEnd? end) => end switch
    {
        TransactionEnd.Rollback => "they were rolled back, and the log does not say which tables cannot roll back",
        TransactionEnd.Missing => "the log ends before their transaction does, and the server takes such a transaction back",
        _ => null,
    };

    /// <summary>Why the rows of an XA transaction that nothing decides are not taken.</summary>
    public const string UndecidedXa = "an XA transaction was prepared, and no XA COMMIT of it is among the chosen events";

    [MethodImpl(Jit.Hot)]
    private static bool Identifies(RowLayout layout, TableMap map) =>
        layout.LacksOnlyGenerated || (map.PrimaryKey.Length > 0 && IsSubset(map.PrimaryKey, layout.Ordinals));

    // From the log alone, columns that the server computes cannot be told from those that a setting leaves out.
    private static string Lack(RowLayout image, TableMap map, FormatDescriptionEvent format)
    {
        if (map.HasSchema || !format.IsMariaDb || !format.IsAtLeast(11, 0, 0))
            return " (binlog_row_image is not FULL)";
        string absent = string.Join(", ", map.Columns.Where((_, i) => image.IndexOf(i) < 0).Select(c => c.Name));
        return $", not {absent}: MariaDB leaves generated columns out, and -SchemaPath, -Server or -Connection tells which those are";
    }

    private static bool IsSubset(int[] part, int[] whole) => Array.TrueForAll(part, i => Array.IndexOf(whole, i) >= 0);
}

/// <summary>Collects what cannot be undone; row losses are counted per table and cause, not listed one by one.</summary>
internal sealed class ChangeObstacles
{
    /// <summary>More than this many single findings are counted only.</summary>
    private const int MaximumListed = 100;

    private readonly List<string> _listed = [];
    private readonly Dictionary<Loss, Tally> _rows = [];
    private readonly Dictionary<string, Tally> _statements = new(StringComparer.OrdinalIgnoreCase);
    private int _unlisted;
    private (int Log, uint ServerId) _writer = (-1, 0);

    public bool IsEmpty => _listed.Count == 0 && _rows.Count == 0 && _statements.Count == 0;

    /// <summary>Something at one place of the log, such as a statement.</summary>
    public void Add(string logFile, long position, string what)
    {
        if (_listed.Count < MaximumListed)
            _listed.Add(string.Create(CultureInfo.InvariantCulture, $"{logFile}:{position} {what}"));
        else
            _unlisted++;
    }

    /// <summary>Takes in whose log a row event is in: servers have no order among them.</summary>
    /// <param name="view">An event of the log.</param>
    /// <param name="position">Where the row event is.</param>
    [MethodImpl(Jit.Hot)]
    public void AddLog(in EventView view, long position)
    {
        if (view.LogIndex == _writer.Log)
            return;
        uint serverId = EventHeader.Parse(view.Format.Raw).ServerId;
        if (_writer.Log >= 0 && serverId != _writer.ServerId)
        {
            Add(view.LogFile, position, string.Create(
                CultureInfo.InvariantCulture,
                $"is of the server with id {serverId}, and the log before of that with id {_writer.ServerId}: changes of two servers have "
                    + $"no order among them"));
        }

        _writer = (view.LogIndex, serverId);
    }

    /// <summary>A statement that is one of many alike: the first of those with one key is named, the others are counted.</summary>
    public void AddStatement(string what, string key, string logFile, long position)
    {
        _statements[key] = _statements.TryGetValue(key, out Tally? known)
            ? known with { Count = known.Count + 1 }
            : new Tally(1, string.Create(CultureInfo.InvariantCulture, $"{logFile}:{position} {what}"));
    }

    /// <summary>What a statement means.</summary>
    [MethodImpl(Jit.Hot)]
    public void Add(in StatementEffect effect, in EventView view)
    {
        if (effect is { Obstacle: not null, ObstacleKey: { } key })
            AddStatement(effect.Obstacle, key, view.LogFile, view.Position);
        else if (effect.Obstacle != null)
            Add(view.LogFile, view.Position, effect.Obstacle);
    }

    /// <summary>What was started, and not ended as far as is known.</summary>
    public void AddOpen(StatementEffects effects)
    {
        foreach ((string logFile, long position, string what) in effects.OpenAlters)
            Add(logFile, position, what);
    }

    /// <summary>What a scan passed over since it was last looked at.</summary>
    [MethodImpl(Jit.Hot)]
    public void AddGaps(EventScan scan)
    {
        while (scan.Gaps.TryDequeue(out RecoveryException? gap))
            Add(Path.GetFileName(gap.Path ?? string.Empty), gap.Offset ?? 0, gap.Detail);
    }

    /// <summary>What a filter could not know.</summary>
    public void AddDoubts(FilterDoubts doubts)
    {
        foreach (string log in doubts.Logs)
            AddLine(log);
        foreach (FilterDoubts.Place place in doubts.Found)
            AddRows(place.Table.Database!, place.Table.Name, place.Rows, place.Cause, place.LogFile, place.Position);
    }

    /// <summary>What is not sure of the definition that a table's rows are read with.</summary>
    public void AddDoubt(TableMap map)
    {
        if ((map.SchemaDoubt ?? map.SchemaProblem) is { } doubt)
            AddTable(map.Database, map.Table, doubt);
    }

    /// <summary>Something about a table, wherever its rows are.</summary>
    public void AddTable(string database, string table, string what) => AddLine($"{database}.{table}: {what}");

    /// <summary>Something at no one place, once.</summary>
    public void AddLine(string line)
    {
        if (!_listed.Contains(line))
            _listed.Add(line);
    }

    /// <summary>Rows of a table that cannot be undone for one cause.</summary>
    public void AddRows(string database, string table, long rows, string cause, string logFile, long position)
    {
        var key = new Loss(new TableName(database, table), cause);
        _rows[key] = _rows.TryGetValue(key, out Tally? known)
            ? known with { Count = known.Count + rows }
            : new Tally(rows, string.Create(CultureInfo.InvariantCulture, $"{logFile}:{position}"));
    }

    public string[] ToReasons()
    {
        var reasons = new List<string>(_listed);
        if (_unlisted > 0)
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"and {_unlisted} more statements"));
        foreach ((long count, string first) in _statements.Values)
            reasons.Add(
                count == 1 ? first : string.Create(CultureInfo.InvariantCulture, $"{first} (and {count - 1} more such statements)"));
        foreach (((TableName table, string cause), (long rows, string first)) in _rows)
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{table}: {rows} rows from {first} on: {cause}"));
        return [.. reasons];
    }

    private sealed record Loss(TableName Table, string Cause);

    private sealed record Tally(long Count, string First);
}

/// <summary>Events that are neither statements nor row events that are read, and yet say that data changed.</summary>
internal static class UnreadChange
{
    /// <summary>What an undo has to say of an event of this type; null where the type changes nothing by itself.</summary>
    [MethodImpl(Jit.Hot)]
    public static string? Find(BinlogEventType type) => type switch
    {
        BinlogEventType.Incident => "the server reports that events were lost (INCIDENT)",
        _ when type.IsLoadData() => "changed rows by LOAD DATA as a statement, without row images",
        _ when type.IsUnreadRows() => "changed rows in the row format of a server before 5.1.18, which is not read",
        _ => null,
    };
}
