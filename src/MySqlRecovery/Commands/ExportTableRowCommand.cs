using System.Data.Common;
using System.Management.Automation;
using MySqlRecovery.InnoDb.Rows;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Input;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Rows;

namespace MySqlRecovery.Commands;

/// <summary>Writes rows as SQL, TSV with LOAD DATA, CSV or JSON lines: those of the pipeline, or straight from .ibd files.</summary>
[Cmdlet(VerbsData.Export, "TableRow", SupportsShouldProcess = true, DefaultParameterSetName = ObjectSet)]
[OutputType(typeof(TableRowExport))]
public sealed partial class ExportTableRowCommand : ServerCmdlet
{
    private const string ObjectSet = "InputObject";
    private const string IbdSet = "IbdPath";
    private readonly List<RecoveryException> _errors = [];
    private List<string> _files = [];
    private string _path = string.Empty;
    private RowFile? _file;
    private TableRowExporter? _exporter;
    private bool _isWanted;
    private DefinitionServer? _definitions;

    /// <summary>Rows of Get-IbdRow, live, stored or from another machine.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ObjectSet, ValueFromPipeline = true)]
    public PSObject InputObject { get; set; } = null!;

    /// <summary>The .ibd files whose rows are written; wildcards are allowed. Many times faster than the pipeline.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IbdSet)]
    [SupportsWildcards]
    public string[] IbdPath { get; set; } = [];

    /// <summary>The file to write.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string Path { get; set; } = string.Empty;

    /// <summary>How rows are written; by default what the file's extension says: .sql, .tsv or .txt, .csv, .jsonl or .ndjson.</summary>
    [Parameter]
    public TableRowFormat? Format { get; set; }

    /// <summary>CREATE TABLE statements of the tables, for files that do not describe themselves (before MySQL 8.0, MariaDB).</summary>
    [Parameter(ParameterSetName = IbdSet)]
    public string? SchemaPath { get; set; }

    /// <summary>An open connection to a server that has the tables, for files that do not describe themselves.</summary>
    [Parameter(ParameterSetName = IbdSet)]
    [ValidateNotNull]
    public DbConnection? Connection { get; set; }

    /// <summary>The keyring files of the server, or MariaDB's key file, for encrypted files.</summary>
    [Parameter(ParameterSetName = IbdSet)]
    public string[] KeyringPath { get; set; } = [];

    /// <summary>A file of the same table that tells what lost pages of these told.</summary>
    [Parameter(ParameterSetName = IbdSet)]
    public string? SdiPath { get; set; }

    /// <summary>Which table of a tablespace of several.</summary>
    [Parameter(ParameterSetName = IbdSet)]
    public string? Table { get; set; }

    /// <summary>Which rows of the files: those of the table, the deleted ones that are still there, or both.</summary>
    [Parameter(ParameterSetName = IbdSet)]
    public TableRowSelection State { get; set; } = TableRowSelection.Live;

    /// <summary>The columns to write; all by default.</summary>
    [Parameter(ParameterSetName = IbdSet)]
    public string[] Column { get; set; } = [];

    /// <summary>Makes an error of rows that cannot be written whole, and of what is not sure to be all.</summary>
    [Parameter]
    public SwitchParameter RequireComplete { get; set; }

    /// <summary>Overwrites existing files.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private TableRowFormat FormatOfPath => System.IO.Path.GetExtension(_path).ToLowerInvariant() switch
    {
        ".sql" => TableRowFormat.Sql,
        ".tsv" or ".txt" => TableRowFormat.Tsv,
        ".csv" => TableRowFormat.Csv,
        ".jsonl" or ".ndjson" => TableRowFormat.JsonLines,
        _ => throw new RecoveryException("InvalidParameters", RecoveryErrorKind.InvalidArgument,
            "the extension does not say the format: give -Format", _path),
    };

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        Try(() =>
        {
            _path = this.ResolveDestination(Path);
            Format ??= FormatOfPath;
            PendingFile.CheckFree(_path, Force);
        });
        _isWanted = ShouldProcess(_path, "write rows");
        if (_isWanted && ParameterSetName == IbdSet)
            _files = Try(() => this.ResolveFiles(IbdPath, literal: false, e => throw e));
        if (_isWanted)
            _file = Try(() => new RowFile(_path, Format!.Value, Force, [.. _files]));
        if (_file != null && ParameterSetName == ObjectSet)
            _exporter = new TableRowExporter(_file, Format!.Value);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!_isWanted)
            return;
        if (ParameterSetName == ObjectSet)
        {
            Try(() => _exporter!.Add(ToRow(InputObject)));
            return;
        }

        _definitions = Try(() => FindDefinitions(Server, Connection));
        TableFileOptions options = Try(() => this.ReadTableFileOptions(SchemaPath, KeyringPath, SdiPath, Table, _definitions));
        foreach (string path in _files)
        {
            if (FileInUse.IsLocked(path))
                WriteWarning($"{path} is in use by a server: what the server has not written to it yet is not in the rows.");
            ulong newest = Try(() => Write(path, options));
            WriteVerbose(TableFileInput.SayHowNew(path, newest));
            foreach (RecoveryException error in _errors)
                ReportError(error);
            _errors.Clear();
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_file == null)
            return;
        TableRowExport result = Try(() =>
        {
            _exporter?.Flush();
            return _file.Commit();
        });
        WriteObject(result);
        if (result.PartialRowCount > 0)
            WriteWarning($"{result.PartialRowCount} rows with lost values are left out; Get-IbdRow gives what is left of them.");
        if (RequireComplete && !result.IsComplete)
            ThrowTerminatingError(ToErrorRecord(Incomplete(
                result.Reason.FirstOrDefault() ?? $"{result.PartialRowCount} rows with lost values are left out")));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _exporter?.Dispose();
            _file?.Dispose();
            _definitions?.Dispose();
        }

        base.Dispose(disposing);
    }

    private ulong Write(string path, TableFileOptions options)
    {
        using TableFile file = TableFile.Open(path, options);
        foreach (string doubt in file.Doubts)
        {
            _file!.Lack(doubt);
            WriteWarning(doubt);
        }

        var export = new TableFileExport(file, _file!, Format!.Value, file.Table.IndexesOf(Column, path), _errors.Add);
        export.Write(State, StopToken);
        return export.NewestLsn;
    }

    private static TableRow ToRow(PSObject input)
    {
        if (input.BaseObject is TableRow row)
            return row;
        try
        {
            if (input.Properties["Value"]?.Value is not null)
                return PropertyBag.ConvertTo<TableRow>(input);
        }
        catch (PSInvalidCastException e)
        {
            throw NotARow(e);
        }

        throw NotARow(null);
    }

    private static RecoveryException NotARow(Exception? inner) => new("InputObjectUnknown", RecoveryErrorKind.InvalidArgument,
        "the pipeline brought something that is no row of a table", inner: inner);
}
