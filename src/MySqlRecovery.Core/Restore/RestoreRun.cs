using System.Collections.Specialized;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Server;
using MySqlRecovery.Text;

namespace MySqlRecovery.Restore;

/// <summary>What Test-RowChange and Restore-RowChange share: the changes, the server's tables, and how a batch gets its verdicts.</summary>
internal sealed class RestoreRun : IDisposable
{
    private readonly IQueryClient _client;
    private readonly RestoreSession _session;
    private readonly KeyedRows _keyed;
    private readonly RowReader _reader;
    private readonly RowConflicts _conflicts;
    private CascadedRows? _cascaded;
    private RowTrails? _trails;
    private bool _isUnfollowed;

    private RestoreRun(
        IQueryClient client, ChangeIndex index, SqlForm form, Func<RestoreRun, NetChanges> sum, CancellationToken stop)
    {
        _client = client;
        Form = form;
        Stop = stop;
        _session = new RestoreSession(client, stop);
        try
        {
            // The server's keys are what rows are summed up by.
            Tables = new RestoreTables(client, form, stop);
            foreach (TableMap map in index.Maps)
                Tables.Find(map);
            form.Check(index.Maps);
            Changes = sum(this);
        }
        catch
        {
            _session.Dispose();
            _trails?.Dispose();
            throw;
        }

        _keyed = new KeyedRows(client, stop);
        _reader = new RowReader(Changes, Tables, _keyed, form, _trails, _isUnfollowed);
        _conflicts = new RowConflicts(client, Changes, Tables, new ComingParents(Changes, Tables, form.Reverse), _keyed, stop);
    }

    /// <summary>A run over the changes of an index.</summary>
    /// <param name="client">The server; its session has other settings until the run is disposed of.</param>
    /// <param name="index">What is to be restored; disposed of with the run.</param>
    /// <param name="where">The row test that is still to be made, or null.</param>
    /// <param name="form">Which way, which columns, and into which tables.</param>
    /// <param name="stop">Cancels.</param>
    /// <param name="open">Opens a reading of all logs, not only of what was chosen; null where there are none.</param>
    /// <param name="chosen">The logs once more, in which others may have changed the rows; null where nobody can look.</param>
    /// <param name="cascade">Whether rows come back, too, that ON DELETE CASCADE took along and the log does not have.</param>
    public static RestoreRun Of(
        IQueryClient client, ChangeIndex index, RowPredicate? where, SqlForm form, CancellationToken stop,
        Func<EventFilter, EventScan>? open = null, ChosenLogs? chosen = null, bool cascade = false) => new(
        client, index, form,
        run =>
        {
            run._cascaded = form.Reverse && (open != null || cascade)
                ? CascadedRows.Find(index, run.Tables, where, open, cascade, stop) : null;
            run._trails = form.Reverse && chosen != null ? RowTrails.Follow(index, run.Tables, chosen) : null;
            run._isUnfollowed = form.Reverse && chosen == null;
            return NetChanges.Build(index, where, form.Reverse, run._cascaded, stop);
        },
        stop);

    /// <summary>A run over rows that were summed up before.</summary>
    /// <param name="client">The server; its session has other settings until the run is disposed of.</param>
    /// <param name="summed">The rows; disposed of with the run.</param>
    /// <param name="index">What the rows' images are in; disposed of with the run.</param>
    /// <param name="form">Which way, which columns, and into which tables.</param>
    /// <param name="isRepair">Whether rows of a replica are made what they are on its source.</param>
    /// <param name="stop">Cancels.</param>
    public static RestoreRun Of(
        IQueryClient client, NetChanges summed, ChangeIndex index, SqlForm form, bool isRepair, CancellationToken stop) => new(
        client, index, form,
        _ =>
        {
            summed.Complete(index, form.Reverse, isSummed: true, stop);
            return summed;
        },
        stop)
        {
            IsRepair = isRepair,
        };

    public NetChanges Changes { get; }

    public SqlForm Form { get; }

    public RestoreTables Tables { get; }

    public CancellationToken Stop { get; }

    public IQueryClient Client => _client;

    /// <summary>What cannot be restored and is not a row of its own, one line each.</summary>
    public string[] Reasons => [.. Changes.Index.Reasons, .. _cascaded?.Reasons ?? [], .. _trails?.Reasons ?? []];

    /// <summary>Whether the verdict of some row that was looked at depends on what others did to it, and nobody looked for that.</summary>
    public bool HasUnfollowed => _reader.HasUnfollowed;

    /// <summary>The tables as the server names them.</summary>
    public IEnumerable<TableName> TableNames => Changes.Maps.Select(m => Tables.Find(m).Name).Distinct();

    /// <summary>Whether a table has triggers that must not fire, or values that SQL may not be able to write.</summary>
    public bool MayNeedEvents(bool allowsTriggers) => Changes.Maps.Select(Tables.Find).Any(t =>
        (t.HasTriggers && !allowsTriggers) || Array.Exists(t.Map.Columns, c => c.Type == ColumnType.Json));

