using System.Management.Automation;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Input;
using MySqlRecovery.Model;

namespace MySqlRecovery.Commands;

/// <summary>Reads binary and relay logs, or those of a server, and writes one object an event.</summary>
[Cmdlet(VerbsCommon.Get, "BinlogEvent", DefaultParameterSetName = PathSet)]
[OutputType(typeof(BinlogEvent))]
public sealed class GetBinlogEventCommand : LogFileCmdlet
{
    private readonly List<string> _files = [];

    /// <summary>Log files; wildcards.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    public override string[] Path { get; set; } = [];

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ServerSet, ValueFromPipeline = true), Alias("HostName", "ComputerName")]
    [ValidateNotNull, ServerTransformation]
    public override string[] Server { get; set; } = [string.Empty];

    /// <summary>Waits at the end of a server's log for what is written later, until it is stopped.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    public SwitchParameter Follow { get; set; }

    /// <summary>Event types to take.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public BinlogEventType[]? EventType { get; set; }

    private protected override bool TakesEvents => !TakesStatements;

    // Where tables or rows are asked for, and not types: what changed them as a statement is no event of theirs, and is named.
    private protected override bool TakesStatements => EventType == null && (Table.Length > 0 || Operation != null || Where?.Count > 0);

    /// <summary>Shows the passwords, and hashes of them, that statements about accounts hold.</summary>
    [Parameter]
    public SwitchParameter IncludeSecret { get; set; }

    private protected override BinlogEventType[]? TypesTaken => EventType;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == ServerSet)
            PipedServers.AddRange(Server);
        _files.AddRange(ResolveFiles(ReportError));
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => ReadLogs(_files, Follow, () => new Listing(this));

    private sealed class Listing(GetBinlogEventCommand cmdlet) : IEventOutput
    {
        private readonly bool _takesStatements = cmdlet.TakesStatements;
        private readonly UnseenChanges _unseen = new(cmdlet.Filter.Tables);

        public void Take(EventScan scan, List<object> items)
        {
            var view = new EventView(scan);
            if (_takesStatements && view.Type.IsStatement())
                _unseen.Add(view);
            else
                items.Add(scan.ToBinlogEvent(cmdlet.IncludeSecret));
        }

        public void Complete(List<object> items) => cmdlet.NoteUnseen("Not among these events", _unseen.Complete());
    }
}
