using System.Management.Automation;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Input;
using MySqlRecovery.Model;

namespace MySqlRecovery.Commands;

/// <summary>What the cmdlets share that look at events as they come down the pipeline, and read files and servers at the end.</summary>
public abstract class PipedEventCmdlet : PipedLogCmdlet
{
    private readonly PipedEvent _event = new();
    private PipelineTableMaps? _maps;
    private LogSights? _sights;

    /// <summary>
    /// Events of Get-BinlogEvent, sums of Measure-BinlogEvent or incidents of Find-Incident, live, stored or from another machine; log
    /// files; or servers, by name or by a property Server.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = InputSet, ValueFromPipeline = true)]
    public PSObject InputObject { get; set; } = null!;

    /// <summary>The log files that were given.</summary>
    private protected List<string> Files { get; } = [];

    /// <summary>Takes an event of the pipeline that the filters let through.</summary>
    private protected abstract void Take(in EventView view, BinlogEvent item);

    /// <summary>Takes an object of the pipeline that stands for logs or for changes in them; false for others.</summary>
    private protected bool TakeLog(PSObject input)
    {
        if (Try(() => Picked.TryAdd(input) || TryAddServer(input)))
            return true;
        if (input.BaseObject is not BinlogEvent && input.Properties[nameof(BinlogEvent.EventType)] == null
            && this.ResolveInput(input, ReportError) is { } files)
        {
            Files.AddRange(files);
            return true;
        }

        Try(CheckNoPosition);
        return false;
    }

    /// <summary>Takes an event of the pipeline. No Write* call may be in it.</summary>
    private protected void Add(PSObject input)
    {
        BinlogEvent item = ToEvent(input);
        _event.Set(item, (_maps ??= new(Schema)).Find(item));
        var view = new EventView(_event);
        _sights ??= Sights.Begin();
        _sights.Observe(view, Filter);
        if (!view.IsMatch(Filter))
            return;
        _sights.Take(view);
        Take(view, item);
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
}
