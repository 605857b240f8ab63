using System.Management.Automation;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Input;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Restore;
using MySqlRecovery.Text;

namespace MySqlRecovery.Commands;

/// <summary>
/// What SQL or an undo is made from: log files, a server, or events and rows as they come down the pipeline, live or as the
/// property bags that remoting, jobs and Import-Clixml make.
/// </summary>
/// <param name="cmdlet">Whose input it is.</param>
/// <param name="reverse">Whether the rows are to be undone.</param>
/// <param name="columns">The only columns that count, or none.</param>
/// <param name="maximumMemory">Bytes of memory for the index.</param>
/// <param name="movesBytes">Whether the rows are undone as bytes, in a binlog.</param>
internal sealed class RecoveryInput(BinlogCmdlet cmdlet, bool reverse, string[] columns, long maximumMemory, bool movesBytes) : IDisposable
{
    private readonly List<string> _files = [];
    private readonly List<string> _filesBeside = [];
    private string[] _serversBeside = [];
    private bool _isToldOfLogs;
    private PipedSelection? _selection;
    private List<string>? _sorted;
    private LogInput? _server;
    private PipelineEvents? _events;
    private ChangeSpool? _spool;

    /// <summary>Takes the events and rows of a pipeline as they come; null: they are spooled for <see cref="BuildIndex"/>.</summary>
    public Action<EventView>? Stream { get; init; }

    /// <summary>The row test that is still to be made: rows that were piped in have been tested.</summary>
    public RowPredicate? RowTest => _spool == null ? cmdlet.Predicate : null;

    /// <summary>Whether rows of an undo are named that something else changed again later.</summary>
    public bool FindsLaterChanges { get; init; } = true;

    /// <summary>Whether such rows are left out of the undo.</summary>
    public bool LeavesOutLaterChanges { get; init; }

    /// <summary>Whether the undo is the sum of all changes.</summary>
    public bool SumsUp { get; init; }

    /// <summary>Whether rows with which nothing can be done are kept, to be named one by one.</summary>
    public bool KeepsUnusable { get; init; }

    /// <summary>Under which names tables are written; null where rows are not written to renamed tables.</summary>
    public TableRenames? Renames { get; init; }

    /// <summary>Whether events or rows came down the pipeline.</summary>
    public bool HasEvents => _events != null;

    /// <summary>Whether nothing has been added.</summary>
    public bool IsEmpty => _files.Count == 0 && _events == null && _server == null && cmdlet.Picked.IsEmpty;

    /// <summary>The finding that an object of the pipeline is, live or stored; null for others.</summary>
    public static ConsistencyFinding? ToFinding(PSObject input)
    {
        if (input.BaseObject is RowChange or BinlogEvent or string)
            return null;
        return input.BaseObject as ConsistencyFinding
            ?? (input.Properties[nameof(ConsistencyFinding.Severity)] != null && input.Properties[nameof(ConsistencyFinding.Repair)] != null
                ? PropertyBag.ConvertTo<ConsistencyFinding>(input) : null);
    }

    /// <summary>What comes down one pipeline must be of one kind.</summary>
    public static RecoveryException Mixed() => new(
        "InputObjectMixed", RecoveryErrorKind.InvalidArgument, "files, row changes or findings came down the pipeline together",
        recommendedAction: "Read the files with Get-BinlogEvent, or give files only; export findings by themselves.");

    /// <summary>Fails where the destination may not be written, or is one of the logs.</summary>
    public void CheckDestination(string path, bool overwrite) =>
        PendingFile.CheckFree(path, overwrite, [.. _files, .. cmdlet.Picked.Files]);

    public void AddFiles(IEnumerable<string> files) => _files.AddRange(files);

    /// <summary>Says, once, where the logs of the changes are that come down the pipeline: what is in them and not chosen counts.</summary>
    public void LookInto(Func<IEnumerable<string>> files, string[] servers)
    {
        if (_isToldOfLogs)
            return;
        _isToldOfLogs = true;
        _filesBeside.AddRange(files());
        _serversBeside = servers;
    }

    public void AddServer(string server) => _server = cmdlet.InputOf(server);

    public void AddServer(string[] servers) => AddServer(
        servers.Length == 1 ? servers[0] : throw ServerDestination.NotOne("the changes of several servers have no order among them"));

    /// <summary>The files whose readers may read the rows too; none of a log that only a key opens, a server's or a pipeline's.</summary>
    public IEnumerable<string> OpenFiles => cmdlet.KeyringPath.Length > 0 ? [] : [.. _files, .. cmdlet.Picked.Files];

    /// <summary>Takes an object of the pipeline: a file, or what the filters let through.</summary>
    public void Add(PSObject input)
    {
        if (input.BaseObject is RowChange or BinlogEvent)
            AddEvent(input.BaseObject);
        else if (cmdlet.Picked.TryAdd(input))
            return;
        else if (cmdlet.ResolveInput(input, e => throw e) is { } files)
            _files.AddRange(files);
        else
            AddEvent(Unwrap(input));
    }

