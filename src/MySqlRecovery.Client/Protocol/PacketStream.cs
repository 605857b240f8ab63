using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Authentication;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client.Protocol;

/// <summary>
/// Packets over the stream of a connection: splits and joins those of 16 MiB and more, checks the sequence ids, and turns
/// cancellation and network failures into errors. After any of them the connection is closed, for nobody knows what would
/// come next.
/// </summary>
internal sealed class PacketStream : IDisposable
{
    private const int HeaderLength = 4;
    private const int InitialBuffer = 64 << 10;

    private readonly AnswerGuard _stream;
    private readonly Socket _socket;
    private readonly string _server;
    private byte[] _buffer = new byte[InitialBuffer];
    private int _start;
    private int _end;
    private byte _sequence;

    public PacketStream(AnswerGuard stream, Socket socket, string server)
    {
        _stream = stream;
        _socket = socket;
        _server = server;
    }

    public bool IsOpen { get; private set; } = true;

    /// <summary>How long the other side may stay silent; zero means no limit.</summary>
    public TimeSpan Timeout
    {
        get => _stream.Timeout;
        set => _stream.Timeout = value;
    }

    /// <summary>A command and its answer count their packets from 0.</summary>
    public void BeginCommand()
    {
        _sequence = 0;
        _stream.BeginAnswer(isCounted: false);
    }

    /// <summary>The payload of the next packet, valid until the next call.</summary>
    public ReadOnlyMemory<byte> Read(CancellationToken token)
    {
        int joined = 0;
        int chunk;
        do
        {
            Require(joined + HeaderLength, token);
            uint header = BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(_start + joined));
            chunk = (int)(header & PacketMarker.MaxChunk);
            DropHeader(joined);
            Require(joined + chunk, token);
            CheckSequence((byte)(header >> 24), isError: joined == 0 && chunk > 0 && _buffer[_start] == PacketMarker.Error);
            joined += chunk;
        }
        while (chunk == PacketMarker.MaxChunk);

        ReadOnlyMemory<byte> payload = _buffer.AsMemory(_start, joined);
        _start += joined;
        return payload;
    }

    public void Write(ReadOnlySpan<byte> payload, CancellationToken token)
    {
        int chunk;
        do
        {
            chunk = Math.Min(payload.Length, PacketMarker.MaxChunk);
            var packet = new byte[HeaderLength + chunk];
            BinaryPrimitives.WriteUInt32LittleEndian(packet, (uint)chunk | (uint)_sequence++ << 24);
            payload[..chunk].CopyTo(packet.AsSpan(HeaderLength));
            payload = payload[chunk..];
            Send(packet, token);
        }
        while (chunk == PacketMarker.MaxChunk);
    }

    public RecoveryException Failed(string what, Exception? inner = null)
    {
        Dispose();
        return ServerErrors.Protocol(_server, what, inner);
    }

    public void Dispose()
    {
        IsOpen = false;
        _stream.Dispose();
        _socket.Dispose();
    }

    private void DropHeader(int joined)
    {
        if (joined == 0)
        {
            _start += HeaderLength;
            return;
        }

        int behind = _start + joined + HeaderLength;
        Buffer.BlockCopy(_buffer, behind, _buffer, behind - HeaderLength, _end - behind);
        _end -= HeaderLength;
    }

    private void CheckSequence(byte found, bool isError)
    {
        // A server that gives up, for example at its shutdown, may send an error out of turn.
        if (found != _sequence && !isError)
            throw Failed($"packet {found} came where packet {_sequence} was due");
        _sequence = (byte)(found + 1);
    }

    /// <summary>Waits until that many bytes lie unread in the buffer, which grows only as they really come.</summary>
    private void Require(int count, CancellationToken token)
    {
        while (_end - _start < count)
        {
            if (_start == _end)
                _start = _end = 0;
            if (_end == _buffer.Length && _start > 0)
            {
                Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
                (_start, _end) = (0, _end - _start);
            }

            if (_end == _buffer.Length)
                Array.Resize(ref _buffer, (int)Math.Min(_buffer.Length * 2L, _stream.MaxPayload + InitialBuffer));
            _end += Receive(token);
        }
    }

    private int Receive(CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        int read;
        try
        {
            using (token.UnsafeRegister(static s => ((Socket)s!).Dispose(), _socket))
                read = _stream.Read(_buffer, _end, _buffer.Length - _end);
        }
        catch (Exception e) when (IsNetworkFailure(e))
        {
            throw Broken(e, token);
        }

        return read > 0 ? read : throw Broken(null, token);
    }

    private void Send(byte[] packet, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        try
        {
            using (token.UnsafeRegister(static s => ((Socket)s!).Dispose(), _socket))
                _stream.Write(packet);
        }
        catch (Exception e) when (IsNetworkFailure(e))
        {
            throw Broken(e, token);
        }
    }

    private static bool IsNetworkFailure(Exception e) =>
        e is IOException or ObjectDisposedException or SocketException or AuthenticationException or InvalidOperationException;

    private Exception Broken(Exception? e, CancellationToken token)
    {
        Dispose();
        if (token.IsCancellationRequested)
            return new OperationCanceledException(token);
        return _stream.Failure ?? ServerErrors.Lost(_server, inner: e);
    }
}
