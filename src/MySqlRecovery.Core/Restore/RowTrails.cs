using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Restore;

/// <summary>Logs, and what was chosen of them.</summary>
/// <param name="Open">Opens a reading of all of them from where the choice begins.</param>
/// <param name="Selection">What was chosen.</param>
internal sealed record ChosenLogs(Func<EventFilter, EventScan> Open, IEventSelection Selection);

/// <summary>
/// Follows chosen rows through what others did to them, which neither the chosen changes nor the server tell: a row that got another
/// key, or, in a table without key, other values, is still there, though not where it is looked for.
/// </summary>
internal sealed class RowTrails : IDisposable
{
    /// <summary>More rows than this are not followed.</summary>
    private const int MaximumRows = 1 << 20;

    private const int MaximumReasons = 100;

    private readonly RestoreTables _tables;
    private readonly IEventSelection _selection;
    private readonly List<string> _reasons = [];
    private readonly TextBuffer _scratch = new();

    // How many rows are there as chosen changes left them.
    private readonly KeyNumbers _left = new();

    // Rows that others led away: as they are, and as chosen changes left them.
    private readonly Dictionary<UInt128, UInt128> _led = [];
    private readonly HashSet<UInt128> _lost = [];
    private readonly HashSet<UInt128> _continued = [];
    private readonly HashSet<string> _statements = new(StringComparer.Ordinal);
    private int _leftCount;
    private bool _isFull;

    private RowTrails(RestoreTables tables, IEventSelection selection) => (_tables, _selection) = (tables, selection);

    /// <summary>What could not be followed, one line each.</summary>
    public IReadOnlyList<string> Reasons => _reasons;

    /// <summary>Follows the rows of an index; null where nothing was left out that may have changed them.</summary>
    public static RowTrails? Follow(ChangeIndex index, RestoreTables tables, ChosenLogs logs)
    {
        if (!logs.Selection.IsPartial)
            return null;
        var trails = new RowTrails(tables, logs.Selection);
        try
        {
            var filter = TableFilter.Only([.. index.Tables]);
            using EventScan scan = logs.Open(new EventFilter { Tables = filter, WithStatements = true });
            trails.Read(scan, new StatementEffects(reverse: true, filter, namesNewTables: false, scan.Schema, movesBytes: false));
            if (logs.Selection.FindMissing(filter) is { } missing)
                trails._reasons.Insert(0, missing);
            return trails;
        }
        catch
        {
            trails.Dispose();
            throw;
        }
    }

    /// <summary>Whether a row was first changed where others had led one that chosen changes had left: it is the same row.</summary>
    public bool IsContinued(StoredRow first, RestoreTable table) => _continued.Contains(first.Hash(table.Identity));

    /// <summary>Whether a row as chosen changes left it was led away by others, and is still there.</summary>
    public bool IsLed(StoredRow last, RestoreTable table) => _lost.Contains(last.Hash(table.Identity));

    public void Dispose() => _scratch.Dispose();

