using System.Collections;
using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Catalog;
using MySqlRecovery.Changes;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using MySqlRecovery.Output.ReversedBinlog;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Schema;

namespace MySqlRecovery;

/// <summary>
/// The way into the engine for programs: reads log files with the filters of the cmdlets, which choose before anything is
/// decoded, and gives events, rows, sums, or the undo. Nothing of it needs a server. Every method reads the files anew;
/// failures are <see cref="RecoveryException"/>, with an id to script against.
/// </summary>
/// <param name="logFiles">
/// Paths, in the order in which the server wrote the logs: binary and relay logs, plain, gzipped, encrypted, or as text of
/// <c>mysqlbinlog</c>.
/// </param>
/// <example>
/// <code>
/// var reader = new BinlogReader(["binlog.000042"]) { Table = ["shop.orders"], ThreadId = [1234] };
/// UndoBinlog undo = reader.WriteUndoBinlog("undo.binlog");
/// </code>
/// </example>
public sealed class BinlogReader(IEnumerable<string> logFiles)
{
    private readonly string[] _files = [.. logFiles];

    /// <summary>Databases to take, with PowerShell's wildcards; none for all.</summary>
    public IReadOnlyList<string> Database { get; init; } = [];

    /// <summary>Databases to leave out.</summary>
    public IReadOnlyList<string> ExcludeDatabase { get; init; } = [];

    /// <summary>Tables to take, <c>table</c> or <c>database.table</c>, with PowerShell's wildcards; none for all.</summary>
    public IReadOnlyList<string> Table { get; init; } = [];

    /// <summary>Tables to leave out.</summary>
    public IReadOnlyList<string> ExcludeTable { get; init; } = [];

    /// <summary>Row changes to take; none for all.</summary>
    public IReadOnlyList<RowOperation> Operation { get; init; } = [];

    /// <summary>Sessions to take, by the server's thread id; none for all.</summary>
    public IReadOnlyList<uint> ThreadId { get; init; } = [];

    /// <summary>Servers to take, by the id in the event; none for all.</summary>
    public IReadOnlyList<uint> ServerId { get; init; } = [];

    /// <summary>GTID sets to take, of MySQL or MariaDB; none for all.</summary>
    public IReadOnlyList<string> Gtid { get; init; } = [];

    /// <summary>GTID sets to leave out.</summary>
    public IReadOnlyList<string> ExcludeGtid { get; init; } = [];

    /// <summary>The first moment taken; a local time is turned into UTC.</summary>
    public DateTime? StartTime { get; init; }

    /// <summary>The first moment not taken any more.</summary>
    public DateTime? StopTime { get; init; }

    /// <summary>What the two are compared with.</summary>
    public TimeBasis TimeBasis { get; init; }

    /// <summary>Offset of the first event taken, in the first file.</summary>
    public long? StartPosition { get; init; }

    /// <summary>Offset of the first event not taken any more, in the last file.</summary>
    public long? StopPosition { get; init; }

    /// <summary>A row matches where its before or its after image has one of the given values in each named column.</summary>
    public IDictionary? Where { get; init; }

    /// <summary>Whether an undo leaves those rows as they are that something else, which is not undone, changed again later.</summary>
    public bool ExcludeLaterChange { get; init; }

    /// <summary>Keyring files of the server, for encrypted logs.</summary>
    public IReadOnlyList<string> KeyringPath { get; init; } = [];

    /// <summary>A file of CREATE TABLE statements, for what the log does not say of its tables.</summary>
    public string? SchemaPath { get; init; }

    /// <summary>
    /// Is told of every gap that damage leaves, and makes reading go on after it; null stops at the first damage. An undo names
    /// its gaps in <c>Reason</c> instead.
    /// </summary>
    public Action<RecoveryException>? OnDamage { get; init; }

    /// <summary>
    /// Is told, once events, rows or sums have all been read, what they may lack: statements without row images, transactions of
    /// which only a part was chosen, rows that could not be tested; a line each. An undo names it in <c>Reason</c>.
    /// </summary>
    public Action<string>? OnLeftOut { get; init; }

    /// <summary>Whether passwords, and hashes of them, are to be seen in the statements of events.</summary>
    public bool IncludeSecret { get; init; }

    /// <summary>Ends reading and writing with <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>The events that are let through, in log order, each with its bytes.</summary>
    /// <exception cref="RecoveryException">A file is missing, is no binlog, or is damaged; the events before that have been
    /// given.</exception>
    public IEnumerable<BinlogEvent> ReadEvents()
    {
        EventFilter filter = Filter(withStatements: false);
        bool namesStatements = OnLeftOut != null && filter.NeedsRows;
        if (namesStatements)
            filter = Filter(withStatements: true);
        using EventScan scan = Open(filter, readWhole: false);
        var unseen = new UnseenChanges(filter.Tables);
        while (Read(scan))
        {
            var view = new EventView(scan);
            if (namesStatements && view.Type.IsStatement())
                unseen.Add(view);
            else
                yield return scan.ToBinlogEvent(IncludeSecret);
        }

        NameLeftOut(filter, unseen.Complete());
    }

    /// <summary>The changed rows that are let through, in log order; values are decoded when they are looked at.</summary>
    /// <exception cref="RecoveryException">As for <see cref="ReadEvents"/>.</exception>
    public IEnumerable<RowChange> ReadRowChanges()
    {
        EventFilter filter = Filter(withStatements: OnLeftOut != null);
        using EventScan scan = Open(filter, readWhole: false);
        var unseen = new UnseenChanges(filter.Tables);
        while (Read(scan))
        {
            foreach (RowChange change in TakeRows(scan, unseen))
                yield return change;
        }

        NameLeftOut(filter, unseen.Complete());
    }

