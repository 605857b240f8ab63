using System.Management.Automation;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Transactions;
using MySqlRecovery.Undo;

namespace MySqlRecovery.Commands;

/// <summary>Sums up the row changes of logs or events by table or by transaction.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "BinlogEvent", DefaultParameterSetName = "Path")]
[OutputType(typeof(BinlogSummary))]
public sealed class MeasureBinlogEventCommand : BinlogCmdlet
{
    private readonly List<string> _files = [];
    private BinlogMeasure _measure = null!;
    private PipelineTableMaps? _maps;

    /// <summary>Log files; wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path", ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Log files, names taken as they are.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP", "FullName")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Events of Get-BinlogEvent, live, stored or from another machine.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "InputObject", ValueFromPipeline = true)]
    [BinlogEventTransformation]
    public BinlogEvent InputObject { get; set; } = null!;

    /// <summary>Sums by table (default) or by transaction.</summary>
    [Parameter]
    public BinlogSummaryKind By { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _measure = new BinlogMeasure(By, Predicate);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == "Path")
            _files.AddRange(this.ResolveLogs(Path, literal: false, ReportError));
        else if (ParameterSetName == "LiteralPath")
            _files.AddRange(this.ResolveLogs(LiteralPath, literal: true, ReportError));
        else
            Try(() => Add(InputObject));
        WriteFinished();
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        List<string> files = LogFileOrder.Sort(_files);
        using EventScan scan = OpenScan(files);
        while (TryNext(scan, Add, out _))
        {
            WriteFinished();
            ShowProgress(scan, files);
        }

        EndReading();
        foreach (BinlogSummary summary in _measure.Complete())
            WriteObject(summary);
    }

    private EventScan Add(EventScan scan)
    {
        _measure.Add(scan);
        return scan;
    }

    private void Add(BinlogEvent item)
    {
        CheckNoPosition();
        if ((_maps ??= new(Schema)).Find(item) is { } map && IsMatch(item, map))
            _measure.Add(item, map);
    }

    private void WriteFinished()
    {
        while (_measure.TryTake(out BinlogSummary? summary))
            WriteObject(summary);
    }
}
