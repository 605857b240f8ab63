using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Sql;
using MySqlRecovery.Transactions;
using MySqlRecovery.Undo;

namespace MySqlRecovery.Commands;

/// <summary>What the binlog cmdlets share: the filters, which are evaluated before anything is decoded, and the reading of files.</summary>
public abstract class BinlogCmdlet : RecoveryCmdlet
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(200);
    private long _lastProgress;
    private bool _hasProgress;
    private Keyring? _keyring;

    /// <summary>Databases to take; wildcards.</summary>
    [Parameter, SupportsWildcards]
    public string[] Database { get; set; } = [];

    /// <summary>Databases to leave out; wildcards.</summary>
    [Parameter, SupportsWildcards]
    public string[] ExcludeDatabase { get; set; } = [];

    /// <summary>Tables to take, <c>table</c> or <c>database.table</c>; wildcards.</summary>
    [Parameter, SupportsWildcards]
    public string[] Table { get; set; } = [];

    /// <summary>Tables to leave out; wildcards.</summary>
    [Parameter, SupportsWildcards]
    public string[] ExcludeTable { get; set; } = [];

    /// <summary>Row events of these operations only.</summary>
    [Parameter]
    public RowOperation[]? Operation { get; set; }

    /// <summary>Events from this time on (included). A time without zone is local.</summary>
    [Parameter, Alias("StartDateTime", "After")]
    public DateTime? StartTime { get; set; }

    /// <summary>Events before this time (excluded). A time without zone is local.</summary>
    [Parameter, Alias("StopDateTime", "Before")]
    public DateTime? StopTime { get; set; }

    /// <summary>Byte offset of the first event taken in the first file.</summary>
    [Parameter]
    public long? StartPosition { get; set; }

    /// <summary>Byte offset in the last file at which reading ends; the event there is not taken.</summary>
    [Parameter]
    public long? StopPosition { get; set; }

    /// <summary>Transactions of these GTIDs or GTID sets only.</summary>
    [Parameter]
    public string[] Gtid { get; set; } = [];

    /// <summary>No transactions of these GTIDs or GTID sets.</summary>
    [Parameter]
    public string[] ExcludeGtid { get; set; } = [];

    /// <summary>Transactions of these sessions (connection ids) only.</summary>
    [Parameter]
    public uint[]? ThreadId { get; set; }

    /// <summary>Events first written by the servers with these ids only.</summary>
    [Parameter]
    public uint[]? ServerId { get; set; }

    /// <summary>Rows in whose before or after image all named columns have one of the given values.</summary>
    [Parameter]
    public IDictionary? Where { get; set; }

    /// <summary>
    /// Keyring files of the server for encrypted logs: component_keyring_file's JSON, the file of the keyring_file plugin, or the key file of MariaDB's file_key_management.
    /// </summary>
    [Parameter]
    public string[] KeyringPath { get; set; } = [];

    /// <summary>
    /// A file of CREATE TABLE statements, as mysqldump --no-data --triggers writes it: names columns, keys, generated
    /// columns and character sets where the log does not; follows the DDL in the logs from there on.
    /// </summary>
    [Parameter]
    public string? SchemaPath { get; set; }

    /// <summary>
    /// Reads on behind damage: looks for the next event with a right checksum and reports each gap as an error of its own.
    /// </summary>
    [Parameter]
    public SwitchParameter Salvage { get; set; }

    /// <summary>The schema of -SchemaPath, or null.</summary>
    internal ITableSchemaSource? Schema { get; private set; }

    /// <summary>The row test of -Where, or null.</summary>
    internal RowPredicate? Predicate { get; private set; }

    /// <summary>The filters but for the position, for a scan.</summary>
    private protected EventFilter Filter { get; private set; } = EventFilter.All;

    private protected GtidFilter? GtidFilter { get; private set; }

    /// <summary>Event types to take; only Get-BinlogEvent offers the choice.</summary>
    private protected virtual BinlogEventType[]? TypesTaken => null;

    /// <summary>Whether statements come through in spite of what is asked of tables and rows.</summary>
    private protected virtual bool TakesStatements => false;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        Predicate = Where == null || Where.Count == 0 ? null : new RowPredicate(Where);
        Filter = new EventFilter
        {
            Types = TypesTaken == null ? null : [.. TypesTaken],
            Operations = Operation == null ? null : [.. Operation],
            ServerIds = ServerId == null ? null : [.. ServerId],
            ThreadIds = ThreadId == null ? null : [.. ThreadId],
            StartTime = StartTime?.ToUniversalTime(),
            StopTime = StopTime?.ToUniversalTime(),
            Tables = Database.Length + ExcludeDatabase.Length + Table.Length + ExcludeTable.Length == 0
                ? null : new TableFilter(Database, ExcludeDatabase, Table, ExcludeTable),
            Where = Predicate,
            WithStatements = TakesStatements,
        };
        if (KeyringPath.Length > 0)
            _keyring = Try(() => Keyring.Open(KeyringPath.Select(this.ResolveDestination)));
        if (SchemaPath != null)
            Schema = Try(() => LogSchema.Load(this.ResolveDestination(SchemaPath)));
        if (Gtid.Length + ExcludeGtid.Length > 0)
            GtidFilter = Try(() => new GtidFilter(
                Gtid.Length == 0 ? null : GtidSet.Parse(Gtid), ExcludeGtid.Length == 0 ? null : GtidSet.Parse(ExcludeGtid)));
    }

    /// <summary>Whether a row event that came down the pipeline passes the filters, its rows aside.</summary>
    internal bool IsMatch(BinlogEvent item, TableMap map) =>
        IsMatch(item.EventType, item.ServerId, item.Timestamp, item.ThreadId, item.Gtid)
        && Filter.Tables?.IsMatch(map.Database, map.Table) != false;

    /// <summary>Whether a row that came down the pipeline passes the filters, its values aside.</summary>
    internal bool IsMatch(RowChange item, TableMap map) =>
        IsMatch(TypeOf(item.Operation), item.ServerId, item.Timestamp, item.ThreadId, item.Gtid)
        && Filter.Tables?.IsMatch(map.Database, map.Table) != false;

    /// <summary>Whether an event without rows that came down the pipeline passes the filters.</summary>
    internal bool IsMatch(BinlogEvent item) =>
        IsMatch(item.EventType, item.ServerId, item.Timestamp, item.ThreadId, item.Gtid)
        && Filter.Tables?.IsDatabaseMatch(item.Database ?? string.Empty) != false;

    /// <summary>Positions mean files: an object that came down the pipeline does not say which file is first or last.</summary>
    internal void CheckNoPosition()
    {
        if (StartPosition != null || StopPosition != null)
            throw new RecoveryException(
                "PositionWithoutFile", RecoveryErrorKind.InvalidArgument,
                "-StartPosition and -StopPosition choose a part of files, not of objects from the pipeline",
                recommendedAction: "Give them to the command that reads the files, or filter by the Position property.");
    }

    /// <summary>A scan over the files in log order, with the cmdlet's filters.</summary>
    internal EventScan OpenScan(IReadOnlyList<string> files) =>
        new(LogRange.Of(files, StartPosition, StopPosition), Filter, GtidFilter, StopToken, Schema)
        {
            Salvage = Salvage,
            Keyring = _keyring,
        };

    /// <summary>Rows of an undo that something of the same files that was not chosen changed again later.</summary>
    internal string[] FindLaterChanges(UndoIndex index, IReadOnlyList<string> files, string[] columns)
    {
        var selection = new EventSelection(Filter, GtidFilter, LogRange.Of(files, StartPosition, StopPosition));
        if (!selection.IsPartial || index.Transactions.Count == 0)
            return [];
        // The schema has followed the DDL of the first reading: this one begins anew.
        ITableSchemaSource? schema = SchemaPath == null ? null : LogSchema.Load(this.ResolveDestination(SchemaPath));
        var tables = new TableFilter([], [], [.. index.TableNames(TableRenames.None).Select(WildcardPattern.Escape)], []);
        using var scan = new EventScan(files.Select(LogRange.Whole), new EventFilter { Tables = tables }, null, StopToken, schema)
        {
            Salvage = Salvage,
            Keyring = _keyring,
        };
        return new LaterChanges(selection, columns).Find(scan);
    }

    /// <summary>The next matching event, converted; what fails is reported, and the next log goes on.</summary>
    private protected bool TryNext<T>(EventScan scan, Func<EventScan, T> convert, [NotNullWhen(true)] out T? item)
        where T : class
    {
        while (true)
        {
            RecoveryException? error = null;
            item = null;
            try
            {
                if (scan.Read())
                    item = convert(scan);
            }
            catch (RecoveryException e)
            {
                error = e;
            }
            catch (OperationCanceledException)
            {
                throw new PipelineStoppedException();
            }

            while (scan.Gaps.TryDequeue(out RecoveryException? gap))
                ReportError(gap);
            if (error == null)
                return item != null;
            ReportError(error);
        }
    }

    /// <summary>Shows how far the scan is, at most five times a second.</summary>
    internal void ShowProgress(EventScan scan, IReadOnlyList<string> files)
    {
        if (System.Diagnostics.Stopwatch.GetElapsedTime(_lastProgress) < ProgressInterval)
            return;
        _lastProgress = System.Diagnostics.Stopwatch.GetTimestamp();
        _hasProgress = true;
        WriteProgress(new ProgressRecord(1, MyInvocation.MyCommand.Name, $"{scan.Reader.LogFile}, file {scan.LogIndex + 1} of {files.Count}")
        {
            PercentComplete = 100 * scan.LogIndex / files.Count,
            CurrentOperation = $"offset {scan.Reader.Position:N0}",
        });
    }

    /// <summary>Says aloud that something of the range could not be taken.</summary>
    private protected void WarnIfIncomplete(UndoIndex index)
    {
        string[] reasons = index.Obstacles.ToReasons();
        if (reasons.Length > 0)
            WriteWarning($"This is not complete: {reasons[0]}{(reasons.Length > 1 ? $" (and {reasons.Length - 1} more: see Reason)" : string.Empty)}");
    }

    /// <summary>Says aloud that the undo overwrites changes that are not undone.</summary>
    private protected void WarnOfLaterChanges(UndoIndex index)
    {
        if (index.LaterChanges.Length > 0)
            WriteWarning($"Rows of this undo were changed again later by what is not undone: {index.LaterChanges[0]}"
                + (index.LaterChanges.Length > 1 ? $" (and {index.LaterChanges.Length - 1} more: see LaterChange)" : string.Empty));
    }

    /// <summary>Ends the progress, and says if -Where named a column that no row has.</summary>
    private protected void EndReading()
    {
        if (_hasProgress)
            WriteProgress(new ProgressRecord(1, MyInvocation.MyCommand.Name, "done") { RecordType = ProgressRecordType.Completed });
        _hasProgress = false;
        if (Predicate?.FindUnknownColumn() is { } column)
            ReportError(new RecoveryException(
                "WhereColumnUnknown", RecoveryErrorKind.ObjectNotFound, $"no row that was looked at has a column '{column}', which -Where names",
                recommendedAction: "Look at ColumnName of Get-RowChange; where the log has no names, give -SchemaPath, or @1, @2 by position."));
    }

    private bool IsMatch(BinlogEventType type, uint serverId, DateTime timestamp, uint? threadId, string? gtid) =>
        Filter.IsMatch(type, serverId, timestamp)
        && (Filter.ThreadIds == null || (threadId is { } thread && Filter.ThreadIds.Contains(thread)))
        && GtidFilter?.IsMatch(gtid) != false;

    private static BinlogEventType TypeOf(RowOperation operation) => operation switch
    {
        RowOperation.Insert => BinlogEventType.WriteRows,
        RowOperation.Update => BinlogEventType.UpdateRows,
        _ => BinlogEventType.DeleteRows,
    };
}
