using System.Net;
using System.Net.Sockets;
using System.Text;
using MySqlRecovery.Client.Tests.Fakes;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client.Tests;

public sealed class ConnectingTests
{
    [Fact]
    public void A_port_where_nobody_listens_is_unreachable()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        RecoveryException failure = Fail.ToOpen("ServerUnreachable", new ConnectionOptions { Host = "127.0.0.1", Port = port });
        Assert.Equal($"127.0.0.1:{port}", failure.Path);
    }

    [Fact]
    public void A_host_that_does_not_exist_is_unreachable() =>
        Fail.ToOpen("ServerUnreachable", new ConnectionOptions { Host = "no-such-host.invalid" });

    [Fact]
    public void A_socket_that_is_not_there_is_unreachable()
    {
        Fail.ToOpen("ServerUnreachable", new ConnectionOptions { Socket = Path.Combine(Path.GetTempPath(), "no-such.sock") });
        Fail.ToOpen("ServerUnreachable", new ConnectionOptions { Socket = "/" + new string('x', 300) });
    }

    [Fact]
    public void A_server_that_says_nothing_runs_into_the_time_out()
    {
        using var server = new FakeServer(s => s.WaitForEnd());
        ConnectionOptions options = server.Options;
        options.ConnectTimeout = TimeSpan.FromSeconds(0.5);
        Fail.ToOpen("ServerTimeout", options);
    }

    [Fact]
    public void A_server_that_sends_a_byte_now_and_then_runs_into_the_time_out_too()
    {
        using var server = new FakeServer(s =>
        {
            foreach (byte b in new byte[] { 90, 0, 0, 0, 10 }.Concat(new byte[90]))
            {
                s.WriteRaw([b]);
                Thread.Sleep(100);
            }
        });
        ConnectionOptions options = server.Options;
        options.ConnectTimeout = TimeSpan.FromSeconds(1);
        Fail.ToOpen("ServerTimeout", options);
    }

    [Fact]
    public void Cancelling_ends_the_connecting()
    {
        using var server = new FakeServer(s => s.WaitForEnd());
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(0.3));
        Assert.ThrowsAny<OperationCanceledException>(() => ServerConnection.Open(server.Options, cancel.Token));
    }

    [Fact]
    public void Another_service_on_the_port_is_no_server()
    {
        using var server = new FakeServer(
            s => s.WriteRaw(Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n" + new string('x', 100))));
        RecoveryException failure = Fail.ToOpen("ServerProtocolError", server.Options);
        Assert.Contains("MySQL or MariaDB", failure.RecommendedAction);
    }

    [Fact]
    public void An_older_protocol_is_no_server_for_us()
    {
        using var server = new FakeServer(s => s.Write([9, .. FakeSession.Greeting().AsSpan(1)]));
        Assert.Contains("got 0x09", Fail.ToOpen("ServerProtocolError", server.Options).Message);
    }

    [Theory]
    [InlineData(1040, "ServerConnectionLimit")]
    [InlineData(1129, "ServerAuthenticationFailed")]
    [InlineData(1130, "ServerAuthenticationFailed")]
    [InlineData(1053, "ServerConnectionLost")]
    public void An_error_instead_of_a_greeting_is_told(int code, string errorId)
    {
        // Before the handshake an error has no SQLSTATE.
        using var server = new FakeServer(s => s.Write([0xFF, (byte)code, (byte)(code >> 8), .. "Sorry"u8]));
        Assert.Contains($"Sorry (server error {code})", Fail.ToOpen(errorId, server.Options).Message);
    }

    [Fact]
    public void A_greeting_cut_at_any_byte_is_an_error()
    {
        byte[] greeting = FakeSession.Greeting();
        int fixedPart = greeting.Length - "mysql_native_password".Length - 1;
        for (int length = 0; length < fixedPart; length++)
        {
            byte[] cut = greeting[..length];
            using var server = new FakeServer(s => s.Write(cut));
            Fail.ToOpen("ServerProtocolError", server.Options);
        }
    }

    [Fact]
    public void A_server_that_hangs_up_at_any_step_is_lost()
    {
        Action<FakeSession>[] steps =
        [
            _ => { },
            s => s.WriteRaw([10, 0]),
            s => s.WriteRaw([10, 0, 0, 0, 10]),
            s =>
            {
                s.Write(FakeSession.Greeting());
                s.Read();
            },
        ];
        foreach (Action<FakeSession> step in steps)
        {
            using var server = new FakeServer(step);
            Fail.ToOpen("ServerConnectionLost", server.Options);
        }
    }

    [Fact]
    public void A_packet_out_of_turn_is_an_error()
    {
        using var server = new FakeServer(s =>
        {
            s.Sequence = 3;
            s.Write(FakeSession.Greeting());
        });
        Assert.Contains("Expected 0; got 3", Fail.ToOpen("ServerProtocolError", server.Options).Message);
    }

    [Fact]
    public void A_packet_that_a_server_only_announces_ends_with_the_connection()
    {
        using var server = new FakeServer(s => s.WriteRaw([0xFF, 0xFF, 0x7F, 0]));
        Fail.ToOpen("ServerProtocolError", server.Options);
    }
}
