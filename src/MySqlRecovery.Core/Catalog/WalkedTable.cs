using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;

namespace MySqlRecovery.Catalog;

/// <summary>
/// A table of a log that is walked: what the transaction at hand did to it, and, once that is known to be whole and plain, what the
/// stretch did.
/// </summary>
/// <param name="number">Its number, as all walks of the log give it.</param>
internal sealed class WalkedTable(int number)
{
    private Sums _transaction;
    private Sums _stretch;
    private bool _isInStretch;

    public int Number => number;

    /// <summary>The table map that is in force.</summary>
    public TableMap? Map { get; set; }

    /// <summary>Number of the transaction that gave the map.</summary>
    public long MapTransaction { get; set; } = -1;

    /// <summary>Number of the transaction of the sums.</summary>
    public long Transaction { get; set; } = -1;

    /// <summary>Takes a row event of the transaction at hand in.</summary>
    /// <param name="operation">What it does.</param>
    /// <param name="count">Its rows.</param>
    /// <param name="size">Its bytes.</param>
    /// <param name="time">Its time, in seconds since 1970.</param>
    /// <param name="end">Offset after it.</param>
    [MethodImpl(Jit.Hot)]
    public void Add(RowOperation operation, int count, uint size, uint time, long end)
    {
        ref Sums sums = ref _transaction;
        sums.Events++;
        sums.Operations |= 1 << (int)operation;
        if (sums.Rows == 0)
            sums.FirstTime = time;
        sums.Rows += count;
        if (operation == RowOperation.Insert)
            sums.Inserted += count;
        else if (operation == RowOperation.Update)
            sums.Updated += count;
        sums.Size += size;
        (sums.LastTime, sums.End) = (time, end);
    }

    /// <summary>The transaction is one of the stretch; whether it is the first of this table there.</summary>
    /// <param name="start">Offset of its first event.</param>
    [MethodImpl(Jit.Hot)]
    public bool Commit(long start)
    {
        bool isFirst = !_isInStretch;
        _isInStretch = true;
        ref Sums sums = ref _transaction, all = ref _stretch;
        if (sums.Events > 0)
        {
            if (all.Events == 0)
                (all.Start, all.FirstTime) = (start, sums.FirstTime);
            all.Events += sums.Events;
            all.Operations |= sums.Operations;
            all.Rows += sums.Rows;
            all.Inserted += sums.Inserted;
            all.Updated += sums.Updated;
            all.Size += sums.Size;
            (all.LastTime, all.End) = (sums.LastTime, sums.End);
            all.Transactions++;
        }

        sums = default;
        return isFirst;
    }

    /// <summary>The transaction is not one of the stretch.</summary>
    public void Discard() => _transaction = default;

    /// <summary>Ends the stretch.</summary>
    public TableStretch Take()
    {
        var sums = new TableStretch(number)
        {
            EventCount = _stretch.Events,
            InsertCount = _stretch.Inserted,
            UpdateCount = _stretch.Updated,
            DeleteCount = _stretch.Rows - _stretch.Inserted - _stretch.Updated,
            TransactionCount = _stretch.Transactions,
            Size = _stretch.Size,
            FirstTime = _stretch.FirstTime,
            LastTime = _stretch.LastTime,
            Start = _stretch.Start,
            End = _stretch.End,
        };
        foreach (RowOperation operation in (ReadOnlySpan<RowOperation>)[RowOperation.Insert, RowOperation.Update, RowOperation.Delete])
        {
            if ((_stretch.Operations & 1 << (int)operation) != 0)
                sums.Operations.Add(operation);
        }

        (_stretch, _isInStretch) = (default, false);
        return sums;
    }

    private struct Sums
    {
        public long Events, Rows, Inserted, Updated, Size, Transactions, Start, End;
        public uint FirstTime, LastTime;
        public int Operations;
    }
}
