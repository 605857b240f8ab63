using System.Management.Automation;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.IO;
using MySqlRecovery.Input;
using MySqlRecovery.Model;

namespace MySqlRecovery.Commands;

/// <summary>
/// What SQL or an undo is made from: log files, a server, or events and rows as they come down the pipeline, live or as the
/// property bags that remoting, jobs and Import-Clixml make.
/// </summary>
internal sealed class RecoveryInput(BinlogCmdlet cmdlet, bool reverse, string[] columns, long maximumMemory, bool movesBytes) : IDisposable
{
    private readonly List<string> _files = [];
    private LogInput? _server;
    private ChangeSpool? _spool;

    /// <summary>The row test that is still to be made: rows that were piped in have been tested.</summary>
    public RowPredicate? RowTest => _spool == null ? cmdlet.Predicate : null;

    /// <summary>Whether rows of an undo are named that something else changed again later.</summary>
    public bool FindsLaterChanges { get; init; } = true;

    /// <summary>Whether nothing has been added.</summary>
    public bool IsEmpty => _files.Count == 0 && _spool == null && _server == null;

    /// <summary>The finding that an object of the pipeline is, live or stored; null for others.</summary>
    public static ConsistencyFinding? ToFinding(PSObject input) =>
        input.BaseObject as ConsistencyFinding
        ?? (input.Properties[nameof(ConsistencyFinding.Severity)] != null && input.Properties[nameof(ConsistencyFinding.Repair)] != null
            ? PropertyBag.ConvertTo<ConsistencyFinding>(input) : null);

    /// <summary>What comes down one pipeline must be of one kind.</summary>
    public static RecoveryException Mixed() => new(
        "InputObjectMixed", RecoveryErrorKind.InvalidArgument, "files, row changes or findings came down the pipeline together",
        recommendedAction: "Read the files with Get-BinlogEvent, or give files only; export findings by themselves.");

    /// <summary>Fails where the destination may not be written, or is one of the logs.</summary>
    public void CheckDestination(string path, bool overwrite) => PendingFile.CheckFree(path, overwrite, _files);

    public void AddFiles(IEnumerable<string> files) => _files.AddRange(files);

    public void AddServer(string[] servers) => _server = servers.Length == 1 ? cmdlet.InputOf(servers[0]) : throw new RecoveryException(
        "ServerNotOne", RecoveryErrorKind.InvalidArgument, "the changes of several servers have no order among them",
        recommendedAction: "Give one server at a time.");

    /// <summary>Takes an object of the pipeline: a file, or what the filters let through.</summary>
    public void Add(PSObject input)
    {
        if (cmdlet.ResolveInput(input, e => throw e) is { } files)
            _files.AddRange(files);
        else
            Spool(Unwrap(input), _spool ??= new ChangeSpool(new PipelineTableMaps(cmdlet.Schema), cmdlet.Filter, reverse, maximumMemory, movesBytes));
    }

    /// <summary>The index of all that was added.</summary>
    public ChangeIndex BuildIndex()
    {
        if (_spool == null)
        {
            LogInput input = _server ?? cmdlet.InputOf(LogFileOrder.Sort(_files));
            using EventScan scan = cmdlet.OpenScan(input);
            return ChangeIndexBuilder.Build(
                scan, reverse, s => cmdlet.ShowProgress(s, input.FileCount),
                reverse && FindsLaterChanges ? index => cmdlet.FindLaterChanges(index, input, columns) : null, maximumMemory, movesBytes);
        }

        if (_files.Count > 0)
            throw Mixed();
        return _spool.Complete();
    }

    public void Dispose() => _spool?.Dispose();

    private void Spool(object item, ChangeSpool spool)
    {
        cmdlet.CheckNoPosition();
        if (item is RowChange row)
            spool.Add(row);
        else
            spool.Add((BinlogEvent)item);
    }

    /// <summary>The BinlogEvent or RowChange, made anew from a property bag if need be.</summary>
    private static object Unwrap(PSObject input)
    {
        if (input.BaseObject is BinlogEvent or RowChange)
            return input.BaseObject;
        try
        {
            return input.Properties[nameof(RowChange.RowIndex)] != null ? PropertyBag.ConvertTo<RowChange>(input)
                : input.Properties[nameof(BinlogEvent.EventType)] != null ? PropertyBag.ConvertTo<BinlogEvent>(input)
                : throw Unknown(input, null);
        }
        catch (PSInvalidCastException e)
        {
            throw Unknown(input, e);
        }
    }

    private static RecoveryException Unknown(PSObject input, Exception? inner) => new(
        "InputObjectUnknown", RecoveryErrorKind.InvalidArgument,
        $"an object of type {input.TypeNames[0]} is neither a BinlogEvent nor a RowChange nor a file", inner: inner,
        recommendedAction: "Pass on what Get-BinlogEvent or Get-RowChange gave; use Export-Clixml, not CSV or JSON, to store it.");
}
