using System.Management.Automation;
using MySqlRecovery.Binlog;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Transactions;

namespace MySqlRecovery.Commands;

/// <summary>Writes one object a changed row, from log files or from the events of Get-BinlogEvent.</summary>
[Cmdlet(VerbsCommon.Get, "RowChange", DefaultParameterSetName = "Path")]
[OutputType(typeof(RowChange))]
public sealed class GetRowChangeCommand : BinlogCmdlet
{
    private readonly List<string> _files = [];
    private PipelineTableMaps? _maps;
    private readonly HashSet<TableMap> _warned = [];
    private FindingSelection? _selection;

    /// <summary>Log files; wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path", ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Log files, names taken as they are.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP", "FullName")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Events of Get-BinlogEvent, live, stored or from another machine. Events without rows are passed over.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "InputObject", ValueFromPipeline = true)]
    [BinlogEventTransformation]
    public BinlogEvent InputObject { get; set; } = null!;

    /// <summary>Findings of Test-ReplicationConsistency, live or stored: the rows of the transactions that the replica lacks.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Finding", ValueFromPipeline = true)]
    public PSObject Finding { get; set; } = null!;

    /// <summary>The source's log files for the findings; wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Finding")]
    [SupportsWildcards]
    public string[] LogPath { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == "Finding")
        {
            if (_selection == null)
                _files.AddRange(this.ResolveLogs(LogPath, literal: false, ReportError));
            _selection ??= new FindingSelection();
            Try(() => _selection.Add(Finding));
        }
        else if (ParameterSetName == "InputObject")
        {
            Try(CheckNoPosition);
            WriteRows(InputObject);
        }
        else if (ParameterSetName == "Path")
            _files.AddRange(this.ResolveLogs(Path, literal: false, ReportError));
        else
            _files.AddRange(this.ResolveLogs(LiteralPath, literal: true, ReportError));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        List<string> files = LogFileOrder.Sort(_selection?.Choose(_files) ?? _files);
        using EventScan scan = OpenScan(files);
        while (TryNext(scan, ToRows, out List<RowChange>? changes))
        {
            WarnOfSchema(scan.Table);
            foreach (RowChange change in changes)
                WriteObject(change);
            ShowProgress(scan, files);
        }

        foreach (RecoveryException absent in _selection?.FindAbsent() ?? [])
            ReportError(absent);
        EndReading();
    }

    private void WarnOfSchema(TableMap? map)
    {
        if (map?.SchemaProblem != null && _warned.Add(map))
            WriteWarning($"{map.Database}.{map.Table}: {map.SchemaProblem}; the schema is not used for it.");
    }

    private List<RowChange> ToRows(EventScan scan) =>
        scan.Reader.Header.Type.Operation() == null || _selection?.IsMatch(scan) == false ? [] : scan.ToBinlogEvent().ToRowChanges(scan.Table!, Predicate);

    private void WriteRows(BinlogEvent item)
    {
        List<RowChange> changes;
        try
        {
            changes = (_maps ??= new(Schema)).Find(item) is { } map && IsMatch(item, map) ? item.ToRowChanges(map, Predicate) : [];
        }
        catch (RecoveryException e)
        {
            ReportError(e);
            return;
        }

        foreach (RowChange change in changes)
            WriteObject(change);
    }
}
