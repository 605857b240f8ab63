using System.Collections.Specialized;
using System.Globalization;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Changes;

/// <summary>
/// Looks for rows that were chosen to be undone and that something else, which is not, changed later: the undo puts its
/// old values over theirs. Rows are known by their key, or, where the log names none, by all they hold. Statements that were
/// not chosen count, too: what they changed is named, and what they put out of reach is lost.
/// </summary>
/// <param name="selection">What was chosen.</param>
/// <param name="columns">The only columns that the undo sets; empty for all.</param>
/// <param name="tables">The tables of the undo, or null for all.</param>
/// <param name="movesBytes">Whether rows are undone as bytes, in a binlog.</param>
/// <param name="renames">Under which names tables are written; null where rows are not written to renamed tables.</param>
internal sealed class LaterChanges(
    IEventSelection selection, string[] columns, TableFilter? tables = null, bool movesBytes = true, TableRenames? renames = null)
{
    /// <summary>More rows than this are not looked for: their keys would take more than 100 MB.</summary>
    private const int MaximumRows = 1 << 20;
    private const int MaximumListed = 100;

    private readonly HashSet<UInt128> _chosen = [];
    private readonly List<string> _listed = [];
    private readonly List<string> _unread = [];
    private readonly List<TableMap> _maps = [];
    private readonly HashSet<TableMap> _mapsSeen = new(ReferenceEqualityComparer.Instance);
    private readonly List<LaterLoss> _losses = [];
    private readonly Dictionary<string, int> _logs = new(StringComparer.Ordinal);
    private readonly List<XaDecision> _decisions = [];
    private readonly StatementEffects _effects = new(
        reverse: true, tables, namesNewTables: false, movesBytes: movesBytes, findsColumnsByName: !movesBytes, renames: renames);
    private readonly Dictionary<TableName, LaterLoss> _mixed = [];
    private long _found;
    private bool _isFull;

    /// <summary>What was found to be out of reach.</summary>
    public IReadOnlyList<LaterLoss> Losses => [.. _losses, .. _mixed.Values];

    /// <summary>Takes in which rows the undo is to leave as they are; null: it takes them all.</summary>
    public LeftOutRows? LeftOut { get; init; }

    /// <summary>What decided prepared XA transactions, if that counts.</summary>
    public IReadOnlyList<XaDecision> Decisions => _decisions;

    /// <summary>The logs that were read, numbered in their order.</summary>
    public IReadOnlyDictionary<string, int> Logs => _logs;

    /// <summary>Reads logs with all changes of the tables in question; gives one line for each row found, and for what it could
    /// not read.</summary>
    public string[] Find(EventScan scan)
    {
        selection.Begin();
        while (TryRead(scan))
        {
            var view = new EventView(scan);
            _logs.TryAdd(view.LogFile, _logs.Count);
            if (!view.HasRows)
            {
                if (_maps.Count > 0)
                    ObserveStatement(view, selection.Includes(scan));
                continue;
            }

            bool mayBeChosen = selection.Includes(scan);
            if (mayBeChosen || _chosen.Count > 0)
                Observe(scan, scan.Table!, mayBeChosen);
        }

        if (_found > _listed.Count)
            _listed.Add(string.Create(CultureInfo.InvariantCulture, $"and {_found - _listed.Count} more rows"));
        if (_isFull)
            _listed.Add(string.Create(CultureInfo.InvariantCulture, $"only the first {MaximumRows} rows were looked for"));
        if (selection.FindMissing(tables) is { } missing)
            _unread.Add(missing);
        foreach (RecoveryException gap in scan.Gaps)
            NoteUnread($"not looked for in this gap: {gap.Message}");
        if (_unread.Count > 0)
            LeftOut?.Doubt(_unread[0]);
        return [.. _listed, .. _unread];
    }

    // Damage after what was chosen is no reason not to undo it. The next log goes on.
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
                NoteUnread($"not looked for after this: {e.Message}");
            }
        }
    }

    private void Observe(EventScan scan, TableMap map, bool mayBeChosen)
    {
        bool isOfAnother = _effects.Followed.IsLeft(map.QualifiedName);
        TableMap followed = _effects.Followed.AsFollowed(map);
        try
        {
            var row = new RowCursor(scan.ParseRows(), map);
            while (row.MoveNext())
            {
                if (isOfAnother)
                {
                    NoteMixed(scan, map, mayBeChosen && selection.Includes(row));
                    continue;
                }

                if (mayBeChosen && selection.Includes(row))
                {
                    Choose(map, followed, row);
                    LeftOut?.Choose(map, row);
                    continue;
                }

                if (LeftOut != null && Concerns(map, row) && LeftOut.Observe(map, row))
                    LeftOut.Report(ToChange(scan, map, row));
                if (FindChosen(followed, row) is { } key && Concerns(map, row) && _chosen.Remove(key))
                    Report(scan, map, row);
            }
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            NoteUnread($"not looked for in this: {new EventView(scan).Malformed(e).Message}");
        }
    }

    // Chosen rows are of two tables that had one name, and would be written to one: neither can be.
    private void NoteMixed(EventScan scan, TableMap map, bool isChosen)
    {
        if (isChosen)
            _mixed[map.QualifiedName] = new LaterLoss(
                map.Database, map.Table, _effects.Followed.ObstacleOf(map)!, scan.Reader.LogFile, scan.Reader.Position);
    }

    private void ObserveStatement(in EventView view, bool isChosen)
    {
        StatementEffect effect = _effects.Observe(view, _maps);
        foreach (LostTable lost in effect.LostTables.Where(l => !isChosen || l.IsFollowed))
            _losses.Add(new LaterLoss(lost.Map.Database, lost.Map.Table, lost.Cause, view.LogFile, view.Position));
        if (isChosen)
            return;
        if (effect.DecidedXaId is { } id && selection.TakesDecisions)
            _decisions.Add(new XaDecision(id, effect.IsXaRollback, view.LogFile, view.Position));
        if (effect.Obstacle != null && !effect.IsDefinition && effect.DecidedXaId == null)
            LeftOut?.Doubt($"{effect.Obstacle} at {PlaceText(view)}");
        if (effect.Obstacle == null || effect.ObstacleKey != null || effect.DecidedXaId != null)
            return;
        if (!effect.IsDefinition)
            AddLine($"{effect.Obstacle} at {PlaceText(view)}");
    }

    private static string PlaceText(in EventView view) =>
        $"{view.LogFile}:{view.Position.ToString(CultureInfo.InvariantCulture)}{ThreadText(view.ThreadId)}";

    private void NoteUnread(string what)
    {
        if (_unread.Count < MaximumListed)
            _unread.Add(what);
    }

    private void Choose(TableMap original, TableMap map, in RowCursor row)
    {
        if (_mapsSeen.Add(original))
            _maps.Add(original);
        if (_chosen.Count >= MaximumRows)
        {
            _isFull = true;
            return;
        }

        if (map.PrimaryKey.Length == 0)
        {
            if (!row.After.IsEmpty)
                _chosen.Add(RowKey.OfRow(map, row.After));
            return;
        }

        if (!row.Before.IsEmpty && RowKey.IsIn(row.BeforeLayout, map.PrimaryKey))
            _chosen.Add(RowKey.OfComparable(map, row.BeforeLayout, map.PrimaryKey, row.Before));
        if (!row.After.IsEmpty && RowKey.IsIn(row.AfterLayout, map.PrimaryKey))
            _chosen.Add(RowKey.OfComparable(map, row.AfterLayout, map.PrimaryKey, row.After));
    }

    private UInt128? FindChosen(TableMap map, in RowCursor row)
    {
        if (map.PrimaryKey.Length == 0)
            return row.Before.IsEmpty ? null : IfChosen(RowKey.OfRow(map, row.Before));
        UInt128? key = row.Before.IsEmpty || !RowKey.IsIn(row.BeforeLayout, map.PrimaryKey)
            ? null : IfChosen(RowKey.OfComparable(map, row.BeforeLayout, map.PrimaryKey, row.Before));
        return key ?? (row.After.IsEmpty || !RowKey.IsIn(row.AfterLayout, map.PrimaryKey)
            ? null : IfChosen(RowKey.OfComparable(map, row.AfterLayout, map.PrimaryKey, row.After)));
    }

    private UInt128? IfChosen(UInt128 key) => _chosen.Contains(key) ? key : null;

    private bool Concerns(TableMap map, in RowCursor row) =>
        columns.Length == 0 || row.Before.IsEmpty || row.After.IsEmpty
        || RowDecoder.ChangedOrdinals(row.BeforeLayout, row.Before, row.AfterLayout, row.After)
            .Exists(o => columns.Contains(map.Columns[o].Name, StringComparer.OrdinalIgnoreCase) || map.PrimaryKey.Contains(o));

    private void Report(EventScan scan, TableMap map, in RowCursor row)
    {
        if (_listed.Count < MaximumListed)
            AddLine(RowText(scan, map, row));
        else
            _found++;
    }

    private void AddLine(string line)
    {
        _found++;
        if (_listed.Count < MaximumListed)
            _listed.Add(line);
    }

    private static string ThreadText(uint? thread) =>
        thread is { } id ? string.Create(CultureInfo.InvariantCulture, $" thread {id}") : string.Empty;

    /// <summary>A row, with its place, for people.</summary>
    internal static string RowText(EventScan scan, TableMap map, in RowCursor row) => ToChange(scan, map, row).ToString();

    private static LaterChange ToChange(EventScan scan, TableMap map, in RowCursor row) => new()
    {
        Database = map.Database,
        Table = map.Table,
        Key = KeyOf(map, row),
        Operation = row.Before.IsEmpty ? RowOperation.Insert : row.After.IsEmpty ? RowOperation.Delete : RowOperation.Update,
        LogFile = scan.Reader.LogFile,
        Position = scan.Reader.Position,
        Timestamp = new EventView(scan).Timestamp,
        Gtid = new EventView(scan).GtidText,
        ThreadId = scan.Transaction.ThreadId,
    };

    private static OrderedDictionary? KeyOf(TableMap map, in RowCursor row)
    {
        RowLayout layout = row.Before.IsEmpty ? row.AfterLayout : row.BeforeLayout;
        ReadOnlySpan<byte> image = row.Before.IsEmpty ? row.After : row.Before;
        if (!RowKey.IsIn(layout, map.PrimaryKey))
            return null;
        var ranges = new ValueRange[layout.Ordinals.Length];
        layout.Locate(image, ranges);
        var key = new OrderedDictionary();
        foreach (int ordinal in map.PrimaryKey)
        {
            ValueRange range = ranges[Array.IndexOf(layout.Ordinals, ordinal)];
            key[map.Columns[ordinal].Name] = range.IsNull ? null : ColumnValue.Decode(map.Columns[ordinal], range.Of(image));
        }

        return key;
    }
}

