using System.Net.Sockets;
using System.Net;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client.Transport;

/// <summary>Opens the TCP connection or the Unix socket.</summary>
internal static class ServerSocket
{
    /// <exception cref="Model.RecoveryException">ServerUnreachable</exception>
    public static Socket Connect(ConnectionOptions options, CancellationToken token)
    {
        if (options.UsesSocket)
        {
            var local = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            return Connect(local, SocketEndPoint(options), options.Server, token);
        }

        string host = options.Host ?? "localhost";
        int port = options.Port ?? ConnectionOptions.DefaultPort;
        IPAddress[] addresses = Resolve(host, options.Server, token);
        for (int i = 0; ; i++)
        {
            try
            {
                var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                return Connect(socket, new IPEndPoint(addresses[i], port), options.Server, token);
            }
            catch (Model.RecoveryException) when (i + 1 < addresses.Length)
            {
                // localhost is ::1 and 127.0.0.1, and most servers listen on one of them only: the next address may do.
            }
        }
    }

    private static IPAddress[] Resolve(string host, string server, CancellationToken token)
    {
        try
        {
            IPAddress[] addresses = Dns.GetHostAddressesAsync(host, token).GetAwaiter().GetResult();
            return addresses.Length > 0 ? addresses : throw ServerErrors.Unreachable(server, "the host name has no address");
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw ServerErrors.Unreachable(server, $"the host name cannot be resolved: {e.Message}", e);
        }
    }

    private static UnixDomainSocketEndPoint SocketEndPoint(ConnectionOptions options)
    {
        try
        {
            return new UnixDomainSocketEndPoint(options.Socket!);
        }
        catch (Exception e) when (e is ArgumentException or PlatformNotSupportedException)
        {
            throw ServerErrors.Unreachable(options.Server, $"this path cannot be a socket: {e.Message}", e);
        }
    }

    private static Socket Connect(Socket socket, EndPoint endPoint, string server, CancellationToken token)
    {
        try
        {
            socket.ConnectAsync(endPoint, token).AsTask().GetAwaiter().GetResult();
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw ServerErrors.Unreachable(server, $"no connection: {e.Message}", e);
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            throw;
        }
    }
}
