using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.IO;

namespace MySqlRecovery.Changes;

/// <content>What is taken out again, and what is said of it.</content>
internal sealed partial class ChangeIndexBuilder
{
    // What is not sure of the filter, and of the definitions that the rows left are read with.
    private void NameDoubts(LaterFindings? later)
    {
        _obstacles.AddDoubts(_doubts);
        if (later != null)
            _obstacles.AddDoubts(later.Cascades);
        for (int i = 0; i < _maps.Count; i++)
        {
            if (_rowsOfMap[i] > 0)
                _obstacles.AddDoubt(_maps[i]);
        }
    }

    private void ExcludeUndecided(string id, PreparedEvents rows, LaterFindings? later)
    {
        XaDecision? decision = later?.DecisionOf(id, rows.LogFile, rows.Position);
        if (decision?.IsRollback != false)
            Exclude(rows.First, rows.End, decision == null ? ChangeRules.UndecidedXa : null, rows.LogFile, rows.Position);
    }

    private void ExcludeBefore(LaterLoss loss, LaterFindings later)
    {
        for (int t = 0; t < _transactions.Count; t++)
        {
            IndexedTransaction transaction = _transactions[t];
            if (!later.IsBefore(_logFiles[transaction.Log], transaction.Position, loss))
                continue;
            int end = t + 1 < _transactions.Count ? _transactions[t + 1].FirstEvent : _events.Count;
            for (int e = transaction.FirstEvent; e < end; e++)
            {
                TableMap map = _maps[_events[e].Map];
                if (map.Database == loss.Database && map.Table == loss.Table)
                    Exclude(e, e + 1, loss.Cause, loss.LogFile, loss.Position);
            }
        }
    }

    /// <summary>Takes all events of a table map out.</summary>
    private void ExcludeTable(TableMap map, string cause, string logFile, long position)
    {
        int number = NumberOf(map);
        for (int i = 0; i < _events.Count && _rowsOfMap[number] > 0; i++)
        {
            if (_events[i].Map != number)
                continue;
            if (_unusable == null)
                Exclude(i, i + 1, cause, logFile, position);
            else
                _unusable.Mark(i, cause);
        }
    }

    /// <summary>Takes events out; a cause makes an obstacle of them.</summary>
    private void Exclude(int first, int end, string? cause, string logFile, long position)
    {
        for (int number = first; number < end; number++)
        {
            if (IsExcluded(number))
                continue;
            if (number / 64 >= _excluded.Length)
                Array.Resize(ref _excluded, Math.Max(number / 64 + 1, 2 * _excluded.Length));
            _excluded[number / 64] |= 1UL << number % 64;
            IndexedEvent item = _events[number];
            _rowsOfMap[item.Map] -= item.RowCount;
            TableMap map = _maps[item.Map];
            if (cause != null)
                _obstacles.AddRows(map.Database, map.Table, item.RowCount, cause, logFile, position);
        }
    }

    private bool IsExcluded(int number) => number / 64 < _excluded.Length && (_excluded[number / 64] & 1UL << number % 64) != 0;

    /// <summary>Removes what was taken out.</summary>
    private void Compact()
    {
        if (_excluded.Length == 0 && _leftOut == null)
            return;
        using var windows = new SourceWindows(_sources, backwards: false);
        (SpillingStore store, IndexedEvent.List events, IndexedTransaction.List transactions) = (_store, _events, _transactions);
        Start();
        for (int t = 0; t < transactions.Count; t++)
        {
            IndexedTransaction transaction = transactions[t];
            int end = t + 1 < transactions.Count ? transactions[t + 1].FirstEvent : events.Count;
            int first = _events.Count;
            for (int e = transaction.FirstEvent; e < end; e++)
            {
                if (IsExcluded(e))
                    continue;
                IndexedEvent item = _leftOut == null ? events[e] : LeaveOut(events[e], transaction, windows);
                if (item.RowCount == 0)
                    continue;
                _unusable?.Move(e, _events.Count);
                _swept?.Move(e, _events.Count);
                _events.Add(item);
            }

            if (_events.Count > first)
                _transactions.Add(transaction with { FirstEvent = first });
        }

        store.Dispose();
        _excluded = [];
    }

    /// <summary>An event without those of its rows that are left as they are.</summary>
    private IndexedEvent LeaveOut(in IndexedEvent item, in IndexedTransaction transaction, SourceWindows windows)
    {
        ReadOnlySpan<byte> raw = windows.Read(item.Source, item.Offset, item.Length);
        TableMap map = _maps[item.Map];
        var row = new RowCursor(RowsEvent.Parse(EventHeader.Parse(raw).Type, raw[EventHeader.Size..], map.Columns.Length), map);
        RowPredicate test = RowPredicate.And(_rowTest, _leftOut!.Keeps);
        int bytes = 0, count = 0;
        while (row.MoveNext())
        {
            if (!test.IsMatch(row))
                continue;
            bytes += row.End - row.Start;
            count++;
        }

        if (item.Length > LargeBuffer.Threshold)
            windows.Release();
        if (count == item.RowCount)
            return item;
        int leftOut = item.RowCount - count;
        _rowsOfMap[item.Map] -= leftOut;
        _leftOut.RowCount += leftOut;
        _obstacles.AddRows(
            map.Database, map.Table, leftOut, LeftOutRows.Cause, _logFiles[transaction.Log], transaction.Position);
        return item with { RowsLength = bytes, RowCount = count };
    }
}
