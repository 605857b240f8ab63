using System.Management.Automation;
using MySqlRecovery.Client;
using MySqlRecovery.InnoDb.Cfg;
using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Repair;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Input;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;

namespace MySqlRecovery.Commands;

/// <summary>Gives .ibd files the identity that another instance's dictionary expects, so that it opens them.</summary>
[Cmdlet(VerbsDiagnostic.Repair, "IbdSpaceId", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(IbdRepairResult), typeof(IbdEdit))]
public sealed class RepairIbdSpaceIdCommand : ServerCmdlet
{
    private const string PathSet = "Path";
    private const string LiteralSet = "LiteralPath";
    private const string LogSet = "LogText";
    private readonly List<string> _files = [];
    private SpaceIdLog? _log;
    private ServerTablespaces? _onServer;
    private CfgServer? _cfgServer;
    private SchemaCatalog? _schema;

    /// <summary>The .ibd files to repair; wildcards are allowed.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = LogSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ServerSet)]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The .ibd files to repair, taken literally.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP", "FullName")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The fresh .ibd file of the same table from the instance that is to open it, or a folder of such files.</summary>
    [Parameter]
    public string? ReferencePath { get; set; }

    /// <summary>The tablespace id that the target's dictionary expects.</summary>
    [Parameter]
    public uint SpaceId { get; set; }