/// <summary>Rows that can no longer be undone, because of a statement that was not chosen: those of a table before it.</summary>
/// <param name="Database">Database of the table.</param>
/// <param name="Table">The table.</param>
/// <param name="Cause">Why.</param>
/// <param name="LogFile">The log that has the statement.</param>
/// <param name="Position">Offset of the statement.</param>
internal sealed record LaterLoss(string Database, string Table, string Cause, string LogFile, long Position);

/// <summary>What decided an XA transaction that was prepared.</summary>
/// <param name="Id">The transaction.</param>
/// <param name="IsRollback">Whether it was rolled back; else it was committed.</param>
/// <param name="LogFile">The log that has the statement.</param>
/// <param name="Position">Offset of the statement.</param>
internal sealed record XaDecision(string Id, bool IsRollback, string LogFile, long Position);

/// <summary>What was not chosen and stands in the way.</summary>
/// <param name="Lines">Rows that were changed again, and what could not be read, one line each.</param>
/// <param name="Losses">What can no longer be undone.</param>
/// <param name="Logs">The logs in their order.</param>
internal sealed record LaterFindings(string[] Lines, IReadOnlyList<LaterLoss> Losses, IReadOnlyDictionary<string, int> Logs)
{
    /// <summary>What decided XA transactions that were prepared among the changes.</summary>
    public IReadOnlyList<XaDecision> Decisions { get; init; } = [];

