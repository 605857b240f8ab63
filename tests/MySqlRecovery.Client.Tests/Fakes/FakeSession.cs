using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MySqlRecovery.Client.Protocol;

namespace MySqlRecovery.Client.Tests.Fakes;

/// <summary>One connection as the server sees it.</summary>
internal sealed class FakeSession : IDisposable
{
    public const Capabilities Classic =
        Capabilities.LongPassword | Capabilities.LongFlag | Capabilities.ConnectWithDb |
        Capabilities.Protocol41 | Capabilities.Transactions |
        Capabilities.SecureConnection | Capabilities.PluginAuth | Capabilities.ConnectAttrs | Capabilities.PluginAuthLenencClientData;

    public const byte VarString = 253;

    public const byte LongLong = 8;

    public static readonly byte[] Challenge = Encoding.ASCII.GetBytes("abcdefgh12345678ABCD");

    private Stream _stream;

    public FakeSession(Stream stream) => _stream = stream;

    public byte Sequence { get; set; }

    /// <summary>Everything that the client sent, to look for what it should not have.</summary>
    public List<byte> Received { get; } = [];

    /// <summary>The greeting's payload.</summary>
    public static byte[] Greeting(string plugin = "mysql_native_password", Capabilities capabilities = Classic,
        string version = "8.0.99-fake") =>
        new PayloadWriter().Byte(10).NullTerminated(version).UInt32(7).Bytes(Challenge.AsSpan(0, 8)).Byte(0)
            .UInt16((ushort)capabilities).Byte(45).UInt16(2).UInt16((ushort)((uint)capabilities >> 16)).Byte(21).Zeros(10)
            .Bytes(Challenge.AsSpan(8)).Byte(0).NullTerminated(plugin).Written.ToArray();

    public static byte[] OkPayload { get; } = [0, 0, 0, 2, 0, 0, 0];

    public static byte[] EofPayload { get; } = [0xFE, 0, 0, 2, 0];

    /// <summary>The OK packet that ends rows where CLIENT_DEPRECATE_EOF is used.</summary>
    public static byte[] OkAsEofPayload { get; } = [0xFE, 0, 0, 2, 0, 0, 0];

    public static byte[] ErrorPayload(int code, string message) =>
        new PayloadWriter().Byte(0xFF).UInt16((ushort)code).Text("#HY000").Text(message).Written.ToArray();

    public static byte[] ColumnPayload(string name, byte type = VarString, ushort characterSet = 45) =>
        new PayloadWriter().LengthEncodedText("def").LengthEncodedText("db").LengthEncodedText("t").LengthEncodedText("t")
            .LengthEncodedText(name).LengthEncodedText(name).Byte(12).UInt16(characterSet).UInt32(100).Byte(type).UInt16(0).Byte(0)
            .UInt16(0)
            .Written.ToArray();

    public static byte[] RowPayload(params string?[] values)
    {
        var row = new PayloadWriter();
        foreach (string? value in values)
        {
            if (value == null)
                row.Byte(0xFB);
            else
                row.LengthEncodedText(value);
        }

        return row.Written.ToArray();
    }

    /// <summary>Says yes to the credentials, and to the SET NAMES that comes then.</summary>
    public void LetIn()
    {
        Write(OkPayload);
        Assert.Contains("SET NAMES", Encoding.ASCII.GetString(ReadCommand()));
        Write(OkPayload);
    }

    /// <summary>Greets, takes any credentials, and says yes.</summary>
    public void Accept(Capabilities capabilities = Classic, string version = "8.0.99-fake")
    {
        Write(Greeting(capabilities: capabilities, version: version));
        Read();
        LetIn();
    }

    /// <summary>The next command, whose answer counts from 1.</summary>
    public byte[] ReadCommand()
    {
        Sequence = 0;
        return Read();
    }

    public byte[] Read()
    {
        var payload = new List<byte>();
        int length;
        do
        {
            var header = new byte[4];
            _stream.ReadExactly(header);
            Assert.Equal(Sequence++, header[3]);
            length = BinaryPrimitives.ReadInt32LittleEndian(header) & 0xFFFFFF;
            var chunk = new byte[length];
            _stream.ReadExactly(chunk);
            payload.AddRange(chunk);
        }
        while (length == 0xFFFFFF);
        Received.AddRange(payload);
        return payload.ToArray();
    }

    /// <summary>As <see cref="Read"/>; nothing if the client hangs up instead.</summary>
    public byte[] TryRead()
    {
        var header = new byte[4];
        if (_stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
            return [];
        var payload = new byte[BinaryPrimitives.ReadInt32LittleEndian(header) & 0xFFFFFF];
        _stream.ReadExactly(payload);
        Received.AddRange(payload);

        // A goodbye is a new command.
        return header[3] == Sequence++ ? payload : [];
    }

    /// <summary>Waits for the end, before which nothing but a goodbye may come.</summary>
    public void AssertNothingComes()
    {
        WaitForEnd();
        Assert.True(Received is [] or [1, 0, 0, 0, 1], $"{Received.Count} bytes came");
    }

    public void Write(ReadOnlySpan<byte> payload)
    {
        int length;
        do
        {
            length = Math.Min(payload.Length, 0xFFFFFF);
            WriteRaw([(byte)length, (byte)(length >> 8), (byte)(length >> 16), Sequence++, .. payload[..length]]);
            payload = payload[length..];
        }
        while (length == 0xFFFFFF);
    }

    public void WriteRaw(byte[] bytes) => _stream.Write(bytes);

    /// <summary>The client finds the end of the stream after what was sent.</summary>
    public void EndSending() => ((NetworkStream)_stream).Socket.Shutdown(SocketShutdown.Send);

    /// <summary>Waits until the client has sent something or hung up, and takes what came; no longer than this.</summary>
    public void WaitForBytes(TimeSpan longest)
    {
        Socket socket = ((NetworkStream)_stream).Socket;
        var bytes = new byte[4096];
        if (socket.Poll(longest, SelectMode.SelectRead))
            Received.AddRange(bytes.AsSpan(0, socket.Receive(bytes)));
    }

    /// <summary>Waits until the client hangs up.</summary>
    public void WaitForEnd()
    {
        for (int next = _stream.ReadByte(); next >= 0; next = _stream.ReadByte())
            Received.Add((byte)next);
    }

    public void StartTls(X509Certificate2 certificate)
    {
        var tls = new SslStream(_stream);
        tls.AuthenticateAsServer(certificate);
        _stream = tls;
    }

    public void Dispose() => _stream.Dispose();
}
