using System.Buffers;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client.Replication;

/// <summary>
/// One binlog file of a server, fetched as it is read into a temporary file in which everything has the place that it has
/// on the server. What was not asked for is a hole. So the log can be read, looked ahead in and read again like any other.
/// </summary>
internal sealed class DumpedLog : ByteSource
{
    private const int TailLength = 1 << 20;

    private readonly ResumingDump _dump;
    private readonly string _name;
    private readonly bool _isFollowed;
    private readonly SpoolFile _file;
    private readonly Dictionary<long, long> _holes = [];
    private byte[] _tail = ArrayPool<byte>.Shared.Rent(TailLength);
    private int _tailEnd;
    private long _end;
    private bool _isComplete;

    /// <param name="path">What errors call the log.</param>
    /// <param name="dump">Looks at the log's first event.</param>
    /// <param name="isFollowed">Whether to fetch no more than is asked for, because the rest may be long in coming.</param>
    public DumpedLog(string path, ResumingDump dump, bool isFollowed)
        : base(path)
    {
        _dump = dump;
        _name = dump.Current.FileName;
        _isFollowed = isFollowed;
        _file = SpoolFile.Create();
        Append(BinlogFile.Magic);
    }

    public override long Length => _end;

    public override bool CanReadAhead => false;

    /// <summary>Waits for what is not there yet, a whole event at a time: the end of the log is where no event follows.</summary>
    public override int Read(long offset, Span<byte> destination)
    {
        while (_end <= offset || (!_isFollowed && _end < offset + destination.Length))
        {
            if (!Fetch())
                break;
        }

        int length = (int)Math.Clamp(_end - offset, 0, destination.Length);
        int stored = (int)Math.Clamp(_file.Length - offset, 0, length);
        if (stored > 0 && _file.Read(offset, destination[..stored]) < stored)
            throw new RecoveryException(
                "FileReadFailed", RecoveryErrorKind.ReadError, "the temporary file of the log cannot be read", Path, offset);
        if (stored < length)
            _tail.AsSpan((int)(offset + stored - _file.Length), length - stored).CopyTo(destination[stored..]);
        return length;
    }

    public override long SkipHole(long offset)
    {
        if (offset >= _end)
            Fetch();
        return _holes.GetValueOrDefault(offset, offset);
    }

    public override void Dispose()
    {
        _isComplete = true;
        _file.Dispose();
        byte[] tail = Interlocked.Exchange(ref _tail, []);
        if (tail.Length > 0)
            ArrayPool<byte>.Shared.Return(tail);
    }

    /// <summary>Takes one event more from the server; false after the last one of this file.</summary>
    private bool Fetch()
    {
        _isComplete = _isComplete || _dump.IsOver || !_dump.Peek() || _dump.Current.FileName != _name;
        if (_isComplete)
            return false;
        BinlogDump current = _dump.Current;
        if (current.Position > _end)
            Leave(current.Position);
        Append(current.Event.Span);

        // A format description alone, ahead of a start further on.
        if (!current.IsStored && current.NextPosition > _end)
            Leave(current.NextPosition);
        _dump.Take();
        return true;
    }

    private void Leave(long to)
    {
        _holes.Add(_end, to);
        Flush();
        _file.SkipTo(to);
        _end = to;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_tailEnd + bytes.Length > _tail.Length)
            Flush();
        if (bytes.Length > _tail.Length)
        {
            _file.Append(bytes);
        }
        else
        {
            bytes.CopyTo(_tail.AsSpan(_tailEnd));
            _tailEnd += bytes.Length;
        }

        _end += bytes.Length;
    }

    private void Flush()
    {
        _file.Append(_tail.AsSpan(0, _tailEnd));
        _tailEnd = 0;
    }
}
