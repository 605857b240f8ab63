using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Server;
using MySqlRecovery.Text;

namespace MySqlRecovery.History;

/// <summary>Which table as of when, and what of it.</summary>
internal sealed record AsOfRequest
{
    public required TableName Table { get; init; }

    /// <summary>The columns to give; empty for all.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The rows to give; null for all.</summary>
    public RowPredicate? Where { get; init; }

    /// <summary>The table as it was defined at the moment; null where the server and the log have to tell.</summary>
    public SchemaCatalog? Schema { get; init; }

    public bool IsMariaDb { get; init; }

    /// <summary>Bytes of memory for the keys that changed since.</summary>
    public long MaximumMemory { get; init; }

    /// <summary>The columns to read: what -Where tests is among them.</summary>
    public IReadOnlyList<string> Chosen => Columns.Count == 0 ? []
        : [.. Columns.Union(Where?.Columns ?? [], StringComparer.OrdinalIgnoreCase)];

    /// <summary>The rows and columns that were asked for.</summary>
    public IEnumerable<TableRow> Choose(IEnumerable<TableRow> rows)
    {
        HashSet<string>? shown = Columns.Count == 0 ? null : new(Columns, StringComparer.OrdinalIgnoreCase);
        foreach (TableRow row in rows)
        {
            if (Where?.IsMatch(row.Value) == false)
                continue;
            foreach (string column in shown == null ? [] : row.Value.Keys.Cast<string>().Where(c => !shown.Contains(c)).ToList())
                row.Value.Remove(column);
            yield return row;
        }
    }
}

/// <summary>
/// The rows of a table as they were: those of a snapshot of the present table whose keys are not in the log since, and what
/// the log says that the others were. The snapshot may be of any time between the moment and the end of the log that is
/// read: a row that the log does not touch is the same in all of them.
/// </summary>
internal sealed class AsOf : IDisposable
{
    private const int Attempts = 20;

    private readonly IQueryClient _client;
    private readonly AsOfRequest _request;
    private readonly CancellationToken _stop;
    private TableEras? _eras;
    private AsOfColumns? _columns;
    private PastRows? _past;
    private List<string> _logs = [];

    /// <param name="client">A session with a snapshot.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="stop">Cancels.</param>
    public AsOf(IQueryClient client, AsOfRequest request, CancellationToken stop) => (_client, _request, _stop) = (client, request, stop);

    /// <summary>Opens a scan of the log from the moment to its end of when the snapshot was there; the other tables are known to the
    /// source given.</summary>
    public Func<EventFilter, ITableSchemaSource?, EventScan>? Log { get; init; }

    /// <summary>What is known of the tables whose foreign keys may change the rows.</summary>
    public Func<TableFilter, ITableSchemaSource>? OpenSchema { get; init; }

    public static RecoveryException Changed(string what) => new(
        "AsOfDefinitionChanged", RecoveryErrorKind.NotSupported, what,
        recommendedAction: "Leave the column out with -Column, give -SchemaPath the table's definition of then, or -Base a dump.");

    public static RecoveryException NotInLog(string what, string? path, long? position) => new(
        "AsOfNotInLog", RecoveryErrorKind.NotSupported, $"the log does not tell what the rows were: {what}", path, position,
        "Take a moment after it, or give -Base a dump from before it.");

    /// <summary>The names of a table, and the tables whose rows take rows of it along.</summary>
    public static List<TableName> WithParents(IEnumerable<TableName> names, List<(TableName Parent, TableName Child)> cascades)
    {
        List<TableName> all = [.. names];
        for (int i = 0; i < all.Count; i++)
            all.AddRange(cascades.Where(c => LoggedDefinition.IsSame(c.Child, all[i])).Select(c => c.Parent)
                .Where(p => !all.Contains(p, TableName.IgnoreCase)).ToList());
        return all;
    }

    public static RecoveryException NotFound(TableName name, string why) => new(
        "AsOfTableNotFound", RecoveryErrorKind.ObjectNotFound, $"there is no table {name} at the moment: {why}");

