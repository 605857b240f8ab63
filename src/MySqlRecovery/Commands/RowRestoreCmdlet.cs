using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Changes;
using MySqlRecovery.Client;
using MySqlRecovery.Completion;
using MySqlRecovery.Consistency;
using MySqlRecovery.Input;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Restore;
using MySqlRecovery.Schema;
using MySqlRecovery.Server;

namespace MySqlRecovery.Commands;

/// <summary>What Test-RowChange and Restore-RowChange share: the changes, and the server whose rows they are compared with.</summary>
public abstract class RowRestoreCmdlet : BinlogCmdlet
{
    private protected RecoveryInput Input { get; private set; } = null!;

    private SummedSpool? _summed;
    private ServerConnection? _connection;
    private IQueryClient? _client;
    private bool _hasObjects;

    /// <summary>
    /// Rows of Get-RowChange or events of Get-BinlogEvent in log order, sums of Measure-BinlogEvent, verdicts of Test-RowChange,
    /// findings of Test-ReplicationConsistency, rows of Get-IbdRow or Get-TableRow, or log files; live, stored or from another machine.
    /// </summary>
    [Parameter(ParameterSetName = ServerSet, ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>
    /// Log files; wildcards. Without them and without a pipeline the logs of the server are read. Beside events and rows of the pipeline:
    /// the logs that they are from, in which it is looked for what others did to the rows.
    /// </summary>
    [Parameter(ParameterSetName = ServerSet)]
    [SupportsWildcards]
    public string[] LogPath { get; set; } = [];

    /// <summary>Compares with the changes done (or does them) instead of undone: a transaction that a failover lost.</summary>
    [Parameter]
    public SwitchParameter Forward { get; set; }

    /// <summary>The only columns that are compared and set in rows that were updated.</summary>
    [Parameter, ArgumentCompleter(typeof(ColumnCompleter))]
    public string[] Column { get; set; } = [];

    /// <summary>Tables that have another name on the server, <c>@{ 'db.a' = 'db2.b' }</c> or <c>@{ 'db.*' = 'db2.*' }</c>.</summary>
    [Parameter]
    public IDictionary? TableMap { get; set; }

    /// <summary>Rows that are read at a time, and, where they are restored, rows of a transaction.</summary>
    [Parameter]
    [ValidateRange(1, 10_000)]
    public int BatchSize { get; set; } = 500;

    /// <summary>
    /// Brings those rows back, too, that ON DELETE CASCADE took along and the log does not have (MySQL before 9.6, MariaDB), if their
    /// last image stands in the logs.
    /// </summary>
    [Parameter]
    public SwitchParameter Cascade { get; set; }

    /// <summary>Repairs rows of findings, too, that the replica may still get by itself.</summary>
    [Parameter]
    public SwitchParameter IncludeLikely { get; set; }

    private protected override bool TakesStatements => true;

    private protected override bool ReadsServer => LogPath.Length == 0 && !MyInvocation.ExpectingInput;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Server.Length != 1)
            Try(() => throw new RecoveryException(
                "ServerNotOne", RecoveryErrorKind.InvalidArgument, "rows are compared with those of one server",
                recommendedAction: "Give one server at a time."));
        Input = new RecoveryInput(this, !Forward, Column, ChangeIndex.DefaultMaximumMemory, movesBytes: false)
        {
            FindsLaterChanges = false,
            KeepsUnusable = true,
        };
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject != null)
            Try(() => Add(InputObject));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Input?.Dispose();
            _summed?.Dispose();
            _connection?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The server whose rows are meant: where none is named, that in whose logs sums or incidents of the pipeline were
    /// found.</summary>
    /// <exception cref="RecoveryException">ServerNotOne.</exception>
    private protected string TargetServer
    {
        get
        {
            string[] found = MyInvocation.BoundParameters.ContainsKey(nameof(Server)) ? [] : [.. Picked.Servers];
            return found.Length == 0 ? Server[0] : found.Length == 1 ? found[0] : throw new RecoveryException(
                "ServerNotOne", RecoveryErrorKind.InvalidArgument,
                $"what came down the pipeline was found on several servers: {string.Join(", ", found)}",
                recommendedAction: "Restore those of one server at a time, with -Server or without.");
        }
    }

