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
    private const string BesideSet = "InputObjectLogPath";

    private RecoveryInput _input = null!;
    private string _destination = string.Empty;
    private TableRenames _renames = TableRenames.None;

    /// <summary>Events of Get-BinlogEvent or rows of Get-RowChange in log order, live, stored or from another machine; or log
    /// files.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputSet, ValueFromPipeline = true)]
    [Parameter(Mandatory = true, ParameterSetName = BesideSet, ValueFromPipeline = true)]
    public PSObject InputObject { get; set; } = null!;

    /// <summary>
    /// The logs that events and rows of the pipeline are from, wildcards: what came after them is looked for there, as it is with
    /// -Server.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = BesideSet)]
    [SupportsWildcards]
    public string[] LogPath { get; set; } = [];

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ServerSet), Parameter(ParameterSetName = InputSet), Alias("HostName", "ComputerName")]
    [ValidateNotNull]
    public override string[] Server { get; set; } = [string.Empty];

    /// <summary>The binlog to write; for servers also a folder, or a path in which <c>*</c> stands for the server's name.</summary>
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
    /// Leaves rows as they are that something else, which is not undone, changed again later, each with all of its steps. Which those
    /// are says Excluded; where it cannot be known, nothing is written.
    /// </summary>
    [Parameter]
    public SwitchParameter ExcludeLaterChange { get; set; }

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
            if (!ServerDestination.IsForEach(Destination, _destination))
                PendingFile.CheckFree(_destination, Force);
            if (TableMap != null)
                _renames = TableRenames.Parse(TableMap);
        });
        _input = NewInput();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName is InputSet or BesideSet)
            AddObject();
        else if (ParameterSetName == ServerSet)
            PipedServers.AddRange(Server);
        else
            Try(() => _input.AddFiles(ResolveFiles(e => throw e)));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (PipedServers.Count == 0)
        {
            ForEach([_destination], path => WriteUndo(_input, path));
            return;
        }

        if (!_input.IsEmpty)
            Try(() => throw RecoveryInput.Mixed());
        string[] paths = Try(() => ServerDestination.Of(Destination, _destination, [.. PipedServers.Select(NameOf)], ".undo"));
        ForEach([.. PipedServers.Zip(paths)], ((string Server, string Path) one) =>
        {
            BeginReading();
            using RecoveryInput input = NewInput();
            input.AddServer(one.Server);
            WriteUndo(input, one.Path);
        });
    }

    private RecoveryInput NewInput() => new(this, reverse: true, columns: [], MaxMemory, movesBytes: true)
    {
        LeavesOutLaterChanges = ExcludeLaterChange,
        Renames = _renames,
    };

    private void AddObject() => Try(() =>
    {
        bool looksIntoServer = MyInvocation.BoundParameters.ContainsKey(nameof(Server));
        _input.LookInto(() => this.ResolveLogs(LogPath, literal: false, e => throw e), looksIntoServer ? Server : []);
        if (!TryAddServer(InputObject))
            _input.Add(InputObject);
    });

    private void WriteUndo(RecoveryInput input, string path)
    {
        input.CheckDestination(path, Force);
        using ChangeIndex index = input.BuildIndex();
        RecoveryException? nothing = index.Transactions.Count == 0 ? NothingFound(index) : null;
        EndReading();
        if (nothing != null)
            throw nothing;
        if (!ShouldProcess(path, $"write the undo of {index.RowCount} rows in {index.Transactions.Count} transactions"))
            return;
        UndoBinlog result = UndoBinlogWriter.Write(
            index, input.RowTest, path, Force, GtidSource, StopToken, TargetVersion, _renames,
            (done, total) => ShowWork("writing", "row events", done, total));
        Progress.Complete();
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
