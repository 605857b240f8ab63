using System.Globalization;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Output.Sql;

/// <summary>
/// Writes the rows of events as SQL in log order, as they come: with no index, and nothing kept but the rows of XA
/// transactions that are prepared, which are written where their XA COMMIT comes.
/// </summary>
internal sealed class RowSqlStream : IDisposable
{
    private readonly SqlForm _form;
    private readonly SqlOutput _output;
    private readonly FilterDoubts _doubts;
    private readonly StatementEffects _effects;
    private readonly ChangeObstacles _obstacles = new();
    private readonly RowEventSql _sql;
    private readonly ParallelSql? _parallel;
    private readonly Dictionary<string, PreparedRows> _prepared = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<TableMap> _maps = new(ReferenceEqualityComparer.Instance);
    private readonly List<string> _logFiles = [];
    private string? _server;
    private readonly List<string> _tables = [];
    private SpoolFile? _spool;
    private byte[] _scratch = [];
    private (int Log, long Position) _transaction = (-1, -1);
    private TableMap? _lastMap;
    private bool _isMariaDb;

    /// <param name="filter">What the events were chosen by.</param>
    /// <param name="form">In which form; forward and not folded.</param>
    /// <param name="output">A file, whose text is made on all processors, or any other.</param>
    /// <param name="schema">What is known of the tables from elsewhere, or null.</param>
    public RowSqlStream(EventFilter filter, SqlForm form, SqlOutput output, ITableSchemaSource? schema = null)
    {
        (_form, _output, _doubts) = (form, output, filter.Doubts);
        _effects = new StatementEffects(
            reverse: false, filter.Tables, namesNewTables: filter.Operations == null, schema, movesBytes: false);
        _sql = new RowEventSql(where: null, form, output);
        _parallel = output is SqlFileOutput file ? new ParallelSql([], where: null, form, file, _obstacles) : null;
    }

    public int TransactionCount { get; private set; }

    public long RowCount { get; private set; }

    /// <summary>The tables with changes.</summary>
    public IEnumerable<TableName> Tables => _maps.Select(map => new TableName(map.Database, map.Table)).Distinct();

    /// <summary>What is left out and stands in the way, one line each; null where nobody looked for it.</summary>
    public string[]? LaterChanges { get; set; } = [];

    /// <summary>What is not in the script, one line each.</summary>
    public string[] Reasons => _obstacles.ToReasons();

    /// <summary>What the script would be, were it written to a file.</summary>
    public SqlExport ToResult(string path) => new()
    {
        Path = path,
        Server = _server,
        File = [.. _logFiles],
        TransactionCount = TransactionCount,
        RowCount = RowCount,
        StatementCount = _parallel?.StatementCount ?? _sql.Script.StatementCount,
        Table = [.. _tables],
        IsComplete = _obstacles.IsEmpty,
        Reason = Reasons,
        LaterChange = LaterChanges,
    };

    /// <summary>Names what a scan passed over.</summary>
    public void AddGaps(EventScan scan) => _obstacles.AddGaps(scan);

    /// <summary>Writes the rows of an event that were let through, or takes in what a statement means.</summary>
    public void Add(in EventView view)
    {
        if (!view.HasRows)
        {
            StatementEffect effect = _effects.Observe(view, []);
            _obstacles.Add(effect, view);
            if (effect.DecidedXaId != null && _prepared.Remove(effect.DecidedXaId, out PreparedRows? rows) && !effect.IsXaRollback)
                Write(rows);
            return;
        }

        try
        {
            AddRows(view);
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw view.Malformed(e);
        }
    }

    /// <summary>Ends the script; what is prepared and not decided is not in it.</summary>
    /// <exception cref="RecoveryException">There was no row, or a name of the form matches nothing.</exception>
    public void Complete()
    {
        foreach (PreparedRows undecided in _prepared.Values)
            NameUndecided(undecided);
        _obstacles.AddOpen(_effects);
        EndTransaction();
        _parallel?.Complete();
        foreach (TableMap map in _maps)
            _obstacles.AddDoubt(map);
        _obstacles.AddDoubts(_doubts);
        if (TransactionCount == 0)
            throw ChangeIndex.NothingFound(Reasons);
        _form.Check(_maps);
        string logs = string.Join(", ", _logFiles);
        _output.Comment(
            string.Create(CultureInfo.InvariantCulture, $"Changes of {RowCount} rows in {TransactionCount} transactions of {logs}"));
        if (!_obstacles.IsEmpty)
            _output.ReplaceVerdict("NOT COMPLETE: the end of this script says why");
        foreach (string reason in Reasons)
            _output.Comment($"NOT COMPLETE: {reason}");
        foreach (string change in LaterChanges ?? [])
            _output.Comment($"STANDS IN THE WAY: {change}");
        _output.Complete();
    }

    public void Dispose()
    {
        _parallel?.Dispose();
        _sql.Dispose();
        _spool?.Dispose();
    }

