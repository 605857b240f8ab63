using System.Collections;
using System.Management.Automation;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Completion;
using MySqlRecovery.Consistency;
using MySqlRecovery.Input;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;

namespace MySqlRecovery.Commands;

/// <summary>
/// Writes row changes as SQL, as they were done or as their undo, or the repairs of rows that differ on a replica, to a file or
/// down the pipeline.
/// </summary>
[Cmdlet(VerbsData.Export, "RowChangeSql", DefaultParameterSetName = "InputObject", SupportsShouldProcess = true)]
[OutputType(typeof(string), typeof(SqlExport))]
public sealed partial class ExportRowChangeSqlCommand : BinlogCmdlet
{
    private RecoveryInput _input = null!;
    private RepairScript? _repairs;
    private SqlForm _form = new();
    private string? _path;
    private SqlOutput? _output;
    private RowSqlStream? _stream;
    private bool? _mayWrite;

    /// <summary>
    /// Events of Get-BinlogEvent or rows of Get-RowChange in log order, live, stored or from another machine; or log files; or
    /// findings of Test-ReplicationConsistency.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = "InputObject", ValueFromPipeline = true)]
    [Parameter(ParameterSetName = "LogPath", ValueFromPipeline = true)]
    [Parameter(ParameterSetName = ServerSet, ValueFromPipeline = true)]
    public PSObject InputObject { get; set; } = null!;

    /// <summary>
    /// Log files; wildcards. Beside events and rows of the pipeline: the logs that they are from, in which what came after them is
    /// looked for, as it is with -Server.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = "LogPath")]
    [SupportsWildcards]
    public string[] LogPath { get; set; } = [];

    /// <summary>
    /// The SQL file to write; for servers also a folder, or a path in which <c>*</c> stands for the server's name. Without it the
    /// statements go down the pipeline as strings.
    /// </summary>
    [Parameter(Position = 0)]
    public string? Path { get; set; }

    /// <summary>Writes the undo: last change first, each the other way round.</summary>
    [Parameter]
    public SwitchParameter Reverse { get; set; }

    /// <summary>
    /// The only columns that updates may set; rows are found by their key. Rows that were inserted or deleted are left out
    /// and named.
    /// </summary>
    [Parameter, ArgumentCompleter(typeof(ColumnCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Column { get; set; } = [];

    /// <summary>Tables to write under another name, <c>@{ 'db.a' = 'db2.b' }</c> or <c>@{ 'db.*' = 'db2.*' }</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public IDictionary? TableMap { get; set; }

    /// <summary>Writes one statement for each key, the sum of all its changes, in one transaction.</summary>
    [Parameter]
    public SwitchParameter Fold { get; set; }

    /// <summary>Rows of an INSERT, or of a DELETE by a key of one integer column, at most: such scripts load many times faster.</summary>
    [Parameter]
    [ValidateRange(1, 10_000)]
    public int BatchSize { get; set; } = 1;

    /// <summary>
    /// Leaves rows as they are that something else, which is not undone, changed again later, each with all of its steps. Which those
    /// are says Excluded; where it cannot be known, nothing is written.
    /// </summary>
    [Parameter]
    public SwitchParameter ExcludeLaterChange { get; set; }

    /// <summary>
    /// Bytes of memory for the index of what is written, some twenty bytes a row event (32 MiB by default); what is beyond
    /// goes to a temporary file.
    /// </summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long MaxMemory { get; set; } = ChangeIndex.DefaultMaximumMemory;

    /// <summary>
    /// Takes the repairs of findings of Confidence Likely too: of rows that a replica which is behind may still get by itself.
    /// </summary>
    [Parameter]
    public SwitchParameter IncludeLikely { get; set; }

    /// <summary>Overwrites the file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool TakesStatements => true;

    // A name that -TableMap or -Column gives and no table has is found out at the end: a file is not there then, strings are gone.
    private bool Streams => !Reverse && !Fold && (Path != null || (Column.Length == 0 && TableMap == null));

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (ExcludeLaterChange && !Reverse)
            Try(() => throw new RecoveryException(
                "InvalidParameters", RecoveryErrorKind.InvalidArgument,
                "-ExcludeLaterChange leaves rows out of an undo, and without -Reverse this is none",
                recommendedAction: "Add -Reverse, or leave -ExcludeLaterChange out."));
        if (Path != null)
        {
            Try(() =>
            {
                _path = this.ResolveDestination(Path);
                if (!ServerDestination.IsForEach(Path, _path))
                    PendingFile.CheckFree(_path, Force);
            });
        }

        _form = new SqlForm
        {
            Reverse = Reverse,
            Fold = Fold,
            BatchSize = BatchSize,
            Columns = Column,
            Renames = TableMap == null ? TableRenames.None : Try(() => TableRenames.Parse(TableMap)),
        };
        _input = NewInput();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == "InputObject" && RecoveryInput.ToFinding(InputObject) is { } finding)
            Try(() => (_repairs ??= RepairScript.Start(Reverse, IncludeLikely)).Add(finding));
        else if (InputObject != null)
            AddObject();
        else if (ParameterSetName == ServerSet)
            PipedServers.AddRange(Server);
        else
            Try(() => _input.AddFiles(this.ResolveLogs(LogPath, literal: false, e => throw e)));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_repairs != null && _input.IsEmpty)
        {
            WriteRepairs(_repairs);
            return;
        }

        if (_repairs != null || (PipedServers.Count > 0 && !_input.IsEmpty))
            ThrowTerminatingError(ToErrorRecord(RecoveryInput.Mixed()));
        if (PipedServers.Count == 0)
        {
            ForEach([_path], _ => Write());
            return;
        }

        string?[] paths = _path != null
            ? Try(() => ServerDestination.Of(Path!, _path, [.. PipedServers.Select(NameOf)], ".sql"))
            : PipedServers.Count == 1 ? [null]
            : Try<string?[]>(() => throw ServerDestination.NotOne("the changes of several servers have no order among them"));
        ForEach([.. PipedServers.Zip(paths)], ((string Server, string? Path) one) =>
        {
            BeginReading();
            Close();
            (_path, _input, _stream, _output, _mayWrite) = (one.Path, NewInput(), null, null, null);
            _input.AddServer(one.Server);
            Write();
        });
    }