    /// <summary>The index of all that was added.</summary>
    public ChangeIndex BuildIndex()
    {
        if (_spool != null)
        {
            if (LeavesOutLaterChanges && !HasLogsBeside)
                throw new RecoveryException(
                    "LaterChangeUnknown", RecoveryErrorKind.InvalidArgument,
                    "which rows were changed again later cannot be known from the pipeline: only logs and servers show it",
                    recommendedAction: "Give the logs that the events and rows are from with -LogPath, or their server with -Server.");
            return _files.Count == 0 && cmdlet.Picked.IsEmpty ? _spool.Complete(HasLogsBeside ? FindBeside : null) : throw Mixed();
        }

        LogInput input = Logs();
        using EventScan scan = cmdlet.OpenScan(input);
        ChangeIndex built = ChangeIndexBuilder.Build(
            scan, reverse, s => cmdlet.ShowProgress(s, input),
            FindsLaterChanges ? index => FindUnchosen(index, input, chosen: null) : null,
            maximumMemory, movesBytes, KeepsUnusable, Following, SumsUp);
        cmdlet.WarnIfMoreThanPicked(built.RowCount);
        return built;
    }

    /// <summary>The files or the server that were added, or that have what was chosen; nothing else came down a pipeline.</summary>
    public LogInput Logs()
    {
        cmdlet.ChoosePicked();
        if (!cmdlet.Picked.IsEmpty && _files.Count == 0 && _server == null)
        {
            _files.AddRange(HasLogsBeside ? _filesBeside : cmdlet.FindPickedFiles());
            if (_files.Count == 0)
                AddServer(HasLogsBeside ? _serversBeside : [.. cmdlet.Picked.Servers]);
        }

        return _server ?? cmdlet.InputOf(_sorted ??= cmdlet.Sort(_files));
    }

    /// <summary>Opens a reading of all that the logs hold, those of a server from its oldest file on; null where objects came down the
    /// pipeline and no logs are beside them.</summary>
    public Func<EventFilter, EventScan>? OpenAll()
    {
        if (HasEventsAlone)
            return null;
        LogInput input = LogsToReread();
        return filter => cmdlet.OpenWhole(input.FileCount == null ? cmdlet.AllOf(ServerOf()) : input, filter);

        string ServerOf() => cmdlet.Picked.Servers.FirstOrDefault() ?? cmdlet.Server[0];
    }

    /// <summary>The logs once more, and what was chosen of them; null where objects came down the pipeline and no logs are beside
    /// them.</summary>
    public ChosenLogs? Reread()
    {
        if (HasEventsAlone)
            return null;
        LogInput input = LogsToReread();
        return new ChosenLogs(filter => cmdlet.OpenWhole(input, filter), (IEventSelection?)_selection ?? cmdlet.Selection);
    }

    /// <summary>What was left out before changes of the pipeline that are to be done again, as the logs beside it show; null where there
    /// are none.</summary>
    public string[]? FindLeftOut(IEnumerable<TableName> tables) =>
        _selection == null ? null : cmdlet.FindLeftOut([.. tables], LogsBeside(), _selection);

    private LaterFindings? FindBeside(ChangeIndex index) => FindsLaterChanges
        ? FindUnchosen(index, LogsBeside(), _selection) : cmdlet.FindUnsaid(index, LogsBeside(), _selection!);

    private LaterFindings? FindUnchosen(ChangeIndex index, LogInput input, IEventSelection? chosen) =>
        cmdlet.FindUnchosen(index, input, reverse, columns, movesBytes, LeavesOutLaterChanges, Following, SumsUp, chosen);

    // Rows are left out by the names of their tables in the log.
    private TableRenames? Following => LeavesOutLaterChanges ? null : Renames;

    private bool HasLogsBeside => _filesBeside.Count + _serversBeside.Length > 0;

    private bool HasEventsAlone => _spool != null && !HasLogsBeside;

    private LogInput LogsToReread() => _spool != null ? LogsBeside() : Logs();

    private LogInput LogsBeside()
    {
        if (_filesBeside.Count > 0)
            return cmdlet.InputOf(_sorted ??= cmdlet.Sort(_filesBeside));
        AddServer(_serversBeside);
        return _server!;
    }

    /// <summary>Hands on what came down a pipeline and still waits; false where nothing came.</summary>
    public bool TryFlush()
    {
        if (_events == null)
            return false;
        if (_files.Count > 0 || !cmdlet.Picked.IsEmpty)
            throw Mixed();
        _events.FlushRows();
        return true;
    }

    public void Dispose() => _spool?.Dispose();

    private void AddEvent(object item)
    {
        cmdlet.CheckNoPosition();
        _events ??= Open();
        if (item is RowChange row)
            _events.Add(row);
        else
            _events.Add((BinlogEvent)item);
    }

    private PipelineEvents Open()
    {
        var maps = new PipelineTableMaps(cmdlet.Schema);
        _selection = HasLogsBeside ? new PipedSelection() : null;
        if (Stream != null)
            return new PipelineEvents(maps, cmdlet.Filter, Stream, cmdlet.Sights.Begin()) { Selection = _selection };
        _spool = new ChangeSpool(
            maps, cmdlet.Filter, reverse, maximumMemory, movesBytes, cmdlet.Sights.Begin(), KeepsUnusable, Following, SumsUp);
        _spool.Events.Selection = _selection;
        return _spool.Events;
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

    /// <summary>The error of an object that nothing can be done with.</summary>
    public static RecoveryException Unknown(PSObject input, Exception? inner) => new(
        "InputObjectUnknown", RecoveryErrorKind.InvalidArgument,
        $"an object of type {input.TypeNames[0]} is neither a BinlogEvent nor a RowChange nor a file", inner: inner,
        recommendedAction: "Pass on what Get-BinlogEvent or Get-RowChange gave; use Export-Clixml, not CSV or JSON, to store it.");
}
