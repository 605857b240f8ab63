using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;

namespace MySqlRecovery.Changes;

/// <summary>Sums row events up by table or by transaction; walks rows to count them, decodes none.</summary>
internal sealed class BinlogMeasure
{
    private readonly BinlogSummaryKind _kind;
    private readonly RowPredicate? _where;
    private readonly ChangeIndex _unseen = new();
    private readonly StatementEffects _effects;
    private readonly Dictionary<(string Database, string Table), BinlogSummary> _tables = [];
    private readonly Dictionary<TableMap, BinlogSummary> _byMap = new(ReferenceEqualityComparer.Instance);
    private readonly Queue<BinlogSummary> _finished = new();
    private readonly HashSet<string> _transactionTables = new(StringComparer.Ordinal);
    private BinlogSummary? _transaction;
    private (string Log, long Position) _current = (string.Empty, -1);
    private long _transactionNumber;
    private readonly Dictionary<BinlogSummary, long> _lastTransaction = new(ReferenceEqualityComparer.Instance);

    public BinlogMeasure(BinlogSummaryKind kind, RowPredicate? where, TableFilter? tables = null)
    {
        _kind = kind;
        _where = where;
        _effects = new StatementEffects(_unseen, reverse: false, tables, namesNewTables: false);
    }

    /// <summary>What changed rows or tables without row images, and so is in no sum.</summary>
    public string[] Unseen => _unseen.Obstacles.ToReasons();

    /// <summary>Counts the event that a scan stands on.</summary>
    public void Add(EventScan scan)
    {
        EventReader reader = scan.Reader;
        if (reader.Header.Type.Operation() == null)
        {
            _effects.Observe(scan);
            return;
        }

        try
        {
            var facts = new Facts(
                scan.Chosen.Server, reader.LogFile, reader.EndPosition, reader.Header.Length, reader.Header.Time,
                scan.Transaction.Position, _kind == BinlogSummaryKind.Transaction ? scan.Transaction.GtidText : null, scan.Transaction.ThreadId);
            Add(facts, scan.Table!, scan.ParseRows());
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw scan.Malformed(e);
        }
    }

    /// <summary>Counts an event that came down the pipeline.</summary>
    public void Add(BinlogEvent item, TableMap map)
    {
        try
        {
            var facts = new Facts(
                item.Server, item.LogFile, item.EndPosition, item.Size, item.Timestamp, item.TransactionPosition, item.Gtid, item.ThreadId);
            Add(facts, map, RowsEvent.Parse((BinlogEventType)item.RawEvent![4], item.RawEvent.AsSpan(EventHeader.Size), map.Columns.Length));
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new RecoveryException(
                "BinlogEventMalformed", RecoveryErrorKind.InvalidData, $"the event cannot be read: {e.Message}", item.LogFile, item.Position, inner: e);
        }
    }

    /// <summary>Takes an event without rows that came down the pipeline in.</summary>
    public void Add(BinlogEvent item) => _effects.Observe(item);

    /// <summary>Transactions that are complete; none when summing by table.</summary>
    public bool TryTake(out BinlogSummary? summary) => _finished.TryDequeue(out summary);

    /// <summary>What is left at the end: all tables by name, or the last transaction.</summary>
    public IEnumerable<BinlogSummary> Complete()
    {
        FinishTransaction();
        return _kind == BinlogSummaryKind.Transaction
            ? _finished
            : _tables.Values.OrderBy(t => t.Database, StringComparer.Ordinal).ThenBy(t => t.Table, StringComparer.Ordinal);
    }

    private void Add(in Facts facts, TableMap map, in RowsEvent rows)
    {
        int count = RowsReverser.Measure(rows, map, _where).Rows;
        if (count == 0)
            return;
        if (_current != (facts.LogFile, facts.TransactionPosition))
        {
            FinishTransaction();
            _current = (facts.LogFile, facts.TransactionPosition);
            _transactionNumber++;
        }

        BinlogSummary summary = _kind == BinlogSummaryKind.Table ? Table(map, facts) : Transaction(map, facts);
        Count(summary, rows.Operation, count);
        summary.EventCount++;
        summary.Size += facts.Size;
        summary.LastTimestamp = facts.Timestamp;
        summary.EndLogFile = facts.LogFile;
        summary.EndPosition = facts.EndPosition;
        if (ChangeRules.FindObstacle(rows, map, reverse: true) is { } cause)
        {
            summary.IsComplete = false;
            if (!summary.Reason.Contains(cause))
                summary.Reason = [.. summary.Reason, cause];
        }
    }

    private static void Count(BinlogSummary summary, RowOperation operation, int count)
    {
        summary.RowCount += count;
        if (operation == RowOperation.Insert)
            summary.InsertCount += count;
        else if (operation == RowOperation.Update)
            summary.UpdateCount += count;
        else
            summary.DeleteCount += count;
    }

    private BinlogSummary Table(TableMap map, in Facts facts)
    {
        if (!_byMap.TryGetValue(map, out BinlogSummary? summary))
        {
            if (!_tables.TryGetValue((map.Database, map.Table), out summary))
                _tables.Add((map.Database, map.Table), summary = Start(map.Database, map.Table, facts));
            _byMap.Add(map, summary);
        }

        if (_lastTransaction.GetValueOrDefault(summary) != _transactionNumber)
        {
            _lastTransaction[summary] = _transactionNumber;
            summary.TransactionCount++;
        }

        return summary;
    }

    private BinlogSummary Transaction(TableMap map, in Facts facts)
    {
        if (_transaction == null)
        {
            _transaction = Start(null, string.Empty, facts);
            _transaction.Gtid = facts.Gtid;
            _transaction.ThreadId = facts.ThreadId;
            _transaction.TransactionCount = 1;
        }

        if (_transactionTables.Add($"{map.Database}.{map.Table}"))
            _transaction.Table = string.Join(", ", _transactionTables);
        return _transaction;
    }

    private void FinishTransaction()
    {
        if (_transaction != null)
            _finished.Enqueue(_transaction);
        _transaction = null;
        _transactionTables.Clear();
    }

    private static BinlogSummary Start(string? database, string table, in Facts facts) => new()
    {
        Database = database,
        Table = table,
        FirstTimestamp = facts.Timestamp,
        Server = facts.Server,
        LogFile = facts.LogFile,
        StartPosition = facts.TransactionPosition,
    };

    private readonly record struct Facts(
        string? Server, string LogFile, long EndPosition, long Size, DateTime Timestamp, long TransactionPosition, string? Gtid, uint? ThreadId);
}
