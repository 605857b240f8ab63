using System.Collections;
using System.Management.Automation;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Changes;
using MySqlRecovery.Client;
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

    private readonly List<BinlogSummary> _summaries = [];
    private VerdictSpool? _verdicts;
    private ServerConnection? _connection;
    private bool _hasObjects;

    /// <summary>
    /// Rows of Get-RowChange or events of Get-BinlogEvent in log order, transactions of Measure-BinlogEvent -By Transaction, or
    /// log files; live, stored or from another machine.
    /// </summary>
    [Parameter(ParameterSetName = ServerSet, ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Log files; wildcards. Without them and without a pipeline the logs of the server are read.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [SupportsWildcards]
    public string[] LogPath { get; set; } = [];

    /// <summary>Compares with the changes done (or does them) instead of undone: a transaction that a failover lost.</summary>
    [Parameter]
    public SwitchParameter Forward { get; set; }

    /// <summary>The only columns that are compared and set in rows that were updated.</summary>
    [Parameter]
    public string[] Column { get; set; } = [];

    /// <summary>Tables that have another name on the server, <c>@{ 'db.a' = 'db2.b' }</c> or <c>@{ 'db.*' = 'db2.*' }</c>.</summary>
    [Parameter]
    public IDictionary? TableMap { get; set; }

    /// <summary>Rows that are read at a time, and, where they are restored, rows of a transaction.</summary>
    [Parameter]
    [ValidateRange(1, 10_000)]
    public int BatchSize { get; set; } = 500;

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
            _verdicts?.Dispose();
            _connection?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Whether anything came down the pipeline that there was to come.</summary>
    private protected bool HasInput => _hasObjects || !MyInvocation.ExpectingInput;

    private protected override ITableSchemaSource? OpenDefaultSchema() =>
        new ServerLogSchema(() => ServerConnection.Open(OptionsFor(Server[0]), StopToken), Filter.Tables, Warn, StopToken);

    /// <summary>All that was given, ready to be compared.</summary>
    private protected RestoreRun OpenRun()
    {
        IQueryClient client = Connection != null
            ? new DbConnectionQueryClient(Connection) : _connection = ServerConnection.Open(OptionsFor(Server[0]), StopToken);
        if (_verdicts != null)
        {
            return RestoreRun.Of(client, _verdicts.Rows, _verdicts.ToIndex(), Form(_verdicts.IsForward == true), StopToken);
        }

        if (_summaries.Count > 0)
            NameLogs();
        else if (LogPath.Length > 0)
            Input.AddFiles(this.ResolveLogs(LogPath, literal: false, e => throw e));
        else if (!MyInvocation.ExpectingInput)
            Input.AddServer(Server);
        ChangeIndex index = Input.BuildIndex();
        if (index.Transactions.Count == 0)
        {
            using (index)
                throw NothingFound(index);
        }

        HashSet<(string, long)> chosen = [.. _summaries.Select(s => (s.LogFile, s.StartPosition))];
        return RestoreRun.Of(
            client, index, Input.RowTest, Form(Forward), StopToken, chosen.Count == 0 ? null : (log, position) =>
                chosen.Contains((log, position)));
    }

    private SqlForm Form(bool isForward) => new()
    {
        Reverse = !isForward,
        Columns = Column,
        Renames = TableMap == null ? TableRenames.None : TableRenames.Parse(TableMap),
    };

    private void Add(PSObject input)
    {
        _hasObjects = true;
        if (ToObject<RowVerdict>(input, nameof(RowVerdict.Verdict), nameof(RowVerdict.Action)) is { } verdict)
            (_verdicts ??= new VerdictSpool(new PipelineTableMaps(Schema))).Add(verdict);
        else if (ToObject<BinlogSummary>(input, nameof(BinlogSummary.EndLogFile), nameof(BinlogSummary.TransactionCount)) is { } summary)
            _summaries.Add(Checked(summary));
        else
            Input.Add(input);
        if ((_verdicts == null ? 0 : 1) + (_summaries.Count == 0 ? 0 : 1) + (Input.IsEmpty ? 0 : 1) > 1)
            throw RecoveryInput.Mixed();
    }

    /// <summary>The object, made anew from a property bag if need be; null for another.</summary>
    private static T? ToObject<T>(PSObject input, string property, string other)
        where T : class, new() => input.BaseObject as T
            ?? (input.BaseObject is PSCustomObject && input.Properties[property] != null && input.Properties[other] != null
                ? PropertyBag.ConvertTo<T>(input) : null);

    private static BinlogSummary Checked(BinlogSummary summary) => summary.Database == null ? summary : throw new RecoveryException(
        "SummaryNotTransaction", RecoveryErrorKind.InvalidArgument,
        $"the summary of {summary.Database}.{summary.Table} is not one transaction",
        recommendedAction: "Sum up with Measure-BinlogEvent -By Transaction.");

    /// <summary>Has the logs of the chosen transactions read: the files given, else the server's.</summary>
    private void NameLogs()
    {
        if (LogPath.Length > 0)
        {
            Input.AddFiles(this.ResolveLogs(LogPath, literal: false, e => throw e));
            return;
        }

        BinlogSummary first = _summaries.MinBy(s => (s.FirstTimestamp, s.StartPosition))!, last = _summaries.MaxBy(s => s.LastTimestamp)!;
        StartFile ??= first.LogFile;
        StopFile ??= last.EndLogFile;
        if (_summaries.TrueForAll(s => s.LogFile == first.LogFile))
            StartPosition ??= _summaries.Min(s => s.StartPosition);
        Input.AddServer(Server);
    }
}
