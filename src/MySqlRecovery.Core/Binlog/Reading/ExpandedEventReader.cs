using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Reading;

/// <summary>
/// Reads through compression: after a TRANSACTION_PAYLOAD event of MySQL 8.0.20+ come the events in it, and MariaDB's
/// compressed events have their bodies uncompressed. Both keep the position of the event that is in the log. A row event that
/// MariaDB 12.3+ has cut into parts is read as the whole one, at the position of the first part.
/// </summary>
/// <param name="inner">Reads the events of the log.</param>
/// <param name="onGap">Salvages: takes which parts of a row event are passed over because others are lost; null to throw.</param>
internal sealed class ExpandedEventReader(EventReader inner, Action<RecoveryException>? onGap = null) : EventReader
{
    private readonly MariaDbCompression _mariaDb = new();
    private readonly ZstdStream _zstd = new();
    private PayloadReader? _payload;
    private readonly PartialRows _parts = new();

    // Where the log's own event is at hand, and in an array, its bytes are looked up once.
    private byte[]? _array;
    private int _start;
    private int _bodyLength;
    private FormatDescriptionEvent? _format;
    private bool _isUncompressed;
    private bool _isJoined;
    private bool _isAtEnd;

    public override string Path => inner.Path;

    public override string LogFile => inner.LogFile;

    public override FormatDescriptionEvent Format
    {
        [MethodImpl(Jit.Hot)]
        get => _format ??= inner.Format;
    }

    public override bool IsExpanded
    {
        [MethodImpl(Jit.Hot)]
        get => _payload != null || _isUncompressed || _isJoined;
    }

    public override long PayloadOffset => _payload?.Offset ?? 0;

    public override ReadOnlySpan<byte> Raw
    {
        [MethodImpl(Jit.Hot)]
        get => _array != null ? new ReadOnlySpan<byte>(_array, _start, (int)Header.Length) : RawOfOther;
    }

    public override ReadOnlySpan<byte> Body
    {
        [MethodImpl(Jit.Hot)]
        get => _array != null ? new ReadOnlySpan<byte>(_array, _start + EventHeader.Size, _bodyLength) : BodyOfOther;
    }

    private ReadOnlySpan<byte> RawOfOther
    {
        [MethodImpl(Jit.Hot)]
        get => _payload != null ? _payload.Raw : _isUncompressed ? _mariaDb.Raw : _isJoined ? _parts.Raw : inner.Raw;
    }

    private ReadOnlySpan<byte> BodyOfOther
    {
        [MethodImpl(Jit.Hot)]
        get => IsExpanded ? RawOfOther[EventHeader.Size..] : inner.Body;
    }

    [MethodImpl(Jit.Hot)]
    public override byte[] TakeRaw() => IsExpanded ? base.TakeRaw() : inner.TakeRaw();

    [MethodImpl(Jit.Hot)]
    public override int ReadAhead(long offset, Span<byte> destination) => inner.ReadAhead(offset, destination);

    public override ByteSource TakeSource() => inner.TakeSource();

    [MethodImpl(Jit.Hot)]
    public override bool Read()
    {
        _isUncompressed = _isJoined = false;
        byte[]? array = _array;
        _array = null;
        try
        {
            if (_payload != null)
            {
                if (_payload.Read())
                {
                    Header = _payload.Header;
                    return true;
                }

                ClosePayload();
            }
            else if (Header.Type == BinlogEventType.TransactionPayload)
            {
                // The payload event itself has been seen; its contents follow.
                _payload = new PayloadReader(
                    array != null ? new ArraySegment<byte>(array, _start + EventHeader.Size, _bodyLength) : inner.Body.ToArray(), _zstd);
                return Read();
            }

            if (!inner.Read())
                return false;
            Follow();
            while (Header.Type == BinlogEventType.MariaDbPartialRowData)
            {
                if (!JoinOrPassOver())
                    return false;
            }

            if (Header.Type.IsCompressed())
            {
                _mariaDb.Expand(Header, Body, inner.Format.TableIdLength);
                _isUncompressed = true;
                _array = null;
            }

            return true;
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            ClosePayload();
            throw MalformedData.OfEvent("the compressed event", e, Path, Position);
        }
    }

    public override void Dispose()
    {
        ClosePayload();
        _zstd.Dispose();
        _mariaDb.Dispose();
        inner.Dispose();
    }

    public override void Expect(long end) => inner.Expect(end);

    public override void Seek(long position)
    {
        ClosePayload();
        inner.Seek(position);
        (Position, EndPosition) = (position, position);
    }

    [MethodImpl(Jit.Hot)]
    private void Follow()
    {
        (Header, Position, EndPosition) = (inner.Header, inner.Position, inner.EndPosition);
        _array = inner.ArrayOf(out _start, out _bodyLength);
        if (Header.Type == BinlogEventType.FormatDescription)
            _format = null;
    }

    // False at the end of the log. Where parts are lost, the next event is at hand then.
    private bool JoinOrPassOver()
    {
        long start = Position;
        try
        {
            Join();
            return true;
        }
        catch (Exception e) when (onGap != null && MalformedData.Is(e))
        {
            bool more = !_isAtEnd && (inner.Position != start || inner.Read());
            while (more && inner.Header.Type == BinlogEventType.MariaDbPartialRowData && !PartialRows.IsFirst(inner.Body))
                more = inner.Read();
            long end = more ? inner.Position : inner.EndPosition;
            string what = $"{end - start} bytes to offset {end} cannot be read: {e.Message}";
            onGap(new RecoveryException("BinlogGap", RecoveryErrorKind.InvalidData, what, Path, start));
            if (more)
                Follow();
            return more;
        }
    }

    private void Join()
    {
        _parts.Clear();
        while (!_parts.Add(inner.Body))
        {
            _isAtEnd = !inner.Read();
            if (_isAtEnd)
                throw new EndOfStreamException("the log ends before the last part of a row event");
            if (inner.Header.Type != BinlogEventType.MariaDbPartialRowData)
                throw new InvalidDataException($"a {inner.Header.Type} event stands between the parts of a row event");
        }

        EndPosition = inner.EndPosition;
        Header = _parts.Header with { Length = (uint)Math.Min(EndPosition - Position, uint.MaxValue) };
        _isJoined = true;
        _array = null;
    }

    private void ClosePayload()
    {
        _payload?.Dispose();
        _payload = null;
        // The header of the last inner event must not be taken for a payload's.
        Header = default;
    }
}
