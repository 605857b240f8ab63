using System.Management.Automation;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Incidents;
using MySqlRecovery.Input;
using MySqlRecovery.Model;

namespace MySqlRecovery.Commands;

/// <summary>Finds the changes in logs that are unusual for their tables, and so may be damage, the most suspicious first.</summary>
[Cmdlet(VerbsCommon.Find, "Incident", DefaultParameterSetName = PathSet)]
[OutputType(typeof(Incident))]
public sealed class FindIncidentCommand : PipedEventCmdlet
{
    private Findings? _piped;

    /// <summary>The least score of what is given, 0 to 100.</summary>
    [Parameter]
    [ValidateRange(0, 100)]
    public int MinimumScore { get; set; } = Thresholds.Score;

    /// <summary>Only so many, the most suspicious.</summary>
    [Parameter]
    [ValidateRange(1, 1_000_000)]
    public int? Top { get; set; }

    private protected override bool TakesStatements => true;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        Files.AddRange(ResolveFiles(ReportError));
        if (ParameterSetName == InputSet && !TakeLog(InputObject))
            Try(() => Add(InputObject));
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => ReadLogs(Files, follow: false, () => _piped ?? new Findings(this));

    private protected override void Take(in EventView view, BinlogEvent item) => (_piped ??= new Findings(this)).Add(view);

    private sealed class Findings(FindIncidentCommand cmdlet) : IEventOutput
    {
        private readonly IncidentFinder _finder = new();

        public void Add(in EventView view) => _finder.Add(view);

        public void Take(EventScan scan, List<object> items) => _finder.Add(new EventView(scan));

        public void Complete(List<object> items)
        {
            List<Incident> all = [.. _finder.Complete(least: 0)];
            List<Incident> found = all.FindAll(i => i.Score >= cmdlet.MinimumScore);
            items.AddRange(found.Take(cmdlet.Top ?? int.MaxValue));
            cmdlet.Sights.HasNamedStatements |= all.Count > 0;
            if (found.Count > 0)
                return;
            cmdlet.Warn(all.Count == 0
                ? $"Nothing in these logs is unusual for its table: no change of {Thresholds.LeastRows} rows stands out, and no table was "
                    + "dropped or emptied."
                : $"Nothing in these logs scores {cmdlet.MinimumScore} or more; the most suspicious scores {all[0].Score}: -MinimumScore "
                    + $"{all[0].Score} shows it.");
        }
    }
}
