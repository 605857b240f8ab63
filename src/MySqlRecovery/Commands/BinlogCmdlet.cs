using System.Collections;
using System.Data.Common;
using System.Management.Automation;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Completion;
using MySqlRecovery.Gtids;
using MySqlRecovery.Input;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;

namespace MySqlRecovery.Commands;

/// <summary>What the binlog cmdlets share: the filters, which are evaluated before anything is decoded, and the reading of logs.</summary>
public abstract partial class BinlogCmdlet : LogReaderCmdlet
{
    private ITableSchemaSource? _schema;

    /// <summary>
    /// Servers whose binlogs to read: <c>host</c>, <c>host:port</c>, the path of a Unix socket or a connection string. Without
    /// any, the one of -DefaultsFile or that on this machine.
    /// </summary>
    [Parameter(ParameterSetName = ServerSet), Alias("HostName", "ComputerName")]
    [ValidateNotNull]
    public virtual string[] Server { get; set; } = [string.Empty];

    /// <summary>The binlog file on the server to start in; the oldest by default.</summary>
    [Parameter(ParameterSetName = ServerSet), ArgumentCompleter(typeof(LogFileCompleter))]
    [ValidateNotNullOrEmpty]
    public string? StartFile { get; set; }

    /// <summary>The last binlog file on the server to read; by default all to the end.</summary>
    [Parameter(ParameterSetName = ServerSet), ArgumentCompleter(typeof(LogFileCompleter))]
    [ValidateNotNullOrEmpty]
    public string? StopFile { get; set; }

    /// <summary>
    /// What is there already: a GTID set of MySQL, or the last GTID of each domain of MariaDB. The server sends all
    /// transactions that are not in it.
    /// </summary>
    [Parameter(ParameterSetName = ServerSet)]
    [ValidateNotNull]
    public string? StartGtid { get; set; }

