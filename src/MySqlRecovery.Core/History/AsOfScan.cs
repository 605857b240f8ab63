using System.Globalization;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Restore;
using MySqlRecovery.Text;

namespace MySqlRecovery.History;

/// <summary>
/// Reads the log of a table: from a moment on, to keep what its rows were at that moment, or from a dump up to a moment, to
/// keep what they became.
/// </summary>
/// <param name="eras">The table.</param>
/// <param name="columns">Its columns.</param>
/// <param name="past">Takes what the rows were; null on the way from a dump.</param>
/// <param name="others">Knows the other tables, or null.</param>
/// <param name="isFollowed">Whether the eras have been found from the definitions in the log.</param>
internal sealed class AsOfScan(
    TableEras eras, AsOfColumns columns, PastRows? past, ITableSchemaSource? others, bool isFollowed) : IDisposable
{
    private static readonly byte[] Absent = new byte[1];

    private readonly PastSchema _schema = new(eras, others);
    private readonly TextBuffer _scratch = new();
    private readonly bool _hasKey = eras.Key.Count > 0;
    private readonly TableName[] _names = [.. eras.Names];

    /// <summary>What a scan must know of the tables.</summary>
    public ITableSchemaSource Schema => _schema;

    /// <summary>Takes what the rows become, on the way from a dump; else null.</summary>
    public LastRows? Last { get; init; }

    /// <summary>The first era whose rows count: what was before has gone.</summary>
    public int FirstEra { get; init; }

    /// <summary>The logs that were read.</summary>
    public List<string> Logs { get; } = [];

    /// <summary>Reads all; false where a definition comes, or must be coming, that the eras do not know of.</summary>
    /// <exception cref="RecoveryException">AsOfNotInLog, AsOfDefinitionChanged: something stands in the way.</exception>
    public bool Read(EventScan scan)
    {
        var effects = new StatementEffects(reverse: true, scan.Tables, namesNewTables: false, others);
        while (scan.Read())
        {
            var view = new EventView(scan);
            if (view.HasRows)
            {
                if (!Take(scan, view, effects))
                    return false;
                continue;
            }

            if (LoggedDefinition.Of(view) is { } definition)
            {
                if (_schema.Enter(definition) is { } step)
                    Take(step);
                else if (definition.StepOf(_schema.Present.Name, out _) != TableStep.None)
                    return false;
                continue;
            }

            if (effects.Observe(view, []).Obstacle is { } obstacle)
                throw Obstacle(view, obstacle);
        }

        return true;
    }

    public void Dispose() => _scratch.Dispose();

    private static RecoveryException Obstacle(in EventView view, string what) => AsOf.NotInLog(
        string.Create(CultureInfo.InvariantCulture, $"{view.LogFile}:{view.Position} {what}"), view.Server ?? view.LogFile, view.Position);

    private void Take(TrailStep step)
    {
        if (step.Step is TableStep.Emptied or TableStep.Dropped or TableStep.Appeared)
            Last?.Empty();
    }

    private bool Take(EventScan scan, in EventView view, StatementEffects effects)
    {
        TableMap map = view.Table!;
        if (Logs.Count == 0 || Logs[^1] != view.LogFile)
            Logs.Add(view.LogFile);
        try
        {
            if (view.End == TransactionEnd.Prepare)
                effects.NotePrepared(view.XaId ?? string.Empty);
            if (!_schema.IsTable(map))
            {
                if (others != null && UnloggedCascades.Find(view.Rows, map, others) is [var cascade, ..])
                    throw Obstacle(view, cascade);
                return true;
            }

            if (_schema.Era < FirstEra)
                return true;
            if (others != null && UnloggedCascades.FindWithin(view.Rows, map, OwnKeys(scan, others)) is { } within)
                throw Obstacle(view, within);
            string? unknown = null;
            int[]? ordinals = map.SchemaProblem == null ? columns.OrdinalsOf(map, _schema.Present, out unknown) : null;
            if (ordinals == null)
            {
                return !isFollowed ? false : throw AsOf.Changed($"{map.QualifiedName} at {view.LogFile}:{view.Position}: "
                    + (map.SchemaProblem ?? $"the log does not name the columns, and it cannot be told which is {unknown}"));
            }

            if (Last != null && view.End == TransactionEnd.Missing)
                return true;
            if ((!_hasKey || Last != null) && view.End is not (TransactionEnd.Commit or TransactionEnd.Unknown))
                throw Obstacle(view, "rows are in a transaction that was not simply committed");
            TakeRows(scan, view, ordinals);
            return true;
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw view.Malformed(e);
        }
    }

    private IEnumerable<TableReference> OwnKeys(EventScan scan, ITableSchemaSource schema) =>
        UnloggedCascades.KeysWithin(_names, scan.Tables!, schema);

    private void TakeRows(EventScan scan, in EventView view, int[] ordinals)
    {
        (int Log, long Position) place = (Logs.Count - 1, scan.Reader.Position);
        var row = new RowCursor(view.Rows, view.Table!);
        while (row.MoveNext())
        {
            byte[]?[]? before = row.Before.IsEmpty ? null : Values(view, row.BeforeLayout, row.Before, ordinals, []);
            // What a row became does not matter on the way back, but for its key.
            int[] needed = _hasKey && Last == null ? ordinals[..columns.KeyCount] : ordinals;
            byte[]?[]? after = row.After.IsEmpty ? null : Values(view, row.AfterLayout, row.After, needed, before ?? []);
            if (!_hasKey)
                Count(view, before, after, place);
            else if (Last != null)
                TakeLast(view, before, after, place);
            else
                TakePast(view, before, after, place);
        }
    }

    private void Count(in EventView view, byte[]?[]? before, byte[]?[]? after, (int Log, long Position) place)
    {
        if (before != null)
        {
            past?.Count(Whole(view, before), 1, place);
            Last?.Count(Whole(view, before), -1, place);
        }

        if (after != null)
        {
            past?.Count(Whole(view, after), -1, place);
            Last?.Count(Whole(view, after), 1, place);
        }
    }

    private void TakePast(in EventView view, byte[]?[]? before, byte[]?[]? after, (int Log, long Position) place)
    {
        if (before != null && past!.Touch(columns, before))
            past.Add(Whole(view, before), place);
        if (after != null && (before == null || !columns.HaveSameKey(before, after)))
            past!.Touch(columns, after);
    }

    private void TakeLast(in EventView view, byte[]?[]? before, byte[]?[]? after, (int Log, long Position) place)
    {
        UInt128? from = before == null ? null : columns.KeyOf(before), to = after == null ? null : columns.KeyOf(after);
        if (from is { } gone && gone != to)
            Last!.Set(gone, null, place);
        if (to is { } key)
            Last!.Set(key, Whole(view, after!), place);
    }

    // What an after image leaves out is as it was. Absent values of other columns may do no harm.
    private byte[]?[] Values(in EventView view, RowLayout layout, ReadOnlySpan<byte> image, int[] ordinals, byte[]?[] before)
    {
        Span<ValueRange> ranges = layout.Ordinals.Length <= 256
            ? stackalloc ValueRange[layout.Ordinals.Length] : new ValueRange[layout.Ordinals.Length];
        layout.Locate(image, ranges);
        var values = new byte[]?[ordinals.Length];
        for (int i = 0; i < values.Length; i++)
        {
            int at = layout.IndexOf(ordinals[i]);
            if (at >= 0)
                values[i] = ranges[at].IsNull ? null : StoredValue.OfImage(layout.Columns[ordinals[i]], ranges[at].Of(image), _scratch);
            else if (before.Length > 0)
                values[i] = before[i];
            else if (i < eras.Key.Count)
                throw Partial(view, layout.Columns[ordinals[i]]);
            else
                values[i] = Absent;
        }

        return values;
    }

    private static byte[]?[] Whole(in EventView view, byte[]?[] values) => Array.IndexOf(values, Absent) is var at && at < 0 ? values
        : throw Obstacle(view, $"the log holds only some columns of {view.Table!.QualifiedName} (binlog_row_image is not FULL)");

    private static RecoveryException Partial(in EventView view, ColumnDefinition column) =>
        Obstacle(view, $"the log does not hold column {column.Name} of the key (binlog_row_image is not FULL)");

}
