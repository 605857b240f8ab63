using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Changes;

/// <summary>Sums row events up; walks rows to count them, decodes none.</summary>
internal sealed class BinlogMeasure : IStretchSums
{
    /// <summary>Length of the intervals of time where none is given.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromMinutes(1);

    private readonly BinlogSummaryKind _kind;
    private readonly TimeSpan _interval;
    private readonly UnseenChanges _unseen;
    private readonly Dictionary<object, Sum> _sums = [];
    private readonly Dictionary<TableMap, Sum> _byMap = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, string> _digests = new(StringComparer.Ordinal);
    private readonly Queue<BinlogSummary> _finished = new();
    private readonly PriorityQueue<BinlogSummary, (long Rows, long Order)>? _top;
    private readonly int _topCount;
    private Sum? _last;
    private (string Log, long Position) _current = (string.Empty, -1);
    private long _transactionNumber;

    /// <param name="kind">What to sum up by.</param>
    /// <param name="tables">The tables asked for, or null.</param>
    /// <param name="interval">Length of the intervals of time.</param>
    /// <param name="top">How many sums to give, those of the most rows; null for all.</param>
    public BinlogMeasure(BinlogSummaryKind kind, TableFilter? tables = null, TimeSpan? interval = null, int? top = null)
    {
        _kind = kind;
        _interval = interval ?? DefaultInterval;
        _unseen = new UnseenChanges(tables);
        _topCount = top ?? 0;
        _top = top == null ? null : new PriorityQueue<BinlogSummary, (long, long)>();
    }

    /// <summary>What changed rows or tables without row images, and so is in no sum; known when the sums are complete.</summary>
    public string[] Unseen { get; private set; } = [];

    /// <summary>Counts the rows of an event that were let through.</summary>
    [MethodImpl(Jit.Hot)]
    public void Add(in EventView view)
    {
        if (!view.HasRows)
        {
            _unseen.Add(view);
            return;
        }

        try
        {
            AddRows(view, view.Table!, view.Rows);
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw view.Malformed(e);
        }
    }

    /// <summary>Transactions that are complete; none when summing by something else.</summary>
    public bool TryTake(out BinlogSummary? summary) => _finished.TryDequeue(out summary);

    /// <summary>What is left at the end.</summary>
    public IEnumerable<BinlogSummary> Complete()
    {
        FinishTransaction();
        Unseen = _unseen.Complete();
        if (_kind != BinlogSummaryKind.Transaction)
        {
            foreach (Sum sum in _sums.Values)
                Finish(sum);
        }

        if (_top == null)
            return Sort(_finished);
        var all = new List<BinlogSummary>();
        while (_top.TryDequeue(out BinlogSummary? summary, out _))
            all.Add(summary);
        all.Reverse();
        return all;
    }

    private IEnumerable<BinlogSummary> Sort(IEnumerable<BinlogSummary> sums) => _kind switch
    {
        BinlogSummaryKind.Table => sums.OrderBy(t => t.Database, StringComparer.Ordinal).ThenBy(t => t.Table, StringComparer.Ordinal),
        BinlogSummaryKind.Session or BinlogSummaryKind.Statement => sums.OrderByDescending(s => s.RowCount),
        BinlogSummaryKind.Time => sums.OrderBy(s => s.IntervalStart),
        _ => sums,
    };

    public bool IsByTable => _kind == BinlogSummaryKind.Table;