    /// <summary>Whether anything came down the pipeline that there was to come.</summary>
    private protected bool HasInput => _hasObjects || !MyInvocation.ExpectingInput;

    private protected override ITableSchemaSource? OpenDefaultSchema() =>
        new ServerLogSchema(() => ServerConnection.Open(OptionsFor(TargetServer), StopToken), Filter.Tables, Warn, StopToken);

    /// <summary>All that was given, ready to be compared.</summary>
    private protected RestoreRun OpenRun()
    {
        IQueryClient client = OpenClient();
        if (_summed != null)
        {
            ChangeIndex summed = _summed.ToIndex();
            if (_summed.Rows.Count == 0)
                throw _summed.HasFindings || _summed.IsForward == null ? RepairScript.NothingFound(summed.Reasons) : NothingFound(summed);
            return RestoreRun.Of(client, _summed.Rows, summed, Form(_summed.IsForward == true), _summed.HasFindings, StopToken);
        }

        if (!Input.HasEvents)
            AddLogs();
        ChangeIndex index = Input.BuildIndex();
        if (index.Transactions.Count == 0)
        {
            using (index)
                throw NothingFound(index);
        }

        return RestoreRun.Of(client, index, Input.RowTest, Form(Forward), StopToken, Input.OpenAll(), Input.Reread(), Cascade);
    }

    private void AddLogs()
    {
        if (LogPath.Length > 0)
            Input.AddFiles(ResolveLogPath());
        else if (!MyInvocation.ExpectingInput || (!Picked.IsEmpty && !Picked.Files.Any(File.Exists)))
            Input.AddServer(TargetServer);
    }

    /// <summary>Says aloud that verdicts depend on what nobody has looked for.</summary>
    private protected void WarnIfUnfollowed(RestoreRun run)
    {
        if (run.HasUnfollowed)
            WriteWarning("Whether something that was not chosen gave these rows another key, or, in tables without key, other values, was "
                + "not looked for: only logs show it. Give -LogPath beside the rows.");
    }

    private IQueryClient OpenClient() => _client ??= Connection != null
        ? new DbConnectionQueryClient(Connection) : _connection = ServerConnection.Open(OptionsFor(TargetServer), StopToken);

    private SqlForm Form(bool isForward) => new()
    {
        Reverse = !isForward,
        Columns = Column,
        Renames = TableMap == null ? TableRenames.None : TableRenames.Parse(TableMap),
    };

    private void Add(PSObject input)
    {
        _hasObjects = true;
        if (PropertyBag.As<RowVerdict>(input, nameof(RowVerdict.Verdict), nameof(RowVerdict.Action)) is { } verdict)
            Summed.Add(verdict);
        else if (RecoveryInput.ToFinding(input) is { } finding)
            AddFinding(finding);
        else if (PropertyBag.As<TableRow>(input, nameof(TableRow.State), nameof(TableRow.MissingColumn)) is { } row)
            AddRow(row);
        else
            AddChange(input);
        if (_summed != null && !Input.IsEmpty)
            throw RecoveryInput.Mixed();
    }

    private void AddChange(PSObject input)
    {
        Input.LookInto(ResolveLogPath, servers: []);
        Input.Add(input);
    }

    private IEnumerable<string> ResolveLogPath() => this.ResolveLogs(LogPath, literal: false, e => throw e);

    private SummedSpool Summed =>
        _summed ??= new SummedSpool(new PipelineTableMaps(Schema), new LiveTableMaps(OpenClient, StopToken), IncludeLikely);

    private void AddFinding(ConsistencyFinding finding)
    {
        if (Forward)
            throw RepairScript.Reversed();
        Unwrap(finding.SourceRow);
        Unwrap(finding.ReplicaRow);
        Summed.Add(finding);
    }

    private void AddRow(TableRow row)
    {
        if (Forward)
            throw new RecoveryException(
                "InvalidParameters", RecoveryErrorKind.InvalidArgument,
                "rows of a table come back; there is no change that -Forward would do",
                recommendedAction: "Leave -Forward out.");
        Unwrap(row.Value);
        Summed.Add(row);
    }

    // Values that came from another machine have a wrapper of PowerShell's around them.
    private static void Unwrap(OrderedDictionary? row)
    {
        for (int i = 0; i < row?.Count; i++)
            row[i] = (row[i] as PSObject)?.BaseObject ?? row[i];
    }
}
