using System.Management.Automation;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Input;
using MySqlRecovery.Model;

namespace MySqlRecovery.Commands;

/// <summary>Writes one object a changed row, from log files, a server, or the events of Get-BinlogEvent.</summary>
[Cmdlet(VerbsCommon.Get, "RowChange", DefaultParameterSetName = PathSet)]
[OutputType(typeof(RowChange))]
public sealed class GetRowChangeCommand : LogFileCmdlet
{
    private const string FindingSet = "Finding";

    private readonly List<string> _files = [];
    private readonly PipedEvent _event = new();
    private PipelineTableMaps? _maps;
    private LogSights? _sights;
    private FindingSelection? _selection;

    /// <summary>Events of Get-BinlogEvent, live, stored or from another machine. Events without rows are passed over.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputSet, ValueFromPipeline = true)]
    [BinlogEventTransformation]
    public BinlogEvent InputObject { get; set; } = null!;

    /// <summary>Waits at the end of a server's log for what is written later, until it is stopped.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    public SwitchParameter Follow { get; set; }

    /// <summary>Findings of Test-ReplicationConsistency, live or stored: the rows of the transactions that the replica lacks.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FindingSet, ValueFromPipeline = true)]
    public PSObject Finding { get; set; } = null!;

    /// <summary>The source's log files for the findings; wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FindingSet)]
    [SupportsWildcards]
    public string[] LogPath { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == FindingSet)
        {
            if (_selection == null)
                _files.AddRange(this.ResolveLogs(LogPath, literal: false, ReportError));
            _selection ??= new FindingSelection();
            Try(() => _selection.Add(Finding));
            return;
        }

        _files.AddRange(ResolveFiles(ReportError));
        if (ParameterSetName != InputSet)
            return;
        Try(CheckNoPosition);
        WriteRows(InputObject);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        ReadLogs(_selection?.Choose(_files) ?? _files, Follow, () => new Rows(this));
        foreach (RecoveryException absent in _selection?.FindAbsent() ?? [])
            ReportError(absent);
    }

    private void WriteRows(BinlogEvent item)
    {
        List<RowChange> changes;
        try
        {
            _event.Set(item, (_maps ??= new(Schema)).Find(item));
            var view = new EventView(_event);
            _sights ??= Sights.Begin();
            _sights.Observe(view, Filter);
            changes = view.HasRows && view.IsMatch(Filter) ? EventObjects.ToRowChanges(view, item) : [];
            if (changes.Count > 0)
                _sights.Take(view);
        }
        catch (RecoveryException e)
        {
            ReportError(e);
            return;
        }

        foreach (RowChange change in changes)
            WriteObject(change);
    }

    private sealed class Rows(GetRowChangeCommand cmdlet) : IEventOutput
    {
        private readonly HashSet<TableMap> _warned = [];

        public void Take(EventScan scan, List<object> items)
        {
            if (!new EventView(scan).HasRows || cmdlet._selection?.IsMatch(scan) == false)
                return;
            items.AddRange(scan.ToRowChanges());
            if (scan.Table is { SchemaProblem: { } problem } map && _warned.Add(map))
                cmdlet.Warn($"{map.Database}.{map.Table}: {problem}; the schema is not used for it.");
        }
    }
}