    /// <summary>The target's error log: files, or from the pipeline the lines themselves.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralSet)]
    [Parameter(ParameterSetName = LogSet, Mandatory = true, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string[] ErrorLog { get; set; } = [];

    /// <summary>The running server that is to open the files: its dictionary says which ids it expects.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ServerSet), Alias("HostName", "ComputerName")]
    public string Server { get; set; } = string.Empty;

    /// <summary>CREATE TABLE statements of the tables, for files without dictionary information (before MySQL 8.0, MariaDB).</summary>
    [Parameter]
    public string? SchemaPath { get; set; }

    /// <summary>A folder for the repaired files, or one file ending in .ibd.</summary>
    [Parameter]
    public string? Destination { get; set; }

    /// <summary>Replaces the files themselves; needs -BackupPath or -Force.</summary>
    [Parameter]
    public SwitchParameter InPlace { get; set; }

    /// <summary>A folder for copies of the files that -InPlace replaces.</summary>
    [Parameter]
    public string? BackupPath { get; set; }

    /// <summary>A folder for undo files (or one file ending in .undo): written by a repair, read by -Undo.</summary>
    [Parameter]
    public string? UndoPath { get; set; }

    /// <summary>Gives back the original of repaired files with the help of their undo files.</summary>
    [Parameter]
    public SwitchParameter Undo { get; set; }

    /// <summary>Writes beside each repaired file the .cfg file that ALTER TABLE ... IMPORT TABLESPACE reads.</summary>
    [Parameter]
    public SwitchParameter WriteCfg { get; set; }

    /// <summary>The version of the server that is to import the files, for .cfg files of tables from before MySQL 8.0 and of MariaDB.
    /// </summary>
    [Parameter(ParameterSetName = PathSet), Parameter(ParameterSetName = LiteralSet), Parameter(ParameterSetName = LogSet)]
    public Version? TargetVersion { get; set; }

    /// <summary>What to do with a file that has damaged pages.</summary>
    [Parameter]
    public IbdDamageAction OnDamage { get; set; }

    /// <summary>Overwrites what exists, works in place without a backup, and on files that a server seems to have open.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        string? wrong = null;
        if (InPlace && Destination != null)
            wrong = "-InPlace and -Destination exclude each other";
        else if (!InPlace && Destination == null)
            wrong = "say where the files go: -Destination, or -InPlace with -BackupPath or -Force";
        else if (InPlace && BackupPath == null && !Force && !Undo)
            wrong = "-InPlace replaces the only copy: give -BackupPath, or -Force to do without";
        else if (Undo && UndoPath == null)
            wrong = "-Undo needs the undo files: -UndoPath";
        if (wrong != null)
            ThrowTerminatingError(ToErrorRecord(new RecoveryException("InvalidParameters", RecoveryErrorKind.InvalidArgument, wrong)));
        LoadSchema();
        _cfgServer = TargetVersion == null ? null : CfgFile.HabitsOf(TargetVersion);
        if (ParameterSetName == ServerSet)
            _onServer = Try(AskServer);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName != LogSet || _files.Count == 0)
        {
            bool literal = ParameterSetName == LiteralSet;
            _files.AddRange(this.ResolveFiles(literal ? LiteralPath : Path, literal, e => WriteError(ToErrorRecord(e))).Except(_files));
        }

        foreach (string text in ErrorLog)
            ReadLog(text);
        if (ParameterSetName != LogSet)
            ErrorLog = [];
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            OutputPlaces places = Try(() => new OutputPlaces(_files, Resolve(Destination), Resolve(BackupPath), Resolve(UndoPath), Force));
            if (Undo)
                UndoAll(places);
            else
                RepairAll(places);
        }
        catch (OperationCanceledException)
        {
            // stopped by the user: what was written is whole
        }
    }

    private ServerTablespaces AskServer()
    {
        using ServerConnection connection = ServerConnection.Open(OptionsFor(Server), StopToken);
        _cfgServer = CfgFile.HabitsOf(connection.Version);
        return ServerTablespaces.Read(connection, StopToken);
    }

    private void LoadSchema()
    {
        if (SchemaPath == null)
            return;
        RecoveryException? error = null;
        try
        {
            _schema = SchemaCatalog.Load(this.ResolveDestination(SchemaPath));
        }
        catch (RecoveryException e)
        {
            error = e;
        }

        if (error != null)
            ThrowTerminatingError(ToErrorRecord(error));
    }

    private void RepairAll(OutputPlaces places)
    {
        ReferenceFiles? references = ReferencePath == null ? null : OpenReferences(ReferencePath);
        var planned = new List<RepairPlan>();
        FilesMeter planning = Meter("planning", _files.Sum(LengthOf));
        foreach (ParallelFiles.Outcome<string, RepairPlan> outcome in ParallelFiles.Run(
            _files, f => planning.Do(f, LengthOf(f), onRead => Plan(f, references, onRead)), StopToken, planning.Show))
        {
            if (outcome.Error != null)
                WriteError(ToErrorRecord(outcome.Error, outcome.File));
            else if (Report(outcome.Result!))
                planned.Add(outcome.Result!);
        }

        List<RepairPlan> accepted = Accept(planned, places);
        WarnOfCounters(accepted);
        WarnOfRowFormats(accepted);
        // What is written is read back.
        FilesMeter writing = Meter("writing", 2 * accepted.Sum(p => LengthOf(p.Request.Path)));
        foreach (ParallelFiles.Outcome<RepairPlan, IbdRepairResult> done in ParallelFiles.Run(
            accepted,
            p => writing.Do(
                p.Request.Path, 2 * LengthOf(p.Request.Path),
                onBytes => RepairApplication.Apply(p, PlacesOf(p, places), StopToken, onBytes)),
            StopToken, writing.Show))
        {
            if (done.Error != null)
                WriteError(ToErrorRecord(done.Error, done.File.Request.Path));
            else
                WriteObject(done.Result);
        }

        Progress.Complete();
    }

    private static long LengthOf(string path) => new FileInfo(path).Length;

    private static RepairOutput PlacesOf(RepairPlan plan, OutputPlaces places) => places.For(plan.Request.Path, plan.Request.ReferencePath);

    // Nothing is written before it is known of all files that none takes the place of another.
    private List<RepairPlan> Accept(List<RepairPlan> planned, OutputPlaces places)
    {
        (string, string?)[] files = [.. planned.Select(p => (p.Request.Path, p.Request.ReferencePath))];
        var accepted = new List<RepairPlan>();
        foreach (RepairPlan plan in planned)
        {
            string file = plan.Request.Path;
            if (PlaceError(() => places.Check(file, plan.Request.ReferencePath, files)) is { } error)
                WriteError(ToErrorRecord(error, file));
            else if (ShouldProcess($"{file} -> {PlacesOf(plan, places).Destination}",
                $"Change space id {plan.OldSpaceId} to {plan.Target.SpaceId}: {plan.EditCount} edits on {plan.PagesChanged} of "
                    + $"{plan.PageCount} pages"))
                accepted.Add(plan);
            else if (IsWhatIf())
                WriteObject(RepairApplication.ListEdits(plan, StopToken), enumerateCollection: true);
        }

        return accepted;
    }

    private static RecoveryException? PlaceError(Action check)
    {
        try
        {
            check();
            return null;
        }
        catch (RecoveryException e)
        {
            return e;
        }
    }

    // MySQL 8.0+ keeps the counters in its dictionary; earlier servers and MariaDB find them in the file.
    private void WarnOfCounters(List<RepairPlan> plans)
    {
        string[] tables = [.. plans.Where(p => !WriteCfg && p.Sdi?.Columns.Any(c => c.IsAutoIncrement) == true).Select(p => p.Table)];
        if (tables.Length > 0)
            WriteWarning($"the target's AUTO_INCREMENT counters are not in the files: before inserting, run ALTER TABLE ... AUTO_INCREMENT "
                + $"= MAX(column) + 1 for {string.Join(", ", tables)}");
    }

    // IMPORT TABLESPACE refuses a file whose rows have another format than the table.
    private void WarnOfRowFormats(List<RepairPlan> plans)
    {
        foreach (IGrouping<string, RepairPlan> same in plans.Where(p => p.NeededClause != null).GroupBy(p => p.NeededClause!))
            WriteWarning($"IMPORT TABLESPACE takes the file only into a table that was made with {same.Key}: "
                + Visible(string.Join(", ", same.Select(p => p.Table))));
    }

    private RepairPlan Plan(string file, ReferenceFiles? references, Action<int> onRead)
    {
        uint? id = MyInvocation.BoundParameters.ContainsKey(nameof(SpaceId)) ? SpaceId : null;
        id ??= _onServer?.Find(file);
        if (id == null && _log != null)
        {
            using TablespaceFile tablespace = TablespaceFile.Open(file);
            id = _log.Find(file, tablespace.SpaceId);
        }

        TableSchema? table = _schema == null ? null
            : SchemaRecordLayout.Find(_schema, TableFileName.DatabaseOf(file), TableFileName.DefinedTable(file));
        string? reference = references?.Find(file);
        if (reference != null || WriteCfg)
            table ??= FrmFile.Beside(file);
        table = VectorIndexTable.InFile(file, table);
        return RepairPlanner.Plan(
            new RepairRequest
            {
                Path = file,
                ReferencePath = reference,
                SpaceId = id,
                SchemaLayouts = table == null ? [] : SchemaRecordLayout.Candidates(table),
                Schema = table,
                HasVectorIndexFile = _files.Exists(
                    f => TableFileName.IsVectorIndex(f) && TableFileName.PathOfTable(f) == TableFileName.PathOfTable(file)),
                WritesCfg = WriteCfg,
                CfgServer = _cfgServer,
                FormatOnTarget = _onServer?.FindFormat(file),
                SkipDamage = OnDamage == IbdDamageAction.Skip,
                Force = Force,
            },
            StopToken, onRead);
    }

    // Damaged pages are errors of their own; free ones do no harm.
    private bool Report(RepairPlan plan)
    {
        foreach (IbdPageProblem problem in plan.PageProblems.Where(p => !p.IsFree))
        {
            var error = new RecoveryException("IbdPageDamaged", RecoveryErrorKind.InvalidData,
                $"page {problem.PageNumber} (type {problem.PageType}): "
                    + $"{problem.Problem}{(problem.Expected.Length > 0 ? $", expected {problem.Expected}, found {problem.Found}" : "")}; "
                    + $"{(plan.IsRefused ? "the file was not repaired" : "the page was left as it is")}",
                problem.Path, problem.Offset, plan.IsRefused
                    ? "Take another copy of the file, or repair the rest with -OnDamage Skip." : null);
            WriteError(ToErrorRecord(error, problem));
        }

        return !plan.IsRefused;
    }

    private void UndoAll(OutputPlaces places)
    {
        (string, string?)[] files = [.. _files.Select(f => (f, (string?)null))];
        var accepted = new List<string>();
        foreach (string file in _files)
        {
            RepairOutput output = places.For(file, null);
            if (PlaceError(() => places.Check(file, null, files)) is { } error)
                WriteError(ToErrorRecord(error, file));
            else if (ShouldProcess($"{file} -> {output.Destination}", $"Undo the repair with {output.UndoPath}"))
                accepted.Add(file);
        }

        foreach (ParallelFiles.Outcome<string, long> done in ParallelFiles.Run(
            accepted, f => RepairJournal.Apply(f, places.For(f, null), StopToken), StopToken))
        {
            if (done.Error != null)
                WriteError(ToErrorRecord(done.Error, done.File));
            else
                WriteObject(new FileInfo(places.For(done.File, null).Destination));
        }
    }

    private ReferenceFiles OpenReferences(string path)
    {
        string full = Try(() => this.ResolveDestination(path));
        if (!File.Exists(full) && !Directory.Exists(full))
            ThrowTerminatingError(
                ToErrorRecord(
                    new RecoveryException("FileNotFound", RecoveryErrorKind.ObjectNotFound, "there is no such file or folder", full)));
        return new ReferenceFiles(full);
    }

    // An item is a file of the log, or a line of it.
    private void ReadLog(string text)
    {
        _log ??= new SpaceIdLog();
        string? file = ParameterSetName == LogSet && text.Contains(' ') ? null : Try(() => this.ResolveDestination(text));
        if (file == null || (ParameterSetName == LogSet && !File.Exists(file)))
        {
            _log.Add(text);
            return;
        }

        if (!File.Exists(file))
            ThrowTerminatingError(
                ToErrorRecord(new RecoveryException("FileNotFound", RecoveryErrorKind.ObjectNotFound, "there is no such error log", file)));
        foreach (string line in File.ReadLines(file))
            _log.Add(line);
        WriteVerbose($"{file} names the ids of {_log.Count} tables");
    }

    private string? Resolve(string? path) => path == null ? null : this.ResolveDestination(path);

    private bool IsWhatIf() => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? value)
        ? LanguagePrimitives.IsTrue(value) : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));
}