    /// <summary>Makes a session that sees one moment, and keeps its tables from being defined anew while they are read.</summary>
    /// <param name="client">The session.</param>
    /// <param name="table">The table; it is kept from there on.</param>
    /// <param name="stop">Cancels.</param>
    public static void BeginSnapshot(IQueryClient client, TableName? table, CancellationToken stop)
    {
        client.Execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", stop);
        client.Execute("START TRANSACTION WITH CONSISTENT SNAPSHOT", stop);
        if (table is { } name)
            client.Execute($"SELECT 1 FROM {name.Quoted} LIMIT 0", stop);
    }

    /// <summary>The present table; null where there is none.</summary>
    /// <exception cref="RecoveryException">AsOfNotSupported.</exception>
    public static TableSchema? FindTable(IQueryClient client, TableName name, CancellationToken stop)
    {
        TableSchema? table = ServerSchema.Read(client, [name], stop) is [var found, ..] ? found : null;
        if (table?.UnknownReason != null)
            throw new RecoveryException(
                "ServerPrivilegeMissing", RecoveryErrorKind.PermissionDenied,
                $"the definition of {name} cannot be read: {table.UnknownReason}", client.Server,
                recommendedAction: $"GRANT SELECT ON {name.Quoted} TO the account.");
        string? problem = table?.RowEndColumn != null ? "is system-versioned: ask it with FOR SYSTEM_TIME AS OF"
            : table?.Engine is { } engine && engine.ToUpperInvariant() is not ("INNODB" or "ROCKSDB" or "TOKUDB")
            ? $"is of the engine {engine}, which has no snapshot"
            : null;
        return problem == null ? table
            : throw new RecoveryException("AsOfNotSupported", RecoveryErrorKind.NotSupported, $"{name} {problem}", client.Server);
    }

