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
        Capabilities.LongPassword | Capabilities.LongFlag | Capabilities.ConnectWithDb | Capabilities.Protocol41 | Capabilities.Transactions |
        Capabilities.SecureConnection | Capabilities.PluginAuth | Capabilities.ConnectAttrs | Capabilities.PluginAuthLenencClientData;

    public static readonly byte[] Challenge = Encoding.ASCII.GetBytes("abcdefgh12345678ABCD");

    private Stream _stream;

    public FakeSession(Stream stream) => _stream = stream;

    public byte Sequence { get; set; }

    /// <summary>Everything that the client sent, to look for what it should not have.</summary>
    public List<byte> Received { get; } = [];

    /// <summary>The greeting's payload.</summary>
    public static byte[] Greeting(string plugin = "mysql_native_password", Capabilities capabilities = Classic, string version = "8.0.99-fake") =>
        new PayloadWriter().Byte(10).NullTerminated(version).UInt32(7).Bytes(Challenge.AsSpan(0, 8)).Byte(0)
            .UInt16((ushort)capabilities).Byte(45).UInt16(2).UInt16((ushort)((uint)capabilities >> 16)).Byte(21).Zeros(10)
            .Bytes(Challenge.AsSpan(8)).Byte(0).NullTerminated(plugin).Written.ToArray();

    public static byte[] OkPayload { get; } = [0, 0, 0, 2, 0, 0, 0];

    public static byte[] EofPayload { get; } = [0xFE, 0, 0, 2, 0];

    /// <summary>The OK packet that ends rows where CLIENT_DEPRECATE_EOF is used.</summary>
    public static byte[] OkAsEofPayload { get; } = [0xFE, 0, 0, 2, 0, 0, 0];

    public static byte[] ErrorPayload(int code, string message) =>
        new PayloadWriter().Byte(0xFF).UInt16((ushort)code).Text("#HY000").Text(message).Written.ToArray();

    public static byte[] ColumnPayload(string name, ColumnType type = ColumnType.VarString) =>
        new PayloadWriter().LengthEncodedText("def").LengthEncodedText("db").LengthEncodedText("t").LengthEncodedText("t")
            .LengthEncodedText(name).LengthEncodedText(name).Byte(12).UInt16(45).UInt32(100).Byte((byte)type).UInt16(0).Byte(0).UInt16(0)
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

    /// <summary>Greets, takes any credentials, and says yes.</summary>
    public void Accept(Capabilities capabilities = Classic, string version = "8.0.99-fake")
    {
        Write(Greeting(capabilities: capabilities, version: version));
        Read();
        Write(OkPayload);
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

    /// <summary>The client finds the end of the stream behind what was sent.</summary>
    public void EndSending() => ((NetworkStream)_stream).Socket.Shutdown(SocketShutdown.Send);

    /// <summary>Waits until the client hangs up.</summary>
    public void WaitForEnd()
    {
        while (_stream.ReadByte() >= 0)
        {
        }
    }

    public void StartTls(X509Certificate2 certificate)
    {
        var tls = new SslStream(_stream);
        tls.AuthenticateAsServer(certificate);
        _stream = tls;
    }

    public void Dispose() => _stream.Dispose();
}