    /// <summary>Sums up what was done, by table (sorted by name) or by transaction (in log order).</summary>
    /// <exception cref="RecoveryException">As for <see cref="ReadEvents"/>.</exception>
    public IEnumerable<BinlogSummary> Measure(BinlogSummaryKind by)
    {
        EventFilter filter = Filter(withStatements: true);
        using EventScan scan = Open(filter, readWhole: false);
        var measure = new BinlogMeasure(by, filter.Tables);
        while (Read(scan))
        {
            measure.Add(new EventView(scan));
            while (measure.TryTake(out BinlogSummary? summary))
                yield return summary!;
        }

        foreach (BinlogSummary summary in measure.Complete())
            yield return summary;
        NameLeftOut(filter, measure.Unseen);
    }

    /// <summary>Writes the binlog that undoes what is let through, reads it back, and gives it its name only then.</summary>
    /// <param name="path">The binlog to write.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <exception cref="RecoveryException">No row change matches, or the file cannot be written.</exception>
    public UndoBinlog WriteUndoBinlog(string path, bool overwrite = false)
    {
        EventFilter filter = Filter(withStatements: true);
        using ChangeIndex index = Index(filter, reverse: true, movesBytes: true);
        return UndoBinlogWriter.Write(index, filter.Where, path, overwrite, gtidSource: null, Cancellation);
    }

    /// <summary>Writes the SQL script that undoes what is let through, or that does it again.</summary>
    /// <param name="path">The script to write: UTF-8, for the stock <c>mysql</c> client.</param>
    /// <param name="reverse">Whether to undo.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <exception cref="RecoveryException">No row change matches, or the file cannot be written.</exception>
    public SqlExport WriteSql(string path, bool reverse, bool overwrite = false)
    {
        EventFilter filter = Filter(withStatements: true);
        using ChangeIndex index = Index(filter, reverse, movesBytes: false);
        return RowSqlExport.WriteFile(index, filter.Where, new SqlForm { Reverse = reverse }, path, overwrite, Cancellation);
    }

    private static List<RowChange> TakeRows(EventScan scan, UnseenChanges unseen)
    {
        var view = new EventView(scan);
        if (!view.HasRows)
        {
            unseen.Add(view);
            return [];
        }

        List<RowChange> rows = scan.ToRowChanges();
        unseen.AddRows(view, view.Table!, view.Rows, rows.Count);
        return rows;
    }

    private void NameLeftOut(EventFilter filter, string[] unseen)
    {
        if (OnLeftOut == null)
            return;
        foreach (string line in (string[])[.. filter.Doubts.Lines, .. unseen])
            OnLeftOut(line);
    }

    private ChangeIndex Index(EventFilter filter, bool reverse, bool movesBytes)
    {
        using EventScan scan = Open(filter, readWhole: false);
        ChangeIndex index = ChangeIndexBuilder.Build(
            scan, reverse, findLaterChanges: found => FindUnchosen(found, filter, reverse, movesBytes), movesBytes: movesBytes);
        if (index.Transactions.Count > 0)
            return index;
        using (index)
            throw index.NothingFound();
    }

    private LaterFindings? FindUnchosen(ChangeIndex index, EventFilter filter, bool reverse, bool movesBytes)
    {
        var selection = new EventSelection(filter, StartPosition > 0 || StopPosition != null);
        return reverse
            ? LaterFindings.Find(index, selection, [], movesBytes, all => Open(all, readWhole: true), ExcludeLaterChange)
            : LaterFindings.FindLeftOut(index, selection, all => Open(all, readWhole: true));
    }

    private bool Read(EventScan scan)
    {
        bool isRead = scan.Read();
        while (scan.Gaps.TryDequeue(out RecoveryException? gap))
            OnDamage?.Invoke(gap);
        return isRead;
    }

    private EventScan Open(EventFilter filter, bool readWhole) => new(
        LogRange.Of(_files, StartPosition, StopPosition).Select(range => range with { IsReadWhole = readWhole }), filter, Cancellation,
        SchemaPath == null ? null : LogSchema.Load(SchemaPath))
    {
        Salvage = OnDamage != null,
        Ahead = LogsAhead.Instance,
        Keyring = KeyringPath.Count == 0 ? null : Keyring.Open(KeyringPath),
    };

    private EventFilter Filter(bool withStatements) => new()
    {
        Operations = Operation.Count == 0 ? null : [.. Operation],
        ServerIds = ServerId.Count == 0 ? null : [.. ServerId],
        ThreadIds = ThreadId.Count == 0 ? null : [.. ThreadId],
        StartTime = StartTime?.ToUniversalTime(),
        StopTime = StopTime?.ToUniversalTime(),
        TimeBasis = TimeBasis,
        Tables = Database.Count + ExcludeDatabase.Count + Table.Count + ExcludeTable.Count == 0
            ? null : new TableFilter([.. Database], [.. ExcludeDatabase], [.. Table], [.. ExcludeTable]),
        Gtids = Gtid.Count + ExcludeGtid.Count == 0 ? null : new GtidFilter(
            Gtid.Count == 0 ? null : GtidSet.Parse(Gtid), ExcludeGtid.Count == 0 ? null : GtidSet.Parse(ExcludeGtid)),
        Where = Where == null || Where.Count == 0 ? null : new RowPredicate(Where),
        WithStatements = withStatements,
        NamedTables = NamedTables.Find,
    };
}
