using System.Collections.Specialized;
using System.Globalization;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.History;

/// <summary>
/// Follows rows through a log, from their keys on: through changes of the key, names of the table, definitions. What the log
/// does not tell is said at the version that it concerns.
/// </summary>
/// <param name="eras">The table.</param>
/// <param name="keys">The keys that were asked for.</param>
/// <param name="others">Knows the other tables, or null.</param>
internal sealed class RowHistory(TableEras eras, KeyChoice keys, ITableSchemaSource? others) : IDisposable
{
    private readonly TextBuffer _scratch = new();
    private readonly FollowedKeys _followed = new(eras.Names, keys);
    private readonly Dictionary<UInt128, (int Log, long Position, long Payload)> _origins = [];
    private readonly TableName[] _names = [.. eras.Names];
    private readonly List<string> _notes = [];
    private readonly Dictionary<string, List<(HistoryLine Line, int Count)>> _prepared = new(StringComparer.OrdinalIgnoreCase);
    private Dictionary<UInt128, HistoryLine> _byKey = [];
    private List<HistoryLine> _lines = [];
    private PastSchema _schema = new(eras, others);
    private string? _log;
    private (int Log, long Position, long Payload) _event;
    private bool _hasNewOrigin;

    /// <summary>What a scan must know of the tables; each scan has its own.</summary>
    public ITableSchemaSource Schema => _schema = new PastSchema(eras, others);

    /// <summary>What the logs do not tell, each with its place.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>The rows that have had the keys, in the order in which they came.</summary>
    public IEnumerable<HistoryLine> Lines => _lines.Where(l => l.Asked >= 0);

    /// <summary>Reads logs to their end, again where a row turns out to have had another key before.</summary>
    /// <param name="open">Opens a scan of all of the log.</param>
    /// <returns>False where a definition comes that the eras do not know of.</returns>
    public bool Read(Func<ITableSchemaSource, EventScan> open)
    {
        do
        {
            (_byKey, _lines, _log, _event, _hasNewOrigin) = ([], [], null, default, false);
            _notes.Clear();
            _prepared.Clear();
            using EventScan scan = open(Schema);
            // Rows of the table that take others of it along are not told by the keys of those.
            (scan.Keys, _followed.Schema) = (OwnKeys(scan).Any() ? null : _followed, _schema);
            scan.LogBegun = NoteMissingLogs;
            if (!Read(scan))
                return false;
        }
        while (_hasNewOrigin);
        foreach (string id in _prepared.Keys)
            Decide(id, l => l.Doubt($"an XA transaction {id} was prepared, and the logs do not say what became of it"));
        return true;
    }

    public void Dispose() => _scratch.Dispose();

    private bool Read(EventScan scan)
    {
        var effects = new StatementEffects(reverse: true, scan.Tables, namesNewTables: false, others);
        while (true)
        {
            bool isThere;
            try
            {
                isThere = scan.Read();
            }
            catch (RecoveryException e) when (e.Kind == RecoveryErrorKind.InvalidData && e.ErrorId != "NotABinlog" && scan.Salvage)
            {
                Note($"the log ends here: {e.Message}");
                continue;
            }

            while (scan.Gaps.TryDequeue(out RecoveryException? gap))
                Note($"a part of the log is missing: {gap.Message}");
            if (!isThere)
                return true;
            var view = new EventView(scan);
            _event = (view.LogIndex, view.Position, view.PayloadOffset);
            if (view.HasRows)
                Take(scan, view, effects);
            else if (LoggedDefinition.Of(view) is { } definition)
            {
                TableEra before = _schema.Present;
                if (_schema.Enter(definition) is { } step)
                    Take(step, view, before);
                else if (definition.StepOf(before.Name, out _) != TableStep.None)
                    return false;
            }
            else
                Take(effects.Observe(view, []), view);
        }
    }

    private void NoteMissingLogs(string log)
    {
        if (log == _log)
            return;
        if (_log != null && LogNumber.Of(_log) >= 0 && LogNumber.Of(log) >= 0
            && (LogNumber.Stem(_log) != LogNumber.Stem(log) || LogNumber.Of(log) != LogNumber.Of(_log) + 1))
            Note($"the logs between {_log} and {log} are missing");
        _log = log;
    }