    /// <summary>The rows that the undo is to leave as they are; null: it takes them all.</summary>
    public LeftOutRows? LeftOut { get; init; }

    /// <summary>What decided a transaction that was prepared at a place; null where nothing did.</summary>
    public XaDecision? DecisionOf(string id, string log, long position) => Decisions.FirstOrDefault(
        d => string.Equals(d.Id, id, StringComparison.OrdinalIgnoreCase) && IsBefore(log, position, d.LogFile, d.Position));

    /// <summary>Looks for what came after the changes to be undone; null where nothing was left out.</summary>
    /// <param name="index">The changes.</param>
    /// <param name="selection">What was chosen.</param>
    /// <param name="columns">The only columns that the undo sets; empty for all.</param>
    /// <param name="movesBytes">Whether rows are undone as bytes, in a binlog.</param>
    /// <param name="openWhole">Opens a scan of the whole logs.</param>
    /// <param name="leavesOut">Whether the rows that were changed again are to be left out of the undo.</param>
    /// <param name="renames">Under which names tables are written; null where rows are not written to renamed tables.</param>
    /// <exception cref="RecoveryException">LaterChangeUnknown: they are to be left out, and which they are cannot be known.</exception>
    public static LaterFindings? Find(
        ChangeIndex index, IEventSelection selection, string[] columns, bool movesBytes, Func<EventFilter, EventScan> openWhole,
        bool leavesOut = false, TableRenames? renames = null)
    {
        if (!selection.IsPartial || index.Transactions.Count == 0)
            return null;
        TableName[] tables = [.. index.Tables];
        IEnumerable<TableName> written = renames == null ? [] : index.Maps.Select(renames.NameOf);
        using EventScan scan = openWhole(new EventFilter { Tables = TableFilter.Only([.. tables, .. written]), WithStatements = true });
        var later = new LaterChanges(selection, columns, TableFilter.Only(tables), movesBytes, renames)
        {
            LeftOut = leavesOut ? new LeftOutRows() : null,
        };
        string[] lines = later.Find(scan);
        later.LeftOut?.Complete();
        return new LaterFindings(leavesOut ? [] : lines, later.Losses, later.Logs)
        {
            Decisions = later.Decisions,
            LeftOut = later.LeftOut,
        };
    }

    /// <summary>Looks for what was left out before changes that are to be done again.</summary>
    public static string[] FindLeftOut(
        IReadOnlyCollection<TableName> tables, IEventSelection selection, Func<EventFilter, EventScan> openWhole)
    {
        if (!selection.LeavesOut || tables.Count == 0)
            return [];
        var filter = TableFilter.Only(tables);
        return new LeftOutChanges(selection).Find(() => openWhole(new EventFilter { Tables = filter }));
    }

    /// <summary>The same for changes that are indexed.</summary>
    public static LaterFindings? FindLeftOut(ChangeIndex index, IEventSelection selection, Func<EventFilter, EventScan> openWhole) =>
        new(FindLeftOut([.. index.Tables], selection, openWhole), [], new Dictionary<string, int>());

    /// <summary>Whether a transaction comes before a statement.</summary>
    public bool IsBefore(string log, long position, LaterLoss loss) => IsBefore(log, position, loss.LogFile, loss.Position);

    private bool IsBefore(string log, long position, string otherLog, long otherPosition) =>
        Logs.TryGetValue(log, out int number) && (number, position).CompareTo((Logs[otherLog], otherPosition)) < 0;
}
