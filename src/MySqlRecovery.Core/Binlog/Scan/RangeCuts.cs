using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Scan;

/// <summary>
/// Sees what a range of time or positions does not say of itself: transactions of which it takes only a part, and logs that it
/// needs and that are not there.
/// </summary>
internal sealed class RangeCuts(EventFilter filter)
{
    private readonly EventFilter _anyTime = filter with { StartTime = null, StopTime = null, Where = null };
    private (int Log, long Position) _left = (-1, 0);
    private (int Log, long Position) _taken = (-1, 0);
    private string? _lastLog;
    private bool _goesOn;
    private DateTime _lastTime;
    private int _serverStarts;
    private int? _takenSinceStart;

    /// <summary>A row event is taken.</summary>
    public void Take(EventScan scan)
    {
        NoteStart(scan.Reader);
        (int, long) place = (scan.LogIndex, scan.Transaction.Position);
        if (place == _taken)
            return;
        _taken = place;
        if (place == _left)
            Note(scan);
    }

    /// <summary>A row event is passed over, as far as is known for its time or position.</summary>
    public void Leave(EventScan scan)
    {
        (int, long) place = (scan.LogIndex, scan.Transaction.Position);
        if (!scan.Transaction.IsInside || place == _left || !new EventView(scan).IsMatch(_anyTime))
            return;
        _left = place;
        if (place == _taken)
            Note(scan);
    }

    /// <summary>Whether a part of the transaction at hand has been taken.</summary>
    public bool HasTakenOf(EventScan scan) => (scan.LogIndex, scan.Transaction.Position) == _taken;

    /// <summary>A log is at its first event.</summary>
    public void BeginLog(EventScan scan)
    {
        EventReader reader = scan.Reader;
        if (reader.Format.IsFirstSinceStart && !reader.Header.Flags.HasFlag(EventFlags.RelayLog))
            _serverStarts++;
        if (_lastLog == null && filter.StartTime < reader.Header.Time && reader.Header.Timestamp != 0 && LogNumber.Of(reader.LogFile) != 1)
            filter.Doubts.NoteLog($"{reader.LogFile} begins at {reader.Header.Time:u}, after the time from which on changes are asked for: "
                + "what was logged before is not here");
        if (_lastLog != null && LogNumber.IsBefore(_lastLog, reader.LogFile) && LogNumber.Of(reader.LogFile) > LogNumber.Of(_lastLog) + 1)
            filter.Doubts.NoteLog($"logs are missing between {_lastLog} and {reader.LogFile}");
        _lastLog = reader.LogFile;
    }

    /// <summary>Takes the end of a log in.</summary>
    [MethodImpl(Jit.Hot)]
    public void Observe(in EventHeader header)
    {
        _goesOn = header.Type == BinlogEventType.Rotate;
        if (header.Timestamp != 0)
            _lastTime = header.Time;
    }

    /// <summary>Takes in that transactions are passed over.</summary>
    /// <param name="last">The time of the last event that has one, in seconds since 1970; 0 for none.</param>
    public void Pass(uint last)
    {
        _goesOn = false;
        if (last > 0)
            _lastTime = DateTime.UnixEpoch.AddSeconds(last);
    }

    /// <summary>Takes the start of a transaction in.</summary>
    public void Observe(Gtid? gtid)
    {
        if (gtid is { } id)
            filter.Gtids?.Note(id);
    }

    /// <summary>All logs have been read.</summary>
    public void End()
    {
        if (filter.Gtids?.FindAbsent() is { } absent)
            filter.Doubts.NoteGtids($"-Gtid: no transaction of {absent} in these logs; {filter.Gtids.There}");
        if (_goesOn && _lastLog != null && filter.StopTime > _lastTime)
            filter.Doubts.NoteLog(
                $"{_lastLog} ends at {_lastTime:u}, before the time up to which changes are asked for: the log that follows is not here");
    }

    // Servers number their sessions from the start on.
    private void NoteStart(EventReader reader)
    {
        if (filter.ThreadIds == null || _takenSinceStart == _serverStarts)
            return;
        if (_takenSinceStart != null)
            filter.Doubts.NoteLog($"-ThreadId asks for a session, and the server was started again before {reader.LogFile}: there, another "
                + "session has the number");
        _takenSinceStart = _serverStarts;
    }

    private void Note(EventScan scan) => filter.Doubts.Note(
        scan.Table!.Database, scan.Table.Table, "the range of time or positions takes only a part of their transaction", 1,
        scan.Reader.LogFile, scan.Transaction.Position);
}