    /// <summary>The verdict of every row in the order of the rows' first changes; nothing is locked and nothing written.</summary>
    public IEnumerable<RowVerdict> Test(int batchSize)
    {
        foreach (int[] numbers in Numbers().Chunk(batchSize))
        {
            RestoreRow[] batch = [.. numbers.Select(Load)];
            Judge(batch, locks: false, Planned(batch));
            foreach (RestoreRow row in batch)
                yield return ToVerdict(row);
        }
    }

    /// <summary>The numbers of the rows of which something is to be restored.</summary>
    public IEnumerable<int> Numbers()
    {
        for (int number = 0; number < Changes.Count; number++)
        {
            if (!Changes[number].IsNothing)
                yield return number;
        }
    }

    /// <summary>Whether rows of a replica are made what they are on its source.</summary>
    public bool IsRepair { get; init; }

    /// <summary>What is to be said of the way in which it is written; null for nothing.</summary>
    public string? Warning { get; private set; }

    /// <summary>Makes the session ready for writing.</summary>
    /// <exception cref="RecoveryException">StatementLogging</exception>
    public void BeginWriting()
    {
        Warning = IsRepair ? _session.StopLogging(Stop) : null;
        _session.BeginWriting(Stop);
    }

    public RestoreRow Load(int number) => _reader.Load(number);

    /// <summary>Compares rows with those of the server, without regard to what stands in their way.</summary>
    public void Read(IReadOnlyList<RestoreRow> rows) => _reader.Judge(rows, locks: false);

    /// <summary>Gives the rows of a batch their verdicts.</summary>
    /// <param name="batch">The rows as loaded.</param>
    /// <param name="locks">Whether to lock them.</param>
    /// <param name="other">What becomes of a row of another number.</param>
    /// <param name="afterReading">Decides which rows are written in spite of their verdict.</param>
    public void Judge(IReadOnlyList<RestoreRow> batch, bool locks, Func<int, RestoreRow?> other, Action<RestoreRow>? afterReading = null)
    {
        _reader.Judge(batch, locks);
        foreach (RestoreRow row in batch)
            afterReading?.Invoke(row);
        _conflicts.Look(batch, locks);
        _conflicts.Decide(batch, other);
    }

    /// <summary>Decides about conflicts once more, after rows turned out not to be written.</summary>
    public void DecideAgain(IReadOnlyList<RestoreRow> batch, Func<int, RestoreRow?> other) => _conflicts.Decide(batch, other);

    /// <summary>Before anything is written, the rows of other batches are taken as if they were in no one's way.</summary>
    private Func<int, RestoreRow?> Planned(RestoreRow[] batch)
    {
        Dictionary<int, RestoreRow> known = batch.ToDictionary(r => r.Number);
        return number =>
        {
            if (known.TryGetValue(number, out RestoreRow? row))
                return row;
            row = Load(number);
            known.Add(number, row);
            return row;
        };
    }

    public RowVerdict ToVerdict(RestoreRow row)
    {
        IndexedTransaction transaction = Changes.Index.Transactions[row.Change.Transaction];
        TableMap map = row.Table.Map;
        (StoredRow? before, StoredRow? after) = Form.Reverse ? (row.Logged, row.From) : (row.From, row.Logged);
        byte[]? beforeImage = Changes.Load(row.Change.First), afterImage = Changes.Load(row.Change.Last);
        bool isReshaped = row.Change.Flags.HasFlag(NetChangeFlags.Reshaped);
        if (isReshaped && beforeImage != null)
            afterImage = null;
        OrderedDictionary? key = map.PrimaryKey.Length == 0 || row.Change.Flags.HasFlag(NetChangeFlags.Unnamed)
            ? null : (after ?? before)?.Decode(map.PrimaryKey) ?? _reader.DecodeKey(map, afterImage ?? beforeImage!);
        if (isReshaped || row.Change.Flags.HasFlag(NetChangeFlags.Partial))
            (beforeImage, afterImage) = (null, null);
        return new RowVerdict
        {
            Server = _client.Server,
            Database = row.Table.Name.Database!,
            Table = row.Table.Name.Name,
            Key = key,
            Action = row.Action,
            Verdict = row.Verdict,
            Column = [.. row.Columns.Select(c => map.Columns[c].Name)],
            Before = before?.Decode(),
            After = after?.Decode(),
            Now = row.Now?.Decode(),
            Gtid = Changes.Index.GtidOf(transaction),
            LogFile = Changes.Index.LogFiles[transaction.Log],
            Position = transaction.Position,
            Reason = row.Reason,
            IsApplied = row.IsApplied,
            IsForward = !Form.Reverse,
            IsCascaded = row.Change.Flags.HasFlag(NetChangeFlags.Cascaded),
            IsRepair = IsRepair,
            BeforeImage = beforeImage,
            AfterImage = afterImage,
            TableMapEvent = map.IsOfLog ? map.Raw : null,
            FormatEvent = Changes.Index.Format?.Raw,
        };
    }

    public void Dispose()
    {
        _session.Dispose();
        _reader.Dispose();
        _keyed.Dispose();
        _trails?.Dispose();
        Changes.Dispose();
    }
}
