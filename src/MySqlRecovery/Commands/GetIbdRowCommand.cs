using System.Collections;
using System.Data.Common;
using System.Management.Automation;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.InnoDb.Rows;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Input;
using MySqlRecovery.Model;

namespace MySqlRecovery.Commands;

/// <summary>Reads rows straight out of .ibd files, the deleted ones too, without a server.</summary>
[Cmdlet(VerbsCommon.Get, "IbdRow", DefaultParameterSetName = PathSet)]
[OutputType(typeof(TableRow))]
public sealed partial class GetIbdRowCommand : ServerCmdlet
{
    private const string PathSet = "Path";
    private const string LiteralSet = "LiteralPath";
    private TableFileOptions? _options;
    private DefinitionServer? _definitions;
    private RowPredicate? _where;
    private readonly Queue<string> _warnings = new();
    private List<string> _logs = [];
    private LoggedDeletions? _logged;

    /// <summary>The .ibd files; wildcards are allowed.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The .ibd files, taken literally.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP", "FullName")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>CREATE TABLE statements of the tables, for files that do not describe themselves (before MySQL 8.0, MariaDB).</summary>
    [Parameter]
    public string? SchemaPath { get; set; }

    /// <summary>Which rows: those of the table, the deleted ones that are still in the file, or both.</summary>
    [Parameter]
    public TableRowSelection State { get; set; } = TableRowSelection.Live;

    /// <summary>The columns to give; all by default.</summary>
    [Parameter]
    public string[] Column { get; set; } = [];

    /// <summary>Values that rows must have, <c>@{ status = 'paid'; id = 1, 2 }</c>.</summary>
    [Parameter]
    public IDictionary? Where { get; set; }

    /// <summary>An open connection to a server that has the tables, for files that do not describe themselves.</summary>
    [Parameter]
    [ValidateNotNull]
    public DbConnection? Connection { get; set; }

    /// <summary>The keyring files of the server, or MariaDB's key file, for encrypted files.</summary>
    [Parameter]
    public string[] KeyringPath { get; set; } = [];

    /// <summary>A file of the same table that tells what lost pages of these told.</summary>
    [Parameter]
    public string? SdiPath { get; set; }

    /// <summary>Which table of a tablespace of several.</summary>
    [Parameter]
    public string? Table { get; set; }

    /// <summary>Binlogs in which deleted rows are looked up; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] LogPath { get; set; } = [];

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _where = Where == null || Where.Count == 0 ? null : new RowPredicate(Where);
        _definitions = Try(() => FindDefinitions(Server, Connection));
        _options = Try(() => this.ReadTableFileOptions(SchemaPath, KeyringPath, SdiPath, Table, _definitions));
        if (LogPath.Length == 0)
            return;
        if (!State.HasFlag(TableRowSelection.Deleted))
            Try(() => throw new RecoveryException(
                "InvalidParameters", RecoveryErrorKind.InvalidArgument,
                "logs are looked into for deleted rows: -LogPath needs -State Deleted"));
        _logs = Try(() => new LogFileOrder(_options.Keyring, _warnings.Enqueue, StopToken).Sort(
            this.ResolveLogs(LogPath, literal: false, e => throw e)));
        WriteWarnings();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        bool literal = ParameterSetName == LiteralSet;
        foreach (string file in this.ResolveFiles(literal ? LiteralPath : Path, literal, e => WriteError(ToErrorRecord(e))))
        {
            RecoveryException? error = null;
            try
            {
                Read(file);
            }
            catch (RecoveryException e)
            {
                error = e;
            }
            catch (OperationCanceledException)
            {
                return;
            }

            if (error != null)
                WriteError(ToErrorRecord(error, file));
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _definitions?.Dispose();
        base.Dispose(disposing);
    }

    private void Read(string path)
    {
        using TableFile file = TableFile.Open(path, _options);
        foreach (string doubt in file.Doubts)
            WriteWarning(doubt);
        if (FileInUse.IsLocked(path))
            WriteWarning($"{path} is in use by a server: what the server has not written to it yet is not in the rows.");
        int[]? chosen = file.Table.IndexesOf(Column, path);
        file.Table.IndexesOf([.. _where?.Columns ?? []], path);
        var reader = new TableRowReader(file, ReportError, StopToken)
        {
            Logged = ReadLogs(file.Table, path),
            OnRead = (done, total) => ShowReading(path, done, total),
        };
        reader.ReadObjects(State, chosen, row => _where == null || _where.IsMatch(row.Value), WriteObject);
        WriteVerbose(TableFileInput.SayHowNew(path, reader.NewestLsn));
    }

    private void ShowReading(string path, long done, long total)
    {
        if (Progress.IsDue())
            Progress.Show("reading", path, done, total);
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Progress.Complete();

    // The partitions of a table are one table in the logs.
    private LoggedDeletions? ReadLogs(StoredTable table, string path)
    {
        if (_logs.Count == 0 || _logged?.IsOf(table) == true)
            return _logged;
        using var scan = new EventScan(_logs.Select(LogRange.Whole), LoggedDeletions.FilterFor(table), StopToken)
        {
            Salvage = true,
            Keyring = _options!.Keyring,
        };
        _logged = LoggedDeletions.Read(scan, table, ReportError);
        WriteVerbose($"{path}: the logs delete {_logged.RowCount} rows of {table.Database}.{table.Name}");
        if (_logged.UnknownCount > 0)
            WriteWarning($"{_logged.UnknownCount} rows that the logs delete of {table.Database}.{table.Name} have other columns than "
                + "the file, and no names that would tell which: they confirm nothing.");
        return _logged;
    }

    private void WriteWarnings()
    {
        while (_warnings.TryDequeue(out string? warning))
            WriteWarning(warning);
    }
}