    private void Read(EventScan scan, StatementEffects effects)
    {
        _selection.Begin();
        while (TryRead(scan))
        {
            var view = new EventView(scan);
            if (!view.HasRows)
                ObserveStatement(scan, view, effects);
            else if (view.End is null or TransactionEnd.Commit or TransactionEnd.Unknown or TransactionEnd.Prepare)
                Take(scan, view, _tables.Find(view.Table!));
        }

        foreach (RecoveryException gap in scan.Gaps)
            Note($"which rows got another key in this gap is not known: {gap.Message}");
        _lost.UnionWith(_led.Values);
        if (_isFull)
            Note($"only the first {MaximumRows} rows that something else gave another key were followed");
    }

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
                Note($"which rows got another key after this is not known: {e.Message}");
            }
        }
    }

    private void Note(string reason)
    {
        if (_reasons.Count < MaximumReasons)
            _reasons.Add(reason);
    }

    // What a statement did no log says row by row. Of those that may lead to these rows from one table, the first is named.
    private void ObserveStatement(EventScan scan, in EventView view, StatementEffects effects)
    {
        StatementEffect effect = effects.Observe(view, []);
        if (effect is { Obstacle: { } obstacle, IsDefinition: false, DecidedXaId: null } && _leftCount + _led.Count > 0
            && !_selection.Includes(scan) && _statements.Add(effect.ObstacleKey ?? LaterChanges.PlaceText(view)))
            Note($"which rows got another key is not known: {obstacle} at {LaterChanges.PlaceText(view)}");
    }

    private void Take(EventScan scan, in EventView view, RestoreTable table)
    {
        if (table.Problem != null)
            return;
        bool mayBeChosen = _selection.Includes(scan);
        try
        {
            var row = new RowCursor(view.Rows, table.Map);
            while (row.MoveNext())
            {
                bool isChosen = mayBeChosen && _selection.Includes(row);
                if (_leftCount + _led.Count == 0 && (!isChosen || row.After.IsEmpty))
                    continue;
                (UInt128? before, UInt128? after) = KeysOf(table, row);
                if (isChosen)
                    Choose(before, after);
                else if (before is { } key && before != after)
                    Move(key, after);
            }
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            Note($"which rows got another key is not known: {view.Malformed(e).Message}");
        }
    }

    private void Choose(UInt128? before, UInt128? after)
    {
        if (before is { } old && !Leave(old) && _led.Remove(old, out UInt128 origin))
        {
            _continued.Add(old);
            _lost.Add(origin);
        }

        if (after is { } key)
            Come(key);
    }

    // A row went that others had, or has another key, or other values.
    private void Move(UInt128 before, UInt128? after)
    {
        UInt128 origin = before;
        if ((Leave(before) || _led.Remove(before, out origin)) && after is { } next)
            Lead(origin, next);
    }

    private void Lead(UInt128 origin, UInt128 to)
    {
        _isFull |= _led.Count >= MaximumRows;
        if (to == origin)
            Come(to);
        else if (!_isFull)
            _led[to] = origin;
    }

    private bool Leave(UInt128 key)
    {
        int count = _left.Find(key);
        if (count <= 0)
            return false;
        _left.Set(key, count - 1);
        _leftCount--;
        return true;
    }

    private void Come(UInt128 key)
    {
        _left.Set(key, Math.Max(_left.Find(key), 0) + 1);
        _leftCount++;
    }

    private (UInt128? Before, UInt128? After) KeysOf(RestoreTable table, in RowCursor row)
    {
        UInt128? before = row.Before.IsEmpty || !RowKey.IsIn(row.BeforeLayout, table.Identity) ? null
            : HashOf(table, row.BeforeLayout, row.Before, []);
        if (row.After.IsEmpty)
            return (before, null);
        // Parts of JSON values have another value come of it, if not which.
        if (row.IsPartial)
            return (before, table.Key.Length > 0 ? before : ~before);
        RowLayout after = row.AfterLayout;
        if (before != null && !Array.Exists(table.Identity, o => after.IndexOf(o) >= 0))
            return (before, before);
        // An after image that leaves columns out has them as they were.
        ReadOnlySpan<byte> rest = after.IsFull || row.Before.IsEmpty ? [] : Whole(table, row.BeforeLayout, row.Before, []);
        return (before, HashOf(table, after, row.After, rest));
    }

    private UInt128 HashOf(RestoreTable table, RowLayout layout, ReadOnlySpan<byte> image, ReadOnlySpan<byte> rest) =>
        StoredRow.Hash(table.Map, Whole(table, layout, image, rest), table.Identity, _scratch);

    private static ReadOnlySpan<byte> Whole(RestoreTable table, RowLayout layout, ReadOnlySpan<byte> image, ReadOnlySpan<byte> rest) =>
        layout.IsFull ? image : WidenedImages.Widen(table.Map.Layout, layout, image, rest);
}
