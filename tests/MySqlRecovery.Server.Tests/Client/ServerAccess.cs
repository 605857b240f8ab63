using MySqlRecovery.Client;
using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.Client;

/// <summary>Connections of the client under test to a server of the tests.</summary>
internal static class ServerAccess
{
    /// <summary>As root through the socket.</summary>
    public static ConnectionOptions SocketOptions(this MySqlServer server) => new() { Socket = server.SocketPath, User = "root" };

    /// <summary>Through TCP, without TLS unless a test asks for it.</summary>
    public static ConnectionOptions TcpOptions(this MySqlServer server, string user, string? password = null,
        SslMode mode = SslMode.Disabled) =>
        new() { Host = "127.0.0.1", Port = server.Port, User = user, Password = password, SslMode = mode };

    public static ServerConnection Open(this ConnectionOptions options) => ServerConnection.Open(options, CancellationToken.None);

    public static ServerConnection Connect(this MySqlServer server) => server.SocketOptions().Open();
}
