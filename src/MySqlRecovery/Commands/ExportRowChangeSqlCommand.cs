using System.Management.Automation;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Sql;
using MySqlRecovery.Transactions;
using MySqlRecovery.Undo;

namespace MySqlRecovery.Commands;

/// <summary>Writes row changes as SQL, as they were done or as their undo, to a file or down the pipeline.</summary>
[Cmdlet(VerbsData.Export, "RowChangeSql", DefaultParameterSetName = "InputObject", SupportsShouldProcess = true)]
[OutputType(typeof(string), typeof(SqlExport))]
public sealed class ExportRowChangeSqlCommand : BinlogCmdlet
{
    private readonly List<string> _files = [];
    private RecoveryInput? _input;
    private UndoSpool? _spool;
    private string? _path;

    /// <summary>Events of Get-BinlogEvent or rows of Get-RowChange in log order, live, stored or from another machine.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "InputObject", ValueFromPipeline = true)]
    public PSObject InputObject { get; set; } = null!;

    /// <summary>Log files; wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "LogPath")]
    [SupportsWildcards]
    public string[] LogPath { get; set; } = [];

    /// <summary>The SQL file to write; without it the statements go down the pipeline as strings.</summary>
    [Parameter(Position = 0)]
    public string? Path { get; set; }

    /// <summary>Writes the undo: last change first, each the other way round.</summary>
    [Parameter]
    public SwitchParameter Reverse { get; set; }

    /// <summary>Overwrites the file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool TakesStatements => true;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Path != null)
        {
            Try(() =>
            {
                _path = this.ResolveDestination(Path);
                PendingFile.CheckFree(_path, Force);
            });
        }

        _input = new RecoveryInput(IsMatch, Predicate, Schema);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == "InputObject")
            Try(() => _input!.Spool(InputObject, _spool ??= _input.CreateSpool(Reverse)));
        else
            _files.AddRange(this.ResolveLogs(LogPath, literal: false, e => ThrowTerminatingError(ToErrorRecord(e))));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        using UndoIndex index = Try(BuildIndex);
        EndProgress();
        if (index.Transactions.Count == 0)
            ThrowTerminatingError(ToErrorRecord(index.NothingFound()));
        if (_path == null)
            WriteStrings(index);
        else if (ShouldProcess(_path, $"write {(Reverse ? "the undo of " : string.Empty)}{index.RowCount} rows in {index.Transactions.Count} transactions"))
            WriteFile(index, _path);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _spool?.Dispose();
        base.Dispose(disposing);
    }

    private UndoIndex BuildIndex()
    {
        if (_spool != null)
            return _spool.Complete();
        List<string> files = LogFileOrder.Sort(_files);
        using EventScan scan = OpenScan(files);
        return UndoIndexer.Build(scan, Predicate, Reverse, s => ShowProgress(s, files));
    }

    private void WriteStrings(UndoIndex index)
    {
        using var output = new SqlStringOutput();
        using RowSqlExport export = Try(() => new RowSqlExport(index, RowTest, Reverse, output));
        bool more;
        do
        {
            more = Try(() => export.WriteTransaction(StopToken));
            foreach (string statement in output.Take())
                WriteObject(statement);
        }
        while (more);
        WarnIfIncomplete(index);
    }

    private void WriteFile(UndoIndex index, string path)
    {
        SqlExport result = Try(() =>
        {
            using var output = new SqlFileOutput(path, Force);
            using var export = new RowSqlExport(index, RowTest, Reverse, output);
            while (export.WriteTransaction(StopToken))
                continue;
            export.WriteClosing();
            output.Complete();
            return new SqlExport
            {
                Path = path,
                File = [.. index.LogFiles],
                IsReverse = Reverse,
                TransactionCount = index.Transactions.Count,
                RowCount = index.RowCount,
                StatementCount = export.StatementCount,
                Table = index.TableNames(),
                IsComplete = index.Obstacles.IsEmpty,
                Reason = index.Obstacles.ToReasons(),
            };
        });
        WriteObject(result);
        WarnIfIncomplete(index);
    }

    // Rows that were piped in have been tested already.
    private Binlog.Filter.RowPredicate? RowTest => _spool == null ? Predicate : null;
}
