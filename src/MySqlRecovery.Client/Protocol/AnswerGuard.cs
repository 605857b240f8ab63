using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client.Protocol;

/// <summary>
/// The stream under a connection, with bounds for what the server sends: the length of a packet, the number of columns,
/// one answer to one question, how long it may be silent, and how slowly a packet may come. What breaks a bound is kept
/// in <see cref="Failure"/>, for who reads in between wraps exceptions in its own.
/// </summary>
internal sealed class AnswerGuard : Stream
{
    // A table has at most 4096 columns, a join may give more.
    private const int MaxColumns = ushort.MaxValue;

    private const int HeaderLength = 4;

    // A slower server does not send data, it holds the reader up.
    private const int LeastBytesPerSecond = 16 << 10;

    private readonly Stream _inner;
    private readonly Socket _socket;
    private readonly string _server;
    private readonly Timer _clock;
    private readonly byte[] _header = new byte[HeaderLength];
    private readonly byte[] _head = new byte[9];
    private int _headerLength;
    private int _headLength;
    private int _left;
    private bool _isContinued;
    private long _payload;
    private long _packets;
    private TimeSpan _waited;
    private bool _isCounted;
    private volatile bool _isLate;

    /// <param name="inner">The connection's stream.</param>
    /// <param name="socket">The socket below it, which is closed when time is up.</param>
    /// <param name="server">Its name in messages.</param>
    public AnswerGuard(Stream inner, Socket socket, string server)
    {
        _inner = inner;
        _socket = socket;
        _server = server;

        // Time-outs of the socket would begin anew with each byte, also with those that TLS waits for.
        _clock = new Timer(_ =>
        {
            _isLate = true;
            _socket.Dispose();
        });
    }

    /// <summary>Longest payload to accept, in bytes.</summary>
    public long MaxPayload { get; set; } = 1 << 20;

    /// <summary>How long the other side may stay silent; zero means no limit.</summary>
    public TimeSpan Timeout { get; set; }

    /// <summary>The bound that was broken.</summary>
    public RecoveryException? Failure { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    /// <summary>True, so that it is read synchronously; the time-outs that are set then are not those that count.</summary>
    public override bool CanTimeout => true;

    public override int ReadTimeout { get; set; } = System.Threading.Timeout.Infinite;

    public override int WriteTimeout { get; set; } = System.Threading.Timeout.Infinite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>A command goes out, and what comes is its answer.</summary>
    /// <param name="isCounted">Whether that is OK, an error or one set of rows; false for a stream of packets.</param>
    public void BeginAnswer(bool isCounted)
    {
        (_isCounted, _packets, _headLength, _waited) = (isCounted, 0, 0, TimeSpan.Zero);
    }

    public override int Read(Span<byte> buffer)
    {
        long start = Stopwatch.GetTimestamp();
        int read;
        StartClock(_payload, _waited);
        try
        {
            read = _inner.Read(buffer);
        }
        catch (Exception e) when (_isLate && e is IOException or ObjectDisposedException or SocketException)
        {
            throw Fail(ServerErrors.Silent(_server, Timeout, e));
        }

        StopClock();
        _waited += Stopwatch.GetElapsedTime(start);
        Inspect(buffer[..read]);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        StartClock(buffer.Length, TimeSpan.Zero);
        try
        {
            _inner.Write(buffer);
        }
        catch (Exception e) when (_isLate && e is IOException or ObjectDisposedException or SocketException)
        {
            throw Fail(ServerErrors.Silent(_server, Timeout, e));
        }

        StopClock();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => _inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _clock.Dispose();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void StartClock(long bytes, TimeSpan waited)
    {
        if (Timeout <= TimeSpan.Zero)
            return;
        TimeSpan rest = Timeout + TimeSpan.FromSeconds((double)bytes / LeastBytesPerSecond) - waited;
        _clock.Change(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, System.Threading.Timeout.InfiniteTimeSpan);
    }

    private void StopClock()
    {
        if (Timeout > TimeSpan.Zero)
            _clock.Change(System.Threading.Timeout.Infinite, System.Threading.Timeout.Infinite);
        if (_isLate)
            throw Fail(ServerErrors.Silent(_server, Timeout, null));
    }

    /// <summary>Follows the packets through what was read, which ends anywhere within them.</summary>
    private void Inspect(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_headerLength < HeaderLength)
            {
                _header[_headerLength++] = bytes[0];
                bytes = bytes[1..];
                if (_headerLength == HeaderLength)
                    EnterChunk();
                continue;
            }

            int count = Math.Min(_left, bytes.Length);
            if (_isCounted && _packets == 1 && _headLength < _head.Length)
                TakeHead(bytes[..Math.Min(count, _head.Length - _headLength)]);
            bytes = bytes[count..];
            _left -= count;
            if (_left == 0)
                LeaveChunk();
        }
    }

    private void EnterChunk()
    {
        _left = BinaryPrimitives.ReadInt32LittleEndian(_header) & PacketMarker.MaxChunk;
        if (!_isContinued)
        {
            (_payload, _waited) = (0, TimeSpan.Zero);
            _packets++;
        }

        _payload += _left;
        _isContinued = _left == PacketMarker.MaxChunk;
        if (_payload > MaxPayload)
            throw Fail(ServerErrors.Protocol(_server, $"the server sent a packet of more than {MaxPayload} bytes"));
        if (_isCounted && _packets == 2 && _headLength > 0 && _head[0] is PacketMarker.Ok or PacketMarker.LocalInfile)
            throw Fail(ServerErrors.Protocol(_server, "the server sent more than one answer"));
        if (_left == 0)
            LeaveChunk();
    }

    private void LeaveChunk()
    {
        _headerLength = 0;
        if (_isCounted && _packets == 1 && !_isContinued)
            CheckHead();
    }

    private void TakeHead(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_head.AsSpan(_headLength));
        _headLength += bytes.Length;
    }

    /// <summary>The first packet of an answer: OK, an error, or how many columns follow, which are made room for at once.</summary>
    private void CheckHead()
    {
        if (_headLength == 0)
            throw Fail(ServerErrors.Protocol(_server, "the answer to a command is empty"));
        if (_head[0] is PacketMarker.LocalInfile)
            throw Fail(ServerErrors.Protocol(_server, "the server asks for a local file, which this client never sends"));
        long columns = _head[0] switch
        {
            PacketMarker.Ok or PacketMarker.Error => 1,
            0xFC when _headLength > 2 => BinaryPrimitives.ReadUInt16LittleEndian(_head.AsSpan(1)),
            < 0xFB => _head[0],
            _ => long.MaxValue,
        };
        if (columns is 0 or > MaxColumns)
            throw Fail(ServerErrors.Protocol(_server, "the server announced a result with an impossible number of columns"));
    }

    private IOException Fail(RecoveryException failure)
    {
        Failure ??= failure;
        return new IOException(failure.Message, failure);
    }
}
