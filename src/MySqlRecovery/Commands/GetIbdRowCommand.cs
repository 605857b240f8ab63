using System.Collections;
using System.Management.Automation;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.InnoDb.Rows;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Input;
using MySqlRecovery.Model;

namespace MySqlRecovery.Commands;

/// <summary>Reads rows straight out of .ibd files, the deleted ones too, without a server.</summary>
[Cmdlet(VerbsCommon.Get, "IbdRow", DefaultParameterSetName = PathSet)]
[OutputType(typeof(TableRow))]
public sealed class GetIbdRowCommand : RecoveryCmdlet
{
    private const string PathSet = "Path";
    private const string LiteralSet = "LiteralPath";
    private TableFileOptions? _options;
    private RowPredicate? _where;

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

    /// <summary>The keyring files of the server, or MariaDB's key file, for encrypted files.</summary>
    [Parameter]
    public string[] KeyringPath { get; set; } = [];

    /// <summary>A file of the same table that tells what lost pages of these told.</summary>
    [Parameter]
    public string? SdiPath { get; set; }

    /// <summary>Which table of a tablespace of several.</summary>
    [Parameter]
    public string? Table { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _where = Where == null || Where.Count == 0 ? null : new RowPredicate(Where);
        _options = Try(() => this.ReadTableFileOptions(SchemaPath, KeyringPath, SdiPath, Table));
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

    private void Read(string path)
    {
        using TableFile file = TableFile.Open(path, _options);
        foreach (string doubt in file.Doubts)
            WriteWarning(doubt);
        if (FileInUse.IsLocked(path))
            WriteWarning($"{path} is in use by a server: what the server has not written to it yet is not in the rows.");
        int[]? chosen = file.Table.IndexesOf(Column, path);
        file.Table.IndexesOf([.. _where?.Columns ?? []], path);
        var reader = new TableRowReader(file, ReportError, StopToken);
        reader.ReadObjects(State, chosen, row => _where == null || _where.IsMatch(row.Value), WriteObject);
    }
}
