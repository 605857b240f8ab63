using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Changes;

/// <summary>Sums row events up by table or by transaction; walks rows to count them, decodes none.</summary>
internal sealed class BinlogMeasure
{
    private readonly BinlogSummaryKind _kind;
    private readonly ChangeObstacles _unseen = new();
    private readonly StatementEffects _effects;
    private readonly Dictionary<(string Database, string Table), BinlogSummary> _tables = [];
    private readonly Dictionary<TableMap, BinlogSummary> _byMap = new(ReferenceEqualityComparer.Instance);
    private readonly Queue<BinlogSummary> _finished = new();
    private readonly HashSet<TableName> _transactionTables = [];
    private BinlogSummary? _transaction;
    private (string Log, long Position) _current = (string.Empty, -1);
    private long _transactionNumber;
    private readonly Dictionary<BinlogSummary, long> _lastTransaction = new(ReferenceEqualityComparer.Instance);

    public BinlogMeasure(BinlogSummaryKind kind, TableFilter? tables = null)
    {
        _kind = kind;
        _effects = new StatementEffects(reverse: false, tables, namesNewTables: false);
    }

    /// <summary>What changed rows or tables without row images, and so is in no sum.</summary>
    public string[] Unseen => _unseen.ToReasons();

    /// <summary>Counts the rows of an event that were let through.</summary>
    public void Add(in EventView view)
    {
        if (!view.HasRows)
        {
            _unseen.Add(_effects.Observe(view, []), view);
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

    /// <summary>Transactions that are complete; none when summing by table.</summary>
    public bool TryTake(out BinlogSummary? summary) => _finished.TryDequeue(out summary);

    /// <summary>What is left at the end: all tables by name, or the last transaction.</summary>
    public IEnumerable<BinlogSummary> Complete()
    {
        FinishTransaction();
        _unseen.AddOpen(_effects);
        return _kind == BinlogSummaryKind.Transaction
            ? _finished
            : _tables.Values.OrderBy(t => t.Database, StringComparer.Ordinal).ThenBy(t => t.Table, StringComparer.Ordinal);
    }

    private void AddRows(in EventView view, TableMap map, in RowsEvent rows)
    {
        int count = view.MeasureRows(rows).Count;
        if (count == 0 && rows.Operation == RowOperation.Insert && rows.Rows.IsEmpty)
            _unseen.Add(view.LogFile, view.Position, $"inserted rows of nothing but default values into {map.Database}.{map.Table}");
        if (count == 0)
            return;
        if (_current != (view.LogFile, view.TransactionPosition))
        {
            FinishTransaction();
            _current = (view.LogFile, view.TransactionPosition);
            _transactionNumber++;
        }

        BinlogSummary summary = _kind == BinlogSummaryKind.Table ? Table(map, view) : Transaction(map, view);
        Count(summary, rows.Operation, count);
        summary.EventCount++;
        summary.Size += view.Size;
        summary.LastTimestamp = view.Timestamp;
        summary.EndLogFile = view.LogFile;
        summary.EndPosition = view.EndPosition;
        if (ChangeRules.FindObstacle(rows, map, view.Format, reverse: true) is { } cause)
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

    private BinlogSummary Table(TableMap map, in EventView view)
    {
        if (!_byMap.TryGetValue(map, out BinlogSummary? summary))
        {
            if (!_tables.TryGetValue((map.Database, map.Table), out summary))
                _tables.Add((map.Database, map.Table), summary = Start(map.Database, map.Table, view));
            _byMap.Add(map, summary);
        }

        if (_lastTransaction.GetValueOrDefault(summary) != _transactionNumber)
        {
            _lastTransaction[summary] = _transactionNumber;
            summary.TransactionCount++;
        }

        return summary;
    }

    private BinlogSummary Transaction(TableMap map, in EventView view)
    {
        if (_transaction == null)
        {
            _transaction = Start(null, string.Empty, view);
            _transaction.Gtid = view.GtidText;
            _transaction.ThreadId = view.ThreadId;
            _transaction.TransactionCount = 1;
        }

        if (_transactionTables.Add(map.QualifiedName))
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

    private static BinlogSummary Start(string? database, string table, in EventView view) => new()
    {
        Database = database,
        Table = table,
        FirstTimestamp = view.Timestamp,
        Server = view.Server,
        LogFile = view.LogFile,
        StartPosition = view.TransactionPosition,
    };
}