    private IEnumerable<TableReference> OwnKeys(EventScan scan) =>
        others == null ? [] : UnloggedCascades.KeysWithin(_names, scan.Tables!, others);

    // Whatever is not known may have happened to every row, those that are not there included.
    private void Note(string what)
    {
        _notes.Add(what);
        foreach (HistoryLine line in _byKey.Values)
            line.Doubt(what);
    }

    private void Take(in StatementEffect effect, in EventView view)
    {
        if (effect.DecidedXaId is { } id)
        {
            if (effect.IsXaRollback && _prepared.TryGetValue(id, out var lines))
            {
                foreach ((HistoryLine line, int count) in Enumerable.Reverse(lines))
                    TakeBack(line, count);
            }

            _prepared.Remove(id);
        }

        if (effect.Obstacle is { } obstacle)
            Note(string.Create(CultureInfo.InvariantCulture, $"{view.LogFile}:{view.Position} {obstacle}"));
    }

    private static void TakeBack(HistoryLine line, int count)
    {
        line.Versions.RemoveRange(count, line.Versions.Count - count);
        if (count > 0)
            line.Last.ValidTo = null;
    }

    private void Decide(string id, Action<HistoryLine> act)
    {
        foreach (HistoryLine line in _prepared[id].Select(p => p.Line).Distinct())
            act(line);
    }

    private void Take(TrailStep step, in EventView view, TableEra before)
    {
        foreach (HistoryLine line in _byKey.Values.Where(l => l.IsLive).ToList())
        {
            if (step.Step is TableStep.Emptied or TableStep.Dropped)
            {
                RowVersion gone = Version(view, step.Before, line.Last.Key);
                (gone.Operation, gone.Statement) = (RowOperation.Delete, step.Definition.Statement.Text);
                line.Add(gone);
            }
            else if (step.Step is TableStep.RowsMoved or TableStep.Appeared)
            {
                line.Doubt($"rows may have come or gone without being logged: {step.Definition.Shown}");
            }
            else if (step.Step == TableStep.Altered && step.Definition.Statement.Verb == "ALTER")
            {
                Alter(line, step, view, before);
            }
        }
    }

    // A version of its own, for the columns are others; those that came are not known until an image has them.
    private void Alter(HistoryLine line, TrailStep step, in EventView view, TableEra before)
    {
        TableEra after = _schema.Present;
        if (before.IsOfLog || before.Problem != null || after.Problem != null)
        {
            line.Doubt($"the table was altered: {step.Definition.Shown}");
            return;
        }

        var value = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        EraColumn[] old = [.. before.Columns, .. before.Unplaced];
        bool isSame = old.Length == after.Columns.Length + after.Unplaced.Length, isWhole = true;
        foreach (EraColumn column in after.Columns.Concat(after.Unplaced))
        {
            EraColumn? was = Array.Find(old, o => o.Column == column.Column);
            Redefinition? anew = column.Column.Redefinitions.Find(r => r.By == step.Definition);
            isSame &= was != null && was.Name == column.Name && anew == null;
            // Whether it was kept may have been told by a definition of later, if that is the one until then.
            bool isKept = was != null && (anew == null || (anew.IsKept == true && column.Pending is null or { IsKept: true }))
                && line.Last.Value!.Contains(was.Name);
            if (isKept)
                value[column.Name] = line.Last.Value![was!.Name];
            isWhole &= isKept;
        }

        if (isSame)
            return;
        RowVersion altered = Version(view, step.After, line.Last.Key);
        (altered.Statement, altered.Value) = (step.Definition.Statement.Text, value);
        if (!isWhole)
            (altered.IsExact, altered.Reason) = (false, HistoryLine.AlteredReason);
        line.Add(altered);
    }

    private static RowVersion Version(in EventView view, TableName table, OrderedDictionary? key) => new()
    {
        Server = view.Server,
        Database = table.Database ?? string.Empty,
        Table = table.Name,
        Key = key,
        ValidFrom = view.CommitTime ?? view.Timestamp,
        FromGtid = view.GtidText,
        FromFile = view.LogFile,
        FromPosition = view.Position,
        ThreadId = view.ThreadId,
    };

