using System.Management.Automation;
using MySqlRecovery.Model;
using MySqlRecovery.Transactions;

namespace MySqlRecovery.Commands;

/// <summary>Reads binary and relay logs and writes one object an event.</summary>
[Cmdlet(VerbsCommon.Get, "BinlogEvent", DefaultParameterSetName = "Path")]
[OutputType(typeof(BinlogEvent))]
public sealed class GetBinlogEventCommand : BinlogCmdlet
{
    private readonly List<string> _files = [];

    /// <summary>Log files; wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Log files, names taken as they are.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP", "FullName")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Event types to take.</summary>
    [Parameter]
    public BinlogEventType[]? EventType { get; set; }

    private protected override BinlogEventType[]? TypesTaken => EventType;

    /// <inheritdoc/>
    protected override void ProcessRecord() => _files.AddRange(ParameterSetName == "Path"
        ? this.ResolveLogs(Path, literal: false, ReportError)
        : this.ResolveLogs(LiteralPath, literal: true, ReportError));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        List<string> files = LogFileOrder.Sort(_files);
        using EventScan scan = OpenScan(files);
        while (TryNext(scan, EventObjects.ToBinlogEvent, out BinlogEvent? item))
        {
            WriteObject(item);
            ShowProgress(scan, files);
        }

        EndReading();
    }
}
