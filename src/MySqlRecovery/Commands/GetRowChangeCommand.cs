using System.Management.Automation;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Input;
using MySqlRecovery.Model;

namespace MySqlRecovery.Commands;

/// <summary>Writes one object a changed row, from log files, a server, or the events of Get-BinlogEvent.</summary>
[Cmdlet(VerbsCommon.Get, "RowChange", DefaultParameterSetName = PathSet)]
[OutputType(typeof(RowChange), typeof(PSObject))]
public sealed class GetRowChangeCommand : PipedLogCmdlet
{
    private const string FindingSet = "Finding";

    private readonly List<string> _files = [];
    private readonly PipedEvent _event = new();
    private PipelineTableMaps? _maps;
    private LogSights? _sights;
    private FindingSelection? _selection;

    /// <summary>Events of Get-BinlogEvent or sums of Measure-BinlogEvent, live, stored or from another machine. Events without rows
    /// are passed over.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputSet, ValueFromPipeline = true)]
    public PSObject InputObject { get; set; } = null!;

    /// <summary>Waits at the end of a server's log for what is written later, until it is stopped.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    public SwitchParameter Follow { get; set; }

    /// <summary>
    /// Gives an object with a property for each column of the table, <c>old_price</c> and <c>new_price</c>, as tables, CSV and HTML
    /// want them.
    /// </summary>
    [Parameter]
    public SwitchParameter Flat { get; set; }

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
            if (_files.Count == 0)
                _files.AddRange(this.ResolveLogs(LogPath, literal: false, ReportError));
            if (Try(() => Picked.TryAdd(Finding)))
                return;
            _selection ??= new FindingSelection();
            Try(() => _selection.Add(Finding));
            return;
        }

        _files.AddRange(ResolveFiles(ReportError));
        if (ParameterSetName != InputSet || Try(() => Picked.TryAdd(InputObject)))
            return;
        if (InputObject.BaseObject is not BinlogEvent && InputObject.Properties[nameof(BinlogEvent.EventType)] == null
            && this.ResolveInput(InputObject, ReportError) is { } files)
        {
            _files.AddRange(files);
            return;
        }

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

    private static BinlogEvent ToEvent(PSObject input)
    {
        try
        {
            return PropertyBag.As<BinlogEvent>(input, nameof(BinlogEvent.EventType)) ?? throw RecoveryInput.Unknown(input, null);
        }
        catch (PSInvalidCastException e)
        {
            throw RecoveryInput.Unknown(input, e);
        }
    }

    private void WriteRows(PSObject input)
    {
        List<RowChange> changes;
        try
        {
            BinlogEvent item = ToEvent(input);
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
            WriteObject(Flat ? FlatRow.Of(change) : change);
    }

    private sealed class Rows(GetRowChangeCommand cmdlet) : IEventOutput
    {
        private readonly HashSet<TableMap> _warned = [];
        private long _count;

        public void Complete(List<object> items) => cmdlet.WarnIfMoreThanPicked(_count);

        public void Take(EventScan scan, List<object> items)
        {
            if (!new EventView(scan).HasRows || cmdlet._selection?.IsMatch(scan) == false)
                return;
            List<RowChange> rows = scan.ToRowChanges();
            _count += rows.Count;
            items.AddRange(cmdlet.Flat ? rows.Select(FlatRow.Of) : rows);
            if (scan.Table is { SchemaProblem: { } problem } map && _warned.Add(map))
                cmdlet.Warn($"{map.Database}.{map.Table}: {problem}; the schema is not used for it.");
        }
    }
}
