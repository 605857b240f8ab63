using System.Runtime.CompilerServices;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Scan;

/// <content>The chosen range of a log, and the transactions that it cuts.</content>
internal sealed partial class EventScan
{
    [MethodImpl(Jit.Hot)]
    private bool IsInRange()
    {
        if (Salvage)
            return Reader.Position >= _range.Start;
        if (Reader.EndPosition > _range.Stop)
            throw NotABoundary("stop", _range.Stop);
        if (_startIsReached)
            return true;
        if (Reader.Position > _range.Start)
            throw NotABoundary("start", _range.Start);
        return _startIsReached = Reader.Position == _range.Start;
    }

    private void CheckEnd()
    {
        if (Salvage)
            return;
        if (!_startIsReached && _range.Start != Reader.EndPosition)
            throw NotABoundary("start", _range.Start);
        if (_range.Stop != long.MaxValue && _range.Stop > Reader.EndPosition)
            throw NotABoundary("stop", _range.Stop);
    }

    // What belongs to rows that are taken, and is not.
    private void NoteRows(bool isInRange, bool isTaken)
    {
        try
        {
            if (isInRange)
                _leftOut?.Observe(this, isTaken);
            if (isTaken && (_mayCut || _filter.ThreadIds != null))
                _cuts.Take(this);
            if (!isTaken && _mayCut && (!isInRange || !_filter.IsInTime(new EventView(this).TimeFor(_filter))))
                _cuts.Leave(this);
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            RecoveryException failure = Malformed(e);
            Close();
            throw failure;
        }
    }

    // The range ends here: whether the transaction goes on with rows.
    private void FindTail()
    {
        long transaction = Transaction.Position;
        if (!_mayCut || Transaction.IsOver || !_cuts.HasTakenOf(this))
            return;
        try
        {
            do
            {
                if (Observe() && HasRows && Transaction.Position == transaction)
                    _cuts.Leave(this);
            }
            while (!Transaction.IsOver && Transaction.Position == transaction && Reader.Read());
        }
        catch (Exception e) when (e is RecoveryException || MalformedData.Is(e))
        {
            // What lies after the range need not be whole.
        }
    }

    private RecoveryException NotABoundary(string which, long position)
    {
        var failure = new RecoveryException(
            "PositionNotABoundary", RecoveryErrorKind.InvalidArgument, $"no event starts at the {which} position {position}", Reader.Path,
            recommendedAction: "Take a position as SHOW BINARY LOG STATUS, SHOW BINLOG EVENTS or Get-BinlogEvent prints it.");
        Close();
        return failure;
    }
}