    /// <summary>Databases to take; wildcards.</summary>
    [Parameter, SupportsWildcards, ArgumentCompleter(typeof(DatabaseCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Database { get; set; } = [];

    /// <summary>Databases to leave out; wildcards.</summary>
    [Parameter, SupportsWildcards, ArgumentCompleter(typeof(DatabaseCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] ExcludeDatabase { get; set; } = [];

    /// <summary>Tables to take, <c>table</c> or <c>database.table</c>; wildcards.</summary>
    [Parameter, SupportsWildcards, ArgumentCompleter(typeof(TableCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Table { get; set; } = [];

    /// <summary>Tables to leave out; wildcards.</summary>
    [Parameter, SupportsWildcards, ArgumentCompleter(typeof(TableCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] ExcludeTable { get; set; } = [];

    /// <summary>Row events of these operations only.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public RowOperation[]? Operation { get; set; }

    /// <summary>Events from this time on (included). A time without zone is local.</summary>
    [Parameter, Alias("StartDateTime", "After")]
    [ValidateNotNull]
    public DateTime? StartTime { get; set; }

    /// <summary>Events before this time (excluded). A time without zone is local.</summary>
    [Parameter, Alias("StopDateTime", "Before")]
    [ValidateNotNull]
    public DateTime? StopTime { get; set; }

    /// <summary>
    /// What -StartTime and -StopTime go by: the time in each event (default), or the commit of its transaction on the server that
    /// wrote the log, in microseconds.
    /// </summary>
    [Parameter]
    public TimeBasis TimeBasis { get; set; }

    /// <summary>Byte offset of the first event taken in the first file.</summary>
    [Parameter]
    [ValidateNotNull]
    public long? StartPosition { get; set; }

    /// <summary>Byte offset in the last file at which reading ends; the event there is not taken.</summary>
    [Parameter]
    [ValidateNotNull]
    public long? StopPosition { get; set; }

    /// <summary>Transactions of these GTIDs or GTID sets only.</summary>
    [Parameter, ArgumentCompleter(typeof(GtidSourceCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Gtid { get; set; } = [];

    /// <summary>No transactions of these GTIDs or GTID sets.</summary>
    [Parameter, ArgumentCompleter(typeof(GtidSourceCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] ExcludeGtid { get; set; } = [];

    /// <summary>Transactions of these sessions (connection ids) only.</summary>
    [Parameter, ArgumentCompleter(typeof(ThreadCompleter))]
    [ValidateNotNullOrEmpty]
    public uint[]? ThreadId { get; set; }

    /// <summary>Events first written by the servers with these ids only.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public uint[]? ServerId { get; set; }

    /// <summary>Rows in whose before or after image all named columns have one of the given values.</summary>
    [Parameter, ArgumentCompleter(typeof(WhereCompleter))]
    [ValidateNotNullOrEmpty]
    public IDictionary? Where { get; set; }

    /// <summary>An open connection to a server that has the tables: their definitions are read from it as they are needed.</summary>
    [Parameter]
    [ValidateNotNull]
    public DbConnection? Connection { get; set; }

    /// <summary>
    /// Reads on after damage: looks for the next event with a right checksum and reports each gap as an error of its own.
    /// </summary>
    [Parameter]
    public SwitchParameter Salvage { get; set; }

    /// <summary>
    /// Makes an error of what is only warned of else: that something of the range could not be taken, or that it is not sure whether
    /// all was there. A scheduler sees it in the exit code.
    /// </summary>
    [Parameter]
    public SwitchParameter RequireComplete { get; set; }

    /// <summary>The schema of -SchemaPath or -Connection, or null.</summary>
    internal ITableSchemaSource? Schema => _schema ??= Try(OpenSchema);

    /// <summary>The row test of -Where, or null.</summary>
    internal RowPredicate? Predicate { get; private set; }

    /// <summary>The filters but for the position, for a scan.</summary>
    internal EventFilter Filter { get; private set; } = EventFilter.All;

    /// <summary>What sums of the pipeline stand for.</summary>
    internal PickedLogs Picked { get; } = new();

    /// <summary>Servers of the pipeline, as the user names them.</summary>
    internal List<string> PipedServers { get; } = [];

    /// <summary>
    /// Takes an object of the pipeline that names a server; false where it does not. A text is a server where it is a connection
    /// string, or where it is said how to connect: else it is a file.
    /// </summary>
    internal bool TryAddServer(PSObject input)
    {
        bool isServer = input.BaseObject is string text && (text.Contains('=') || SaysHowToConnect)
            && (SaysHowToConnect || !File.Exists(this.ResolveDestination(text)));
        if ((isServer ? input.BaseObject.ToString() : PipedServer.Find(input)) is not { } server)
            return false;
        PipedServers.Add(server);
        return true;
    }

    /// <summary>Chooses what sums of the pipeline stand for, and no more.</summary>
    internal void ChoosePicked()
    {
        if (!Picked.IsEmpty)
            Filter = Filter with { Choice = Picked.Choice, Tables = Filter.Tables ?? Picked.Choice.Tables };
    }

    /// <summary>Event types to take; only Get-BinlogEvent offers the choice.</summary>
    private protected virtual BinlogEventType[]? TypesTaken => null;

    /// <summary>Whether events without rows are asked for, too.</summary>
    private protected virtual bool TakesEvents => false;

    /// <summary>Whether statements come through in spite of what is asked of tables and rows.</summary>
    private protected virtual bool TakesStatements => false;

    private protected override string? AskedServer => Connection == null ? base.AskedServer : Connection.DataSource;

    /// <summary>Whether it is a server's logs that are read.</summary>
    private protected virtual bool ReadsServer => ParameterSetName == ServerSet;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (ReadsServer)
            Try(CheckServerPositions);
        if (StopTime?.ToUniversalTime() < StartTime?.ToUniversalTime())
            Try(() => throw Reversed("-StopTime", $"{StopTime:u}", $"{StartTime:u}"));
        BeginReading();
        base.BeginProcessing();
    }

    /// <summary>Forgets what was found of the filters; those of another server may find something else.</summary>
    private protected void BeginReading()
    {
        _isExplained = false;
        Sights = new FilterSights();
        Predicate = Where == null || Where.Count == 0 ? null : new RowPredicate(Where);
        Filter = new EventFilter
        {
            Types = TypesTaken == null ? null : [.. TypesTaken],
            Operations = Operation == null ? null : [.. Operation],
            ServerIds = ServerId == null ? null : [.. ServerId],
            ThreadIds = ThreadId == null ? null : [.. ThreadId],
            StartTime = StartTime?.ToUniversalTime(),
            StopTime = StopTime?.ToUniversalTime(),
            TimeBasis = TimeBasis,
            Tables = Database.Length + ExcludeDatabase.Length + Table.Length + ExcludeTable.Length == 0
                ? null : new TableFilter(Database, ExcludeDatabase, Table, ExcludeTable),
            Gtids = Gtid.Length + ExcludeGtid.Length == 0 ? null : Try(() => new GtidFilter(
                Gtid.Length == 0 ? null : GtidSet.Parse(Gtid), ExcludeGtid.Length == 0 ? null : GtidSet.Parse(ExcludeGtid))),
            Where = Predicate,
            WithStatements = TakesStatements,
            NamedTables = NamedTables.Find,
        };
    }

    /// <summary>Notes what was chosen and is not in the output.</summary>
    /// <param name="where">What it is not in.</param>
    /// <param name="lines">What changed rows without row images.</param>
    private protected void NoteUnseen(string where, string[] lines)
    {
        if (lines.Length == 0)
            return;
        Sights.HasNamedStatements = true;
        Filter.Doubts.NoteLog($"{where}, because the log has no row images of it: "
            + $"{lines[0]}{(lines.Length > 1 ? $" (and {lines.Length - 1} more)" : string.Empty)}");
    }

    /// <summary>Says aloud that something of the range could not be taken.</summary>
    private protected void WarnIfIncomplete(string[] reasons)
    {
        if (reasons.Length == 0)
            return;
        string what = $"{reasons[0]}{(reasons.Length > 1 ? $" (and {reasons.Length - 1} more: see Reason)" : string.Empty)}";
        WriteWarning($"This is not complete: {what}");
        if (RequireComplete)
            ThrowTerminatingError(ToErrorRecord(Incomplete(what)));
    }

    /// <summary>Says aloud that what is not among the changes stands in their way, or that nobody has looked for such.</summary>
    private protected void WarnOfLaterChanges(string[]? changes, bool reverse)
    {
        if (changes == null)
            WriteWarning((reverse
                ? "Whether something else changed these rows or their tables again later was not looked for"
                : "Whether something that is left out made these rows, or changed them or their tables before, was not looked for")
                + ": only logs and servers show it.");
        else if (changes.Length > 0)
            WriteWarning((reverse
                ? "Rows of this undo, or rows that foreign keys tie to them, were changed again later by what is not undone"
                : "What is left out stands in the way")
                + $": {changes[0]}"
                + (changes.Length > 1 ? $" (and {changes.Length - 1} more: see LaterChange)" : string.Empty));
    }

    /// <summary>Positions mean files: an object that came down the pipeline does not say which file is first or last.</summary>
    internal void CheckNoPosition()
    {
        if (StartPosition != null || StopPosition != null)
            throw new RecoveryException(
                "PositionWithoutFile", RecoveryErrorKind.InvalidArgument,
                "-StartPosition and -StopPosition choose a part of files, not of objects from the pipeline",
                recommendedAction: "Give them to the command that reads the files, or filter by the Position property.");
    }

    private static RecoveryException Reversed(string stop, string end, string start) => new(
        "RangeReversed", RecoveryErrorKind.InvalidArgument, $"{stop} {end} is before the start, {start}: there is nothing between them",
        recommendedAction: "Exchange the two. What is at the stop itself is not taken.");

    private void CheckServerPositions()
    {
        if ((StartPosition != null && StartFile == null) || (StopPosition != null && StopFile == null))
            throw new RecoveryException(
                "PositionWithoutFile", RecoveryErrorKind.InvalidArgument,
                "a position means nothing without the server's file that it is in",
                recommendedAction: "Give -StartFile with -StartPosition, and -StopFile with -StopPosition.");
        if (StopFile != null && StartFile != null && LogNumber.IsBefore(StopFile, StartFile))
            throw Reversed("-StopFile", StopFile, StartFile);
        if (StopFile != null && StopFile == StartFile && StopPosition < StartPosition)
            throw Reversed("-StopPosition", $"{StopPosition}", $"{StartPosition}");
        if (StartGtid != null && StartFile != null)
            throw new RecoveryException(
                "InvalidParameters", RecoveryErrorKind.InvalidArgument, "-StartGtid and -StartFile are two places to start at",
                recommendedAction: "Give one of them.");
    }
}
