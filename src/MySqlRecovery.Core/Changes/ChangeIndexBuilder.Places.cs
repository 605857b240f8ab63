using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;

namespace MySqlRecovery.Changes;

/// <content>Row events that other threads have found ahead of the scan: what <see cref="Add(in EventView)"/> would make of each.</content>
internal sealed partial class ChangeIndexBuilder
{
    [MethodImpl(Jit.Hot)]
    private void Add(StretchRows rows, EventScan scan)
    {
        if (rows.Events.IsEmpty)
            return;
        OpenLog(new EventView(scan), scan, rows.Events[0].Position);
        int at = 0;
        foreach (ref readonly TransactionPlace transaction in rows.Transactions)
        {
            _transaction = (scan.LogIndex, transaction.Position);
            _statement++;
            Begin(transaction);
            for (; at < transaction.EventEnd; at++)
            {
                ref readonly RowEventPlace item = ref rows.Events[at];
                int map = NumberOf(item.Map);
                _events.Add(new IndexedEvent(
                    item.Type, item.Position, item.Length, item.RowsLength, item.RowsLength, item.Count, _logSource, map, _statement));
                _rowsOfMap[map] += item.Count;
                if (item.EndsStatement)
                    _statement++;
            }
        }
    }

    [MethodImpl(Jit.Hot)]
    private void Begin(in TransactionPlace transaction)
    {
        int log = _logFiles.Count - 1;
        _lastTransaction = (log, transaction.Position);
        int source = transaction.Gtid is { } id ? NumberOf(id.WithNumber(0)) : -1;
        _transactions.Add(new IndexedTransaction(
            _events.Count, transaction.Gtid != null ? IndexedTransactionKind.Gtid : IndexedTransactionKind.Anonymous,
            transaction.ThreadId, log, transaction.Position, source, transaction.Gtid?.Number ?? 0));
    }

    // The scan and whoever looks ahead of it have an object each for the same map of a log.
    private int FindOrAdd(TableMap map)
    {
        if (_schema == null && map.IsOfLog && _mapsOfLog.TryGetValue(map.TableId, out int number) && _maps[number].IsSameAs(map))
            return number;
        number = _maps.Count;
        _mapsOfLog[map.TableId] = number;
        _maps.Add(map);
        _rowsOfMap.Add(0);
        return number;
    }

    private sealed class StretchedRows(ChangeIndexBuilder builder, EventScan scan, Action<EventScan>? onEvent) : IStretchRows
    {
        public void Add(StretchRows rows)
        {
            onEvent?.Invoke(scan);
            builder.Add(rows, scan);
        }
    }
}
