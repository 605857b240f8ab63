using System.Management.Automation;
using System.Text;
using MySqlRecovery.IO;
using MySqlRecovery.Input;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Report;

namespace MySqlRecovery.Commands;

/// <summary>Writes what was found, and what was done about it, as one page of HTML.</summary>
[Cmdlet(VerbsData.Export, "RecoveryReport", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportRecoveryReportCommand : RecoveryCmdlet
{
    private RecoveryReport _report = null!;
    private string _path = string.Empty;

    /// <summary>
    /// Incidents, sums, rows, verdicts, results of restoring, undo binlogs, SQL files, and states of tables (objects with Table, Rows
    /// and Checksum), live, stored or from another machine, in any order.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    public PSObject InputObject { get; set; } = null!;

    /// <summary>The page to write.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string Path { get; set; } = string.Empty;

    /// <summary>What the page is called.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Title { get; set; } = "Recovery report";

    /// <summary>
    /// Columns whose values are not shown: <c>column</c>, <c>table.column</c> or <c>database.table.column</c>; wildcards.
    /// </summary>
    [Parameter, SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Mask { get; set; } = [];

    /// <summary>How many rows of each table are shown.</summary>
    [Parameter]
    [ValidateRange(0, 10_000)]
    public int SampleCount { get; set; } = 10;

    /// <summary>The commands that were run, to be listed.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Command { get; set; } = [];

    /// <summary>Overwrites the file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        Try(() =>
        {
            _path = this.ResolveDestination(Path);
            PendingFile.CheckFree(_path, Force);
        });
        _report = new RecoveryReport(Title, new ValueMask(Mask), SampleCount);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            Add();
        }
        catch (Exception e) when (e is RecoveryException or PSInvalidCastException)
        {
            ReportError(e as RecoveryException ?? Unknown(e));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!ShouldProcess(_path, "write the report"))
            return;
        Try(() =>
        {
            // Nobody else may read what is made of the rows of logs.
            using PendingFile file = PendingFile.Create(_path, Force, [string.Empty]);
            file.Stream.Write(Encoding.UTF8.GetBytes(_report.ToHtml(Command, DateTime.UtcNow)));
            file.Commit();
        });
        // As Get-Item gives it, so that it pipes into what takes files.
        foreach (PSObject item in InvokeProvider.Item.Get([_path], force: true, literalPath: true))
            WriteObject(item);
    }

    private void Add()
    {
        if (_report.TryAdd(InputObject.BaseObject) || (ToLive() is { } live && _report.TryAdd(live)))
            return;
        throw Unknown(null);
    }

    private object? ToLive() => (object?)PropertyBag.As<Incident>(InputObject, nameof(Incident.Hint), nameof(Incident.StopLogFile))
        ?? (object?)PropertyBag.As<BinlogSummary>(InputObject, nameof(BinlogSummary.EndLogFile), nameof(BinlogSummary.TransactionCount))
        ?? (object?)PropertyBag.As<RowVerdict>(InputObject, nameof(RowVerdict.Verdict), nameof(RowVerdict.Action))
        ?? (object?)PropertyBag.As<RestoreResult>(InputObject, nameof(RestoreResult.RestoredCount), nameof(RestoreResult.LeftCount))
        ?? (object?)PropertyBag.As<UndoBinlog>(InputObject, nameof(UndoBinlog.IsVerified), nameof(UndoBinlog.RowCount))
        ?? (object?)PropertyBag.As<SqlExport>(InputObject, nameof(SqlExport.IsReverse), nameof(SqlExport.StatementCount))
        ?? (object?)PropertyBag.As<TableState>(InputObject, nameof(TableState.Checksum), nameof(TableState.RowCount))
        ?? PropertyBag.As<RowChange>(InputObject, nameof(RowChange.RowIndex), nameof(RowChange.Operation));

    private RecoveryException Unknown(Exception? inner) => new(
        "InputObjectUnknown", RecoveryErrorKind.InvalidArgument,
        $"a report has no place for an object of type {InputObject.TypeNames[0]}", inner: inner,
        recommendedAction: "Pass on what the commands of this module gave.");
}