    /// <summary>Sums by table are sums of sums.</summary>
    public bool TryAdd(LogStretch stretch, Func<int, LogTable> tableOf, string logFile, string path)
    {
        if (!IsByTable || stretch.Tables.Exists(t => t.HasUncountedRows))
            return false;
        List<TableStretch> tables = stretch.Tables.FindAll(t => t.HasRows);
        tables.Sort((a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : a.Number.CompareTo(b.Number));
        foreach (TableStretch rows in tables)
        {
            _transactionNumber++;
            LogTable table = tableOf(rows.Number);
            var name = new TableName(table.Database, table.Name);
            if (!_sums.TryGetValue(name, out Sum? sum))
                _sums.Add(name, sum = new Sum(new BinlogSummary
                {
                    By = _kind,
                    Database = table.Database,
                    Table = table.Name,
                    FirstTimestamp = DateTime.UnixEpoch.AddSeconds(rows.FirstTime),
                    LogFile = logFile,
                    StartPosition = rows.Start,
                }, _transactionNumber));
            Count(sum.Summary, RowOperation.Insert, rows.InsertCount);
            Count(sum.Summary, RowOperation.Update, rows.UpdateCount);
            Count(sum.Summary, RowOperation.Delete, rows.DeleteCount);
            sum.Add(rows, logFile, path);
        }

        return true;
    }

    [MethodImpl(Jit.Hot)]
    private void AddRows(in EventView view, TableMap map, in RowsEvent rows)
    {
        int count = view.MeasureRows(rows).Count;
        _unseen.AddRows(view, map, rows, count);
        if (count == 0)
            return;
        if (_current.Position != view.TransactionPosition || _current.Log != view.LogFile)
        {
            FinishTransaction();
            _current = (view.LogFile, view.TransactionPosition);
            _transactionNumber++;
        }

        Sum sum = Find(map, view);
        BinlogSummary summary = sum.Summary;
        Count(summary, rows.Operation, count);
        summary.EventCount++;
        summary.Size += view.Size;
        summary.LastTimestamp = view.Timestamp;
        summary.EndPosition = view.EndPosition;
        if (sum.LastTransaction != _transactionNumber)
            sum.BeginTransaction(_transactionNumber, view);
        if (_kind != BinlogSummaryKind.Table)
            sum.Tables.Add(map.QualifiedName);
        if (ChangeRules.FindObstacle(rows, map, view.Format, reverse: true) is { } cause)
        {
            summary.IsComplete = false;
            if (!summary.Reason.Contains(cause))
                summary.Reason = [.. summary.Reason, cause];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Count(BinlogSummary summary, RowOperation operation, long count)
    {
        summary.RowCount += count;
        if (operation == RowOperation.Insert)
            summary.InsertCount += count;
        else if (operation == RowOperation.Update)
            summary.UpdateCount += count;
        else
            summary.DeleteCount += count;
    }

    [MethodImpl(Jit.Hot)]
    private Sum Find(TableMap map, in EventView view) =>
        _kind == BinlogSummaryKind.Table && _byMap.TryGetValue(map, out Sum? sum) ? sum : FindByKey(map, view);

    private Sum FindByKey(TableMap map, in EventView view)
    {
        switch (_kind)
        {
            case BinlogSummaryKind.Table:
                return _byMap[map] = Find(map.QualifiedName, view, s => (s.Database, s.Table) = (map.Database, map.Table));
            case BinlogSummaryKind.Transaction:
                if (_last == null)
                {
                    _last = Start(view, _ => { });
                    (_last.Summary.Gtid, _last.Summary.ThreadId) = (view.GtidText, view.ThreadId);
                }

                return _last;
            case BinlogSummaryKind.Session:
                (uint server, uint? thread) = (view.ServerId, view.ThreadId);
                return Find((server, thread), view, s => (s.ServerId, s.ThreadId) = (server, thread));
            case BinlogSummaryKind.Statement:
                string? digest = DigestOf(view.RowsStatement);
                return Find(digest ?? string.Empty, view, s => s.Statement = digest);
            default:
                DateTime time = view.TransactionTime, start = new(time.Ticks - time.Ticks % _interval.Ticks, DateTimeKind.Utc);
                return Find(start, view, s => (s.IntervalStart, s.Interval) = (start, _interval));
        }
    }

    private Sum Find(object key, in EventView view, Action<BinlogSummary> begin)
    {
        if (!_sums.TryGetValue(key, out Sum? sum))
            _sums.Add(key, sum = Start(view, begin));
        return sum;
    }

    private string? DigestOf(string? statement)
    {
        if (statement == null)
            return null;
        if (_digests.TryGetValue(statement, out string? digest))
            return digest;
        // Statements with their values in them may be many.
        if (_digests.Count > 4096)
            _digests.Clear();
        _digests.Add(statement, digest = SqlDigest.Of(statement));
        return digest;
    }

    private void FinishTransaction()
    {
        if (_kind == BinlogSummaryKind.Transaction && _last != null)
            Finish(_last);
        _last = null;
    }

    private void Finish(Sum sum)
    {
        BinlogSummary summary = sum.Summary;
        if (_kind != BinlogSummaryKind.Table)
            summary.Table = string.Join(", ", sum.Tables.Select(t => t.Listed));
        if (_top == null)
        {
            _finished.Enqueue(summary);
            return;
        }

        _top.Enqueue(summary, (summary.RowCount, -sum.FirstTransaction));
        if (_top.Count > _topCount)
            _top.Dequeue();
    }

    private Sum Start(in EventView view, Action<BinlogSummary> begin)
    {
        var summary = new BinlogSummary
        {
            By = _kind,
            FirstTimestamp = view.Timestamp,
            Server = view.Server,
            LogFile = view.LogFile,
            StartPosition = view.TransactionPosition,
        };
        begin(summary);
        return new Sum(summary, _transactionNumber);
    }

    private sealed class Sum(BinlogSummary summary, long firstTransaction)
    {
        public BinlogSummary Summary => summary;

        public long FirstTransaction => firstTransaction;

        public long LastTransaction { get; private set; } = -1;

        public HashSet<TableName> Tables { get; } = [];

        [MethodImpl(Jit.Hot)]
        public void BeginTransaction(long number, in EventView view)
        {
            LastTransaction = number;
            summary.TransactionCount++;
            EnterLog(view.LogFile, view.LogPath);
        }

        /// <summary>Adds what is known of a table in a stretch of a file, but for the rows.</summary>
        public void Add(TableStretch rows, string logFile, string path)
        {
            summary.EventCount += rows.EventCount;
            summary.Size += rows.Size;
            summary.LastTimestamp = DateTime.UnixEpoch.AddSeconds(rows.LastTime);
            summary.EndPosition = rows.End;
            summary.TransactionCount += rows.TransactionCount;
            EnterLog(logFile, path);
            if (rows.Obstacles.Count == 0)
                return;
            summary.IsComplete = false;
            summary.Reason = [.. summary.Reason, .. rows.Obstacles.Except(summary.Reason)];
        }

        private void EnterLog(string logFile, string? path)
        {
            if (summary.EndLogFile == logFile)
                return;
            summary.EndLogFile = logFile;
            if (path != null)
                summary.LogPath = [.. summary.LogPath, path];
        }
    }
}
