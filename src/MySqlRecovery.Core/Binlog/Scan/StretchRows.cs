using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Scan;

/// <summary>Takes the places of row events in place of the events: what undoes them reads them again.</summary>
internal interface IStretchRows
{
    /// <summary>Takes the row events of a stretch of the scan's log.</summary>
    void Add(StretchRows rows);
}

/// <summary>Where the row events of a stretch are; all of them can be undone, and were committed.</summary>
internal sealed class StretchRows
{
    private RowEventPlace[] _events = new RowEventPlace[1024];
    private TransactionPlace[] _transactions = new TransactionPlace[512];
    private int _eventCount;
    private int _taken;
    private int _transactionCount;

    /// <summary>The events, in log order.</summary>
    public ReadOnlySpan<RowEventPlace> Events => _events.AsSpan(0, _taken);

    /// <summary>The transactions that have rows, in log order.</summary>
    public ReadOnlySpan<TransactionPlace> Transactions => _transactions.AsSpan(0, _transactionCount);

    /// <summary>Adds an event of the transaction at hand.</summary>
    [MethodImpl(Jit.Hot)]
    public void Add(in RowEventPlace item)
    {
        if (_eventCount == _events.Length)
            Array.Resize(ref _events, 2 * _eventCount);
        _events[_eventCount++] = item;
    }

    /// <summary>The transaction at hand is none of the stretch.</summary>
    public void Discard() => _eventCount = _taken;

    /// <summary>The transaction at hand is one of the stretch.</summary>
    /// <param name="start">Offset of its first event.</param>
    /// <param name="threadId">Its session.</param>
    /// <param name="gtid">Its GTID; null for an anonymous one.</param>
    [MethodImpl(Jit.Hot)]
    public void Commit(long start, uint? threadId, Gtid? gtid)
    {
        if (_taken == _eventCount)
            return;
        if (_transactionCount == _transactions.Length)
            Array.Resize(ref _transactions, 2 * _transactionCount);
        _taken = _eventCount;
        _transactions[_transactionCount++] = new TransactionPlace(_taken, start, threadId ?? 0, gtid);
    }

    /// <summary>Forgets all, to be used again.</summary>
    public void Clear() => (_eventCount, _taken, _transactionCount) = (0, 0, 0);
}

/// <summary>Where a row event is.</summary>
/// <param name="Map">Its table.</param>
/// <param name="Position">Offset in the log.</param>
/// <param name="Length">Its bytes without checksum.</param>
/// <param name="RowsLength">Bytes of its rows.</param>
/// <param name="Count">How many rows.</param>
/// <param name="Type">Its type.</param>
/// <param name="EndsStatement">Whether it is the last of its statement.</param>
internal readonly record struct RowEventPlace(
    TableMap Map, long Position, int Length, int RowsLength, int Count, BinlogEventType Type, bool EndsStatement);

/// <summary>A transaction among the places of row events.</summary>
/// <param name="EventEnd">Its events go from the end of the one before to this number.</param>
/// <param name="Position">Offset of its first event, a GTID event.</param>
/// <param name="ThreadId">Its session; 0 where the log does not say.</param>
/// <param name="Gtid">Its GTID; null for an anonymous one.</param>
internal readonly record struct TransactionPlace(int EventEnd, long Position, uint ThreadId, Gtid? Gtid);
