using System.Collections;
using System.Management.Automation;
using MySqlRecovery.Changes;
using MySqlRecovery.Input;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Output.ReversedBinlog;

namespace MySqlRecovery.Commands;

/// <summary>Writes the binlog that undoes row changes of log files, a server, events or rows.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "BinlogReverse", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(UndoBinlog))]
public sealed class InvokeBinlogReverseCommand : PipedLogCmdlet
{
    private RecoveryInput _input = null!;
    private string _destination = string.Empty;
    private TableRenames _renames = TableRenames.None;

    /// <summary>Events of Get-BinlogEvent or rows of Get-RowChange in log order, live, stored or from another machine; or log
    /// files.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputSet, ValueFromPipeline = true)]
    public PSObject InputObject { get; set; } = null!;

    /// <summary>The binlog to write.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public string Destination { get; set; } = string.Empty;

    /// <summary>UUID for the GTIDs of the undo's transactions; a fresh one by default, none where the log has no GTIDs.</summary>
    [Parameter]
    public Guid? GtidSource { get; set; }

    /// <summary>
    /// The MySQL version (5.6 or later) that is to take the undo, where it is not the server that wrote the log: row events
    /// of version 1, as MariaDB writes them, become version 2, which MySQL 8.4 and later require.
    /// </summary>
    [Parameter]
    public Version? TargetVersion { get; set; }

    /// <summary>
    /// Tables to undo under another name, <c>@{ 'db.a' = 'db2.b' }</c> or <c>@{ 'db.*' = 'db2.*' }</c>; they must have the
    /// columns of the original.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public IDictionary? TableMap { get; set; }

    /// <summary>
    /// Bytes of memory for the index of what is undone, some twenty bytes a row event (32 MiB by default); what is beyond
    /// goes to a temporary file.
    /// </summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long MaxMemory { get; set; } = ChangeIndex.DefaultMaximumMemory;

    /// <summary>Overwrites the destination.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool TakesStatements => true;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Try(() =>
        {
            _destination = this.ResolveDestination(Destination);
            PendingFile.CheckFree(_destination, Force);
            if (TableMap != null)
                _renames = TableRenames.Parse(TableMap);
        });
        _input = new RecoveryInput(this, reverse: true, columns: [], MaxMemory, movesBytes: true);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == InputSet)
            Try(() => _input.Add(InputObject));
        else if (ParameterSetName == ServerSet)
            Try(() => _input.AddServer(Server));
        else
            Try(() => _input.AddFiles(ResolveFiles(e => throw e)));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Try(() => _input.CheckDestination(_destination, Force));
        using ChangeIndex index = Try(_input.BuildIndex);
        RecoveryException? nothing = index.Transactions.Count == 0 ? NothingFound(index) : null;
        EndReading();
        if (nothing != null)
            ThrowTerminatingError(ToErrorRecord(nothing));
        if (!ShouldProcess(_destination, $"write the undo of {index.RowCount} rows in {index.Transactions.Count} transactions"))
            return;
        UndoBinlog result = Try(() => UndoBinlogWriter.Write(
            index, _input.RowTest, _destination, Force, GtidSource, StopToken, TargetVersion, _renames));
        WriteObject(result);
        WarnIfIncomplete(result.Reason);
        WarnOfLaterChanges(index.LaterChanges, reverse: true);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _input?.Dispose();
        base.Dispose(disposing);
    }
}