    private RecoveryInput NewInput() => new(this, Reverse, Column, MaxMemory, movesBytes: false)
    {
        Stream = Streams ? TakeEvent : null,
        LeavesOutLaterChanges = ExcludeLaterChange,
        SumsUp = Fold,
        Renames = _form.Following,
    };

    private void Write()
    {
        if (_path != null)
            _input.CheckDestination(_path, Force);
        if (Streams)
        {
            WriteStream();
            return;
        }

        using ChangeIndex index = _input.BuildIndex();
        RecoveryException? nothing = index.Transactions.Count == 0 ? NothingFound(index) : null;
        EndReading();
        if (nothing != null)
            throw nothing;
        if (_path == null)
            WriteStrings(index);
        else if (ShouldProcess(
            _path, $"write {(Reverse ? "the undo of " : string.Empty)}{index.RowCount} rows in {index.Transactions.Count} transactions"))
            WriteFile(index, _path);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Close();
        base.Dispose(disposing);
    }

    private void Close()
    {
        _input?.Dispose();
        _stream?.Dispose();
        _output?.Dispose();
    }

    private void TakeEvent(EventView view)
    {
        if (MayWrite())
            Stream(Schema).Add(view);
    }

    // Asked once, and not before there is something to write.
    private bool MayWrite() => _mayWrite ??= _path == null || ShouldProcess(_path, "write the row changes");

    private void AddObject()
    {
        Try(() => _input.LookInto(
            () => this.ResolveLogs(LogPath, literal: false, e => throw e), ParameterSetName == ServerSet ? Server : []));
        if (!Try(() => TryAddServer(InputObject)))
            Try(() => _input.Add(InputObject));
        WriteStatements();
    }

    private RowSqlStream Stream(ITableSchemaSource? schema)
    {
        _output ??= _path == null ? new SqlStringOutput() : new SqlFileOutput(_path, Force, _input.OpenFiles);
        return _stream ??= new RowSqlStream(Filter, _form, _output, schema);
    }

    private void WriteStream()
    {
        if (!MayWrite())
            return;
        bool isPiped = _input.TryFlush();
        if (!isPiped)
            ReadLogs();
        EndReading();
        RowSqlStream stream = Stream(schema: null);
        if (isPiped && stream.RowCount > 0)
            stream.LaterChanges = _input.FindLeftOut(stream.Tables);
        stream.Complete();
        WriteStatements();
        if (_path != null)
            WriteObject(stream.ToResult(_path));
        WarnIfIncomplete(stream.Reasons);
        WarnOfLaterChanges(stream.LaterChanges, reverse: false);
    }

    private void ReadLogs()
    {
        LogInput input = _input.Logs();
        using EventScan scan = OpenScan(input);
        RowSqlStream stream = Stream(scan.Schema);
        bool read()
        {
            bool isThere = scan.Read();
            stream.AddGaps(scan);
            if (isThere)
                stream.Add(new EventView(scan));
            return isThere;
        }
        while (read())
        {
            WriteStatements();
            ShowProgress(scan, input);
        }

        stream.LaterChanges = FindLeftOut([.. stream.Tables], input);
    }

    private void WriteStatements()
    {
        if (_output is not SqlStringOutput { IsEmpty: false } strings)
            return;
        foreach (string statement in strings.Take())
            WriteObject(statement);
    }

    private void WriteRepairs(RepairScript repairs)
    {
        if (repairs.RowCount == 0)
            ThrowTerminatingError(ToErrorRecord(repairs.NothingFound()));
        if (_path == null)
        {
            using var output = new SqlStringOutput();
            repairs.Write(output);
            WriteObject(output.Take(), enumerateCollection: true);
        }
        else if (ShouldProcess(_path, $"write the repairs of {repairs.RowCount} rows"))
        {
            WriteObject(Try(() => repairs.WriteFile(_path, Force)));
        }

        foreach (string reason in repairs.Reasons)
            WriteWarning(reason);
    }

    private void WriteStrings(ChangeIndex index)
    {
        using var output = new SqlStringOutput();
        using var export = new RowSqlExport(index, _input.RowTest, _form, output, StopToken);
        bool more;
        do
        {
            more = export.WritePart(StopToken);
            foreach (string statement in output.Take())
                WriteObject(statement);
        }
        while (more);
        WarnIfIncomplete(export.Reasons);
        WarnOfLaterChanges(index.LaterChanges, Reverse);
    }

    private void WriteFile(ChangeIndex index, string path)
    {
        SqlExport result = RowSqlExport.WriteFile(
            index, _input.RowTest, _form, path, Force, StopToken, (done, total) => ShowWork("writing", "row events", done, total));
        Progress.Complete();
        WriteObject(result);
        WarnIfIncomplete(result.Reason);
        WarnOfLaterChanges(index.LaterChanges, Reverse);
    }
}
