using System.Globalization;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.History;

/// <summary>
/// The rows of a table as they were, from a dump and the log after it: those of the dump whose keys are not in the log, and
/// what the log says that the others became. So a table comes back that has been emptied or dropped since.
/// </summary>
/// <param name="dump">The dump.</param>
/// <param name="request">What is asked for; its schema is the dump's.</param>
/// <param name="log">Opens a scan of the log from the dump up to the moment.</param>
/// <param name="stop">Cancels.</param>
internal sealed class BaseAsOf(
    DumpFile dump, AsOfRequest request, Func<EventFilter, ITableSchemaSource?, EventScan> log, CancellationToken stop) : IDisposable
{
    private TableEras? _eras;
    private AsOfColumns? _columns;
    private LastRows? _last;
    private List<string> _logs = [];
    private int[] _places = [];

    /// <summary>Finds out all that has to be known before the first row.</summary>
    /// <exception cref="RecoveryException">AsOfNotInLog, AsOfDefinitionChanged, AsOfTableNotFound, DumpNotUsable.</exception>
    public void Prepare()
    {
        List<LoggedDefinition> definitions = ReadDefinitions();
        List<TrailStep> steps = TableTrail.FollowBack(request.Table, definitions);
        if (steps.Find(s => s.Step == TableStep.RowsMoved) is { } moved)
            throw AsOf.NotInLog($"rows came or went without being logged: {moved.Definition.Shown}", null, null);
        if (steps.Count > 0 && steps[^1].Step == TableStep.Dropped)
            throw AsOf.NotFound(request.Table, $"it was gone by then: {steps[^1].Definition.Shown}");
        TableName begin = steps.Count == 0 ? request.Table : steps[0].Before;
        TableSchema? first = dump.Find(begin);
        int firstEra = 1 + steps.FindLastIndex(s => s.Step is TableStep.Dropped or TableStep.Appeared);
        if (first == null && firstEra == 0)
            throw AsOf.NotFound(begin, "the dump does not have it");
        _eras = TableEras.Forward(first ?? TableSchema.Unknown(begin, "it came later"), steps);
        foreach (TableEra era in _eras.All.Skip(firstEra))
        {
            if ((era.Problem ?? era.KeyProblem) is { } problem)
                throw AsOf.Changed($"{request.Table}: {problem}");
        }

        bool hasKey = _eras.Key.Count > 0;
        _columns = new AsOfColumns(_eras, _eras.All[^1], hasKey ? request.Chosen : [], dump.IsMariaDb);
        _last = new LastRows(hasKey, request.MaximumMemory);
        Read(firstEra);
        if (_columns.FindLoss() is { } loss)
            throw AsOf.Changed($"{request.Table}: {loss}");
        if (_last.IsEmptied || firstEra > 0)
            return;
        _places = _columns.PlacesIn(_eras.All[0], out string? unknown)
            ?? throw AsOf.Changed($"{request.Table}: the dump does not tell what column {unknown} was at the moment");
        dump.Check(begin, _places);
    }

    /// <summary>The rows.</summary>
    public IEnumerable<TableRow> Rows() => request.Choose(DumpedRows().Concat(ChangedRows()));

    public void Dispose() => _last?.Dispose();

    private void Read(int firstEra)
    {
        SchemaCatalog catalog = dump.Catalog();
        TableFilter tables = TableFilter.Only(AsOf.WithParents(_eras!.Names, catalog.FindCascades(request.Table.Database)));
        using var reader = new AsOfScan(_eras, _columns!, past: null, new LogSchema(catalog), isFollowed: true)
        {
            Last = _last,
            FirstEra = firstEra,
        };
        using EventScan scan = log(new EventFilter { Tables = tables, WithStatements = true }, reader.Schema);
        if (!reader.Read(scan))
            throw AsOf.Changed($"the definitions of {request.Table} in the log cannot be followed");
        _logs = reader.Logs;
    }

    private List<LoggedDefinition> ReadDefinitions()
    {
        using EventScan scan = log(LoggedDefinition.Statements, null);
        return LoggedDefinition.ReadAll(scan);
    }

    private IEnumerable<TableRow> DumpedRows()
    {
        if (_last!.IsEmptied || _places.Length == 0)
            yield break;
        foreach (byte[]?[] row in dump.Rows(_eras!.All[0].Name, _places, stop))
        {
            if (_last.IsUnchanged(_columns!, row))
                yield return _columns!.ToRow(row, server: null, dump.Path);
        }
    }

    private IEnumerable<TableRow> ChangedRows()
    {
        foreach ((byte[]?[] values, int file, long position) in _last!.Read())
            yield return _columns!.ToRow(values, server: null, string.Create(CultureInfo.InvariantCulture, $"{_logs[file]}:{position}"));
    }
}