    private void Take(EventScan scan, in EventView view, StatementEffects effects)
    {
        TableMap map = view.Table!;
        TransactionEnd? end = view.End;
        if (end == TransactionEnd.Missing)
            return;
        if (end == TransactionEnd.Prepare)
            effects.NotePrepared(view.XaId ?? string.Empty);
        try
        {
            if (!_schema.IsTable(map))
            {
                foreach (string cascade in others == null ? [] : UnloggedCascades.Find(view.Rows, map, others))
                    Note(string.Create(CultureInfo.InvariantCulture, $"{view.LogFile}:{view.Position} {cascade}"));
                return;
            }

            if (map.SchemaProblem is { } problem)
            {
                Note(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{view.LogFile}:{view.Position} rows of {map.QualifiedName} cannot be told apart: {problem}"));
                return;
            }

            if (UnloggedCascades.FindWithin(view.Rows, map, OwnKeys(scan)) is { } within)
                Note(string.Create(CultureInfo.InvariantCulture, $"{view.LogFile}:{view.Position} {within}"));
            var row = new RowCursor(view.Rows, map);
            while (row.MoveNext())
            {
                if (_followed.MayConcern(map, row))
                    Take(scan, view, end, row);
            }
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw view.Malformed(e);
        }
    }

    private void Take(EventScan scan, in EventView view, TransactionEnd? end, in RowCursor row)
    {
        TableMap map = view.Table!;
        UInt128? before = row.Before.IsEmpty ? null : keys.HashOf(map, row.BeforeLayout, row.Before, _scratch);
        UInt128? after = row.After.IsEmpty ? null : keys.HashOf(map, row.AfterLayout, row.After, _scratch) ?? before;
        HistoryLine? line = before is { } found ? Find(found, map, row.BeforeLayout, row.Before) : null;
        bool arrives = after != null && after != before && line == null;
        if (arrives)
            line = Find(after!.Value, map, row.AfterLayout, row.After);
        if (line == null)
            return;
        if (arrives && before is { } origin && end != TransactionEnd.Rollback)
        {
            // The row has come from a key that nobody asked for: what it was there is for the next time.
            if (!_origins.TryGetValue(origin, out (int, long, long) until) || until.CompareTo(_event) < 0)
            {
                (_hasNewOrigin, _origins[origin]) = (true, _event);
                _followed.Follow(map, row.BeforeLayout, row.Before, row.AfterLayout, default);
            }

            if (line.Versions.Count > 0)
                line = Start(after!.Value, keys.Find(map, row.AfterLayout, row.After));
        }

        if (end == TransactionEnd.Rollback)
        {
            if (line.Versions.Count > 0)
                line.Doubt(string.Create(CultureInfo.InvariantCulture, $"{view.LogFile}:{view.Position} {ChangeRules.FindObstacle(end)}"));
            return;
        }

        int count = line.Versions.Count;
        new HistoryStep(view, row, line, _notes).Apply();
        if (end == TransactionEnd.Prepare)
        {
            if (!_prepared.TryGetValue(view.XaId ?? string.Empty, out var lines))
                _prepared.Add(view.XaId ?? string.Empty, lines = []);
            lines.Add((line, count));
        }
        else if (end == TransactionEnd.Unknown && !scan.Transaction.IsBare)
        {
            line.Doubt("the log does not show how the transaction ended");
        }

        if (after is { } key && line.Key != key)
        {
            _followed.Follow(map, row.AfterLayout, row.After, row.BeforeLayout, row.Before);
            if (_byKey.GetValueOrDefault(line.Key) == line)
                _byKey.Remove(line.Key);
            line.Key = key;
            _byKey[key] = line;
        }

        if (line.Asked < 0 && !row.After.IsEmpty)
            line.Asked = keys.Find(map, row.AfterLayout, row.After);
    }

    /// <summary>The line of a key; a new one for a key that was asked for, or that a row had before it got such a key.</summary>
    private HistoryLine? Find(UInt128 key, TableMap map, RowLayout layout, ReadOnlySpan<byte> image)
    {
        if (_byKey.TryGetValue(key, out HistoryLine? line))
            return line;
        int asked = keys.Find(map, layout, image);
        return asked >= 0 || (_origins.TryGetValue(key, out (int, long, long) until) && _event.CompareTo(until) <= 0)
            ? Start(key, asked) : null;
    }

    private HistoryLine Start(UInt128 key, int asked)
    {
        var line = new HistoryLine { Key = key, Asked = asked };
        _byKey[key] = line;
        _lines.Add(line);
        return line;
    }
}