    /// <summary>Finds out all that has to be known before the first row: what stands in the way is thrown here.</summary>
    /// <exception cref="RecoveryException">AsOfNotInLog, AsOfDefinitionChanged, AsOfTableNotFound ...</exception>
    public void Prepare()
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                PrepareOnce();
                return;
            }
            catch (RecoveryException e) when (e.ErrorId is "PositionNotABoundary" or "StopFileNotFound" && attempt < Attempts)
            {
                // A server sends an event a moment after it says that it has it.
                _stop.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(100));
            }
        }
    }

    /// <summary>The rows.</summary>
    public IEnumerable<TableRow> Rows()
    {
        return _request.Choose(PresentRows().Concat(ChangedRows()));
    }

    public void Dispose() => _past?.Dispose();

    private void PrepareOnce()
    {
        TableSchema? live = FindTable(_client, _request.Table, _stop);
        TableSchema? first = Find(_request.Schema);
        if (Log == null || (first ?? live) != null && TryRead(first == null
            ? TableEras.Backward(live!, []) : TableEras.Forward(first, []), isFollowed: false))
        {
            _eras ??= TableEras.Backward(live ?? throw NotFound(_request.Table), []);
            Complete();
            return;
        }

        List<LoggedDefinition> definitions = ReadDefinitions();
        List<TrailStep>? steps = TableTrail.Follow(_request.Table, definitions, out TableName? last);
        if (steps == null)
        {
            steps = TableTrail.FollowBack(_request.Table, definitions);
            last = _request.Table;
        }

        foreach (TrailStep step in steps)
            Check(step);
        live = FindTable(_client, last!, _stop) ?? throw NotFound(last!);
        TableEras eras = first == null ? TableEras.Backward(live, steps) : TableEras.Forward(first, steps);
        string[] followed = [.. eras.All[^1].Columns.Select(c => c.Name)], present = [.. live.Columns.Select(c => c.Name)];
        if (!followed.SequenceEqual(present, StringComparer.OrdinalIgnoreCase))
        {
            throw Changed(
                $"-SchemaPath and the log make {last} ({string.Join(", ", followed)}), the server has ({string.Join(", ", present)})");
        }

        if (!TryRead(eras, isFollowed: true))
            throw Changed($"the definitions of {_request.Table} in the log cannot be followed");
        Complete();
    }

    private static void Check(TrailStep step)
    {
        if (step.Step == TableStep.Appeared)
            throw new RecoveryException(
                "AsOfTableNotFound", RecoveryErrorKind.ObjectNotFound,
                $"{step.Before} was not there yet: it came with {step.Definition.Shown}");
        if (step.Step is TableStep.Emptied or TableStep.Dropped or TableStep.RowsMoved)
            throw NotInLog($"rows went without being logged: {step.Definition.Shown}", step.Definition.LogFile, step.Definition.Position);
    }

    private TableSchema? Find(SchemaCatalog? catalog)
    {
        if (catalog == null)
            return null;
        TableSchema? table = catalog.Find(_request.Table.Database, _request.Table.Name);
        return table is { UnknownReason: null } ? table with { Database = _request.Table.Database } : throw NotFound(_request.Table);
    }

    // The table must be as the log says that it became.
    private void Complete()
    {
        _columns ??= new AsOfColumns(_eras!, _eras!.All[0], _request.Chosen, _request.IsMariaDb);
        if (_columns.FindLoss() is { } loss)
            throw Changed($"{_request.Table}: {loss}");
    }

    private bool TryRead(TableEras eras, bool isFollowed)
    {
        foreach (TableEra era in eras.All)
        {
            if ((era.Problem ?? era.KeyProblem) is { } problem)
                throw Changed($"{_request.Table}: {problem}");
        }

        _past?.Dispose();
        _past = new PastRows(eras.Key.Count > 0, _request.MaximumMemory);
        _eras = eras;
        try
        {
            // Without a key a row is known by all it has.
            _columns = new AsOfColumns(eras, eras.All[0], eras.Key.Count > 0 ? _request.Chosen : [], _request.IsMariaDb);
        }
        catch (RecoveryException e) when (e.ErrorId == "ColumnUnknown" && !isFollowed)
        {
            return false; // It may have been called so then.
        }

        List<(TableName Parent, TableName Child)> cascades = ServerSchema.FindCascades(_client, _stop);
        TableFilter tables = TableFilter.Only(WithParents(eras.Names, cascades));
        using var reader = new AsOfScan(eras, _columns, _past, OpenSchema?.Invoke(tables), isFollowed);
        using EventScan scan = Log!(new EventFilter { Tables = tables, WithStatements = true }, reader.Schema);
        bool isRead = reader.Read(scan);
        _logs = reader.Logs;
        return isRead;
    }

    private List<LoggedDefinition> ReadDefinitions()
    {
        using EventScan scan = Log!(LoggedDefinition.Statements, null);
        return LoggedDefinition.ReadAll(scan);
    }

    private IEnumerable<TableRow> PresentRows()
    {
        AsOfColumns columns = _columns!;
        using var scratch = new TextBuffer();
        using IQueryRows rows = _client.Query($"SELECT {columns.Select} FROM {_eras!.All[^1].Name.Quoted}", _stop);
        while (rows.Read())
        {
            var values = new byte[]?[columns.Count];
            for (int i = 0; i < values.Length; i++)
                values[i] = columns.OfServer(i, rows.GetBytes(i), scratch);
            if (_past?.IsOfThen(columns, values) != false)
                yield return columns.ToRow(values, _client.Server, _client.Server);
        }
    }

    private IEnumerable<TableRow> ChangedRows()
    {
        foreach ((byte[]?[] values, int log, long position) in _past?.Read() ?? [])
            yield return _columns!.ToRow(values, _client.Server, $"{_logs[log]}:{position}");
    }

    private RecoveryException NotFound(TableName name) => new(
        "AsOfTableNotFound", RecoveryErrorKind.ObjectNotFound, $"there is no table {name}, or the account may not see it", _client.Server,
        recommendedAction: "Write database.table, by the name of the moment. What was dropped comes from a dump: -Base.");
}
