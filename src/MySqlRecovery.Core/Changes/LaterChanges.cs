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
/// <param name="references">Looks for rows that foreign keys tie to them; null for nobody.</param>
/// <param name="schema">Knows which tables a statement can lead to; null: to any.</param>
internal sealed class LaterChanges(
    IEventSelection selection, string[] columns, TableFilter? tables = null, bool movesBytes = true, TableRenames? renames = null,
    LaterReferences? references = null, ITableSchemaSource? schema = null)
{
    private const int MaximumListed = 100;

    private readonly ChosenKeys _chosen = new();
    private readonly List<string> _listed = [];
    private readonly List<string> _unread = [];
    private readonly List<string> _tied = [];
    private readonly List<TableMap> _maps = [];
    private readonly HashSet<TableMap> _mapsSeen = new(ReferenceEqualityComparer.Instance);
    private readonly List<LaterLoss> _losses = [];
    private readonly Dictionary<string, int> _logs = new(StringComparer.Ordinal);
    private readonly List<XaDecision> _decisions = [];
    private readonly HashSet<string> _mayLead = new(StringComparer.Ordinal);
    private readonly StatementEffects _effects = new(
        reverse: true, tables, namesNewTables: false, schema, movesBytes, findsColumnsByName: !movesBytes, renames);
    private readonly Dictionary<TableName, LaterLoss> _mixed = [];

    // Tables whose chosen rows are known by all they hold, until rows of others were met that hold less.
    private readonly HashSet<TableName> _keyless = [];
    private long _found;
    private bool _isFull;

    /// <summary>What was found to be out of reach.</summary>
    public IReadOnlyList<LaterLoss> Losses => [.. _losses, .. _mixed.Values];

    /// <summary>Takes in which rows the undo is to leave as they are; null: it takes them all.</summary>
    public LeftOutRows? LeftOut { get; init; }

    /// <summary>What was found of rows that foreign keys tie to those of the undo: one line each, among all others.</summary>
    public string[] Tied => [.. _tied];

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
                references?.Observe(view);
                bool isChosen = selection.Includes(scan);
                if (_maps.Count > 0)
                    ObserveStatement(view, isChosen);
                if (references is { IsLooking: true, Others: { } others })
                    ObserveOther(view, others);
                continue;
            }

            TableMap map = scan.Table!;
            bool mayBeChosen = selection.Includes(scan) && tables?.IsMatch(map) != false;
            if (mayBeChosen || _chosen.Count > 0 || LeftOut != null || references?.IsLookingAt(scan) == true)
                Observe(scan, map, mayBeChosen);
        }

        AddReferences();
        if (_found > _listed.Count)
            _listed.Add(string.Create(CultureInfo.InvariantCulture, $"and {_found - _listed.Count} more rows"));
        if (_isFull)
            _listed.Add(string.Create(CultureInfo.InvariantCulture, $"only the first {ChosenKeys.Maximum} rows were looked for"));
        if (selection.FindMissing(tables) is { } missing)
            _unread.Add(missing);
        foreach (RecoveryException gap in scan.Gaps)
            NoteUnread($"not looked for in this gap: {gap.Message}");
        if (_unread.Count > 0)
            LeftOut?.Doubt(_unread[0]);
        return [.. _listed, .. _tied, .. _unread];
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
                    references?.Choose(scan, map, row);
                    continue;
                }

                references?.Observe(scan, map, row);
                if (Concerns(map, row))
                    ObserveOfOthers(scan, map, followed, row);
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
        if (effect.DecidedXaId is { } id && selection.IsPiped)
            _decisions.Add(new XaDecision(id, effect.IsXaRollback, view.LogFile, view.Position));
        if (effect.Obstacle != null && !effect.IsDefinition && effect.DecidedXaId == null)
            LeftOut?.Doubt($"{effect.Obstacle} at {PlaceText(view)}");
        if (effect.Obstacle == null || effect.IsDefinition || effect.DecidedXaId != null)
            return;
        // Of statements on one table that may lead to those of the undo, the first is named.
        if (effect.ObstacleKey is not { } key || _mayLead.Add(key))
            AddLine($"{effect.Obstacle} at {PlaceText(view)}");
    }

    // What a statement did to a table that a foreign key ties to those of the undo, no log says row by row.
    private void ObserveOther(in EventView view, TableFilter others)
    {
        var effects = new StatementEffects(reverse: true, others, namesNewTables: false, movesBytes: movesBytes);
        if (effects.Observe(view, []) is { Obstacle: { } obstacle, IsDefinition: false, ObstacleKey: null, DecidedXaId: null }
            && _tied.Count < MaximumListed)
            _tied.Add($"{obstacle}, which foreign keys may tie to these rows, at {PlaceText(view)}");
    }

    private void AddReferences()
    {
        if (references == null)
            return;
        string?[] findings = [.. references.Findings];
        string[] named = [.. findings.OfType<string>().Take(MaximumListed)];
        _tied.AddRange(named);
        if (findings.Length > named.Length)
            _tied.Add(string.Create(
                CultureInfo.InvariantCulture, $"and {findings.Length - named.Length} more that foreign keys tie to these"));
        if (references.IsFull)
            _tied.Add("not all rows that foreign keys may tie to these were looked for: they are too many");
        _tied.AddRange(references.Unknown);
    }

    /// <summary>Where an event is, and whose it is, for people.</summary>
    internal static string PlaceText(in EventView view) =>
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
        if (_chosen.Count >= ChosenKeys.Maximum)
        {
            _isFull = true;
            return;
        }

        if (map.PrimaryKey.Length > 0)
            _chosen.Add(map, row.BeforeLayout, row.Before);
        else if (!row.After.IsEmpty)
            _keyless.Add(map.QualifiedName);
        _chosen.Add(map, row.AfterLayout, row.After);
    }

    // A row that moves to another key meets the chosen one that it was, and the one that had that key.
    private void ObserveOfOthers(EventScan scan, TableMap map, TableMap followed, in RowCursor row)
    {
        (bool meetsItself, bool meetsOther) = LeftOut?.Observe(map, row) ?? (false, false);
        if (meetsItself)
            LeftOut!.Report(ToChange(scan, map, row, isAfter: false));
        if (meetsOther)
            LeftOut!.Report(ToChange(scan, map, row, isAfter: true));
        if (RowKey.IsUnsure(followed, row.BeforeLayout, row.Before) && _keyless.Remove(followed.QualifiedName))
            AddLine($"{ToChange(scan, map, row, isAfter: false)} may be one of these rows: {RowKey.DoubtOfParts(map)}");
        Report(_chosen.Meet(followed, row.BeforeLayout, row.Before), scan, map, row, isAfter: false);
        if (map.PrimaryKey.Length > 0)
            Report(_chosen.Meet(followed, row.AfterLayout, row.After), scan, map, row, isAfter: true);
    }

    private bool Concerns(TableMap map, in RowCursor row) =>
        columns.Length == 0 || row.Before.IsEmpty || row.After.IsEmpty
        || RowDecoder.ChangedOrdinals(row.BeforeLayout, row.Before, row.AfterLayout, row.After)
            .Exists(o => columns.Contains(map.Columns[o].Name, StringComparer.OrdinalIgnoreCase) || map.PrimaryKey.Contains(o));

    private void Report(KeyMatch match, EventScan scan, TableMap map, in RowCursor row, bool isAfter)
    {
        if (match == KeyMatch.None)
            return;
        if (_listed.Count < MaximumListed)
            AddLine(ToChange(scan, map, row, isAfter)
                + (match == KeyMatch.Possible ? $" may be one of these rows: {RowKey.DoubtOf(map)}" : string.Empty));
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
    internal static string RowText(EventScan scan, TableMap map, in RowCursor row) =>
        ToChange(scan, map, row, isAfter: row.Before.IsEmpty).ToString();

    // Known by the key that the row had, or the one that it got.
    private static LaterChange ToChange(EventScan scan, TableMap map, in RowCursor row, bool isAfter) => new()
    {
        Database = map.Database,
        Table = map.Table,
        Key = isAfter || row.Before.IsEmpty ? KeyOf(map, row.AfterLayout, row.After) : KeyOf(map, row.BeforeLayout, row.Before),
        Operation = row.Before.IsEmpty ? RowOperation.Insert : row.After.IsEmpty ? RowOperation.Delete : RowOperation.Update,
        LogFile = scan.Reader.LogFile,
        Position = scan.Reader.Position,
        Timestamp = new EventView(scan).Timestamp,
        Gtid = new EventView(scan).GtidText,
        ThreadId = scan.Transaction.ThreadId,
    };

    private static OrderedDictionary? KeyOf(TableMap map, RowLayout layout, ReadOnlySpan<byte> image)
    {
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