    private void AddRows(in EventView view)
    {
        TableMap map = view.Table!;
        RowsEvent rows = view.Rows;
        int count = view.MeasureRows(rows).Count;
        TransactionEnd? end = view.End;
        if ((ChangeRules.FindObstacle(rows, map, view.Format, reverse: false) ?? ChangeRules.FindObstacle(end)) is { } cause)
        {
            _obstacles.AddRows(map.Database, map.Table, count, cause, view.LogFile, view.Position);
            return;
        }

        if (count == 0)
            return;
        _obstacles.AddLog(view, view.Position);
        _server = view.Server;
        _isMariaDb |= view.Format.IsMariaDb;
        ReadOnlySpan<byte> raw = view.RawOfChosen(rows, ref _scratch);
        if (end == TransactionEnd.Prepare)
        {
            Keep(view, raw, count);
            return;
        }

        if (_transaction != (view.LogIndex, view.TransactionPosition))
        {
            BeginTransaction(view.LogFile, view.Origin);
            _transaction = (view.LogIndex, view.TransactionPosition);
        }

        Write(raw, map, view.LogFile, view.Position, count);
    }

    private void BeginTransaction(string logFile, string origin)
    {
        EndTransaction();
        if (TransactionCount++ == 0)
            Begin();
        if (!_logFiles.Contains(logFile))
            _logFiles.Add(logFile);
        if (_parallel != null)
            _parallel.BeginTransaction(origin);
        else
            _sql.Script.BeginTransaction(origin);
    }

    private void Begin()
    {
        _output.Comment("Changes in the order of the log; the end of this script says how many, and of which logs");
        _output.Verdict("Complete: every row change of the range is in here.");
        _sql.Script.Begin(_isMariaDb);
    }

    private void EndTransaction()
    {
        bool isOpen = _transaction != (-1, -1);
        _transaction = (-1, -1);
        if (!isOpen)
            return;
        if (_parallel != null)
        {
            _parallel.EndTransaction();
            return;
        }

        _sql.NameRefused(_obstacles);
        _sql.Script.EndTransaction();
    }

    private void Write(ReadOnlySpan<byte> raw, TableMap map, string logFile, long position, int rows)
    {
        RowCount += rows;
        if (map != _lastMap && _maps.Add(map))
            NoteTable(map);
        _lastMap = map;
        if (_parallel != null)
            _parallel.Add(raw, map, logFile, position);
        else
            _sql.Write(raw, map, logFile, position);
    }

    private void NoteTable(TableMap map)
    {
        string name = _form.Renames.NameOf(map).ToString();
        if (_tables.Contains(name, StringComparer.Ordinal))
            return;
        _tables.Add(name);
        foreach (string doubt in SqlTable.Doubts(map))
            _obstacles.AddTable(map.Database, map.Table, doubt);
        string text = SqlTable.Describe(map, _form);
        if (_parallel != null)
            _parallel.Comment(text);
        else
            _output.Comment(text);
    }

    private void Keep(in EventView view, ReadOnlySpan<byte> raw, int rows)
    {
        string id = view.XaId ?? string.Empty;
        _effects.NotePrepared(id);
        bool isKnown = _prepared.TryGetValue(id, out PreparedRows? known);
        if (isKnown && (known!.LogFile, known.TransactionPosition) != (view.LogFile, view.TransactionPosition))
        {
            NameUndecided(known);
            known = null;
        }

        _prepared[id] = known ??= new PreparedRows(view.LogFile, view.Position, view.TransactionPosition, view.Origin);
        _spool ??= SpoolFile.Create();
        known.Events.Add((_spool.Length, raw.Length, view.Table!, view.Position, rows));
        _spool.Append(raw);
    }

    private void Write(PreparedRows prepared)
    {
        BeginTransaction(prepared.LogFile, prepared.Origin);
        _transaction = (-1, prepared.TransactionPosition);
        foreach ((long offset, int length, TableMap map, long position, int rows) in prepared.Events)
        {
            if (_scratch.Length < length)
                _scratch = new byte[length];
            _spool!.Read(offset, _scratch.AsSpan(0, length));
            Write(_scratch.AsSpan(0, length), map, prepared.LogFile, position, rows);
        }

        EndTransaction();
    }

    private void NameUndecided(PreparedRows prepared)
    {
        foreach ((_, _, TableMap map, _, int rows) in prepared.Events)
            _obstacles.AddRows(map.Database, map.Table, rows, ChangeRules.UndecidedXa, prepared.LogFile, prepared.Position);
    }

    /// <summary>The rows of an XA transaction that was prepared.</summary>
    private sealed record PreparedRows(string LogFile, long Position, long TransactionPosition, string Origin)
    {
        public List<(long Offset, int Length, TableMap Map, long Position, int Rows)> Events { get; } = [];
    }
}
