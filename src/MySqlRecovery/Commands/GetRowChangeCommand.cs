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
public sealed class GetRowChangeCommand : PipedEventCmdlet
{
    private const string FindingSet = "Finding";

    private List<RowChange> _changes = [];
    private UnseenChanges? _pipedUnseen;
    private FindingSelection? _selection;

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

    private protected override bool TakesStatements => true;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == FindingSet)
        {
            if (Files.Count == 0)
                Files.AddRange(this.ResolveLogs(LogPath, literal: false, ReportError));
            if (Try(() => Picked.TryAdd(Finding)))
                return;
            _selection ??= new FindingSelection();
            Try(() => _selection.Add(Finding));
            return;
        }

        Files.AddRange(ResolveFiles(ReportError));
        if (ParameterSetName == InputSet && !TakeLog(InputObject))
            WriteRows(InputObject);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        NoteUnseen(Rows.NotAmong, _pipedUnseen?.Complete() ?? []);
        ReadLogs(_selection?.Choose(Files) ?? Files, Follow, () => new Rows(this));
        foreach (RecoveryException absent in _selection?.FindAbsent() ?? [])
            ReportError(absent);
    }

    private protected override void Take(in EventView view, BinlogEvent item)
    {
        if (view.HasRows)
            _changes = EventObjects.ToRowChanges(view, item);
        else
            (_pipedUnseen ??= new UnseenChanges(Filter.Tables)).Add(view);
    }

    private void WriteRows(PSObject input)
    {
        _changes = [];
        try
        {
            Add(input);
        }
        catch (RecoveryException e)
        {
            ReportError(e);
            return;
        }

        foreach (RowChange change in _changes)
            WriteObject(Flat ? FlatRow.Of(change) : change);
    }

    private sealed class Rows(GetRowChangeCommand cmdlet) : IEventOutput
    {
        public const string NotAmong = "Not among these rows";

        private readonly HashSet<TableMap> _warned = [];
        private readonly UnseenChanges _unseen = new(cmdlet.Filter.Tables);
        private long _count;

        public void Complete(List<object> items)
        {
            cmdlet.WarnIfMoreThanPicked(_count);
            cmdlet.NoteUnseen(NotAmong, _unseen.Complete());
        }

        public void Take(EventScan scan, List<object> items)
        {
            var view = new EventView(scan);
            if (cmdlet._selection?.IsMatch(scan) == false)
                return;
            if (!view.HasRows)
            {
                _unseen.Add(view);
                return;
            }

            List<RowChange> rows = scan.ToRowChanges();
            _unseen.AddRows(view, view.Table!, view.Rows, rows.Count);
            _count += rows.Count;
            items.AddRange(cmdlet.Flat ? rows.Select(FlatRow.Of) : rows);
            if (scan.Table is { SchemaProblem: { } problem } map && _warned.Add(map))
                cmdlet.Warn($"{map.Database}.{map.Table}: {problem}; the schema is not used for it.");
        }
    }
}
