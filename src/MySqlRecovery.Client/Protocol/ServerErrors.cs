using System.Net.Sockets;
using MySqlConnector;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client.Protocol;

/// <summary>The failures that have no number from the server. Neither SQL text nor credentials are ever part of a message.</summary>
internal static class ServerErrors
{
    public static RecoveryException Unreachable(string server, string why, Exception? inner = null) => new(
        "ServerUnreachable", RecoveryErrorKind.ConnectionError, why, server,
        recommendedAction: "Check the host name, the port and that the server runs and accepts connections from here.", inner: inner);

    public static RecoveryException ConnectTimeout(string server, TimeSpan limit) => new(
        "ServerTimeout", RecoveryErrorKind.OperationTimeout, $"connecting took more than {limit.TotalSeconds:0.#} s", server,
        recommendedAction: "Check host, port and firewall, or allow more time with ConnectTimeout.");

    public static RecoveryException Silent(string server, TimeSpan limit, Exception? inner) => new(
        "ServerTimeout", RecoveryErrorKind.OperationTimeout,
        $"the server was silent, or sent next to nothing, for {limit.TotalSeconds:0.#} s", server,
        recommendedAction: "If the statement may take that long, allow more time with CommandTimeout.", inner: inner);

    public static RecoveryException Lost(string server, string why = "the connection broke off", Exception? inner = null) => new(
        "ServerConnectionLost", RecoveryErrorKind.ConnectionError, why, server,
        recommendedAction: "See the server's error log: it was stopped, the connection was killed, or the network failed.", inner: inner);

    public static RecoveryException Protocol(string server, string what, Exception? inner = null) => new(
        "ServerProtocolError", RecoveryErrorKind.InvalidData, what, server,
        recommendedAction: "Check that host and port are those of a MySQL or MariaDB server.", inner: inner);

    public static RecoveryException Tls(string server, string what, string? action = null, Exception? inner = null) => new(
        "ServerTlsFailed", RecoveryErrorKind.ConnectionError, what, server, recommendedAction: action, inner: inner);

    public static RecoveryException TlsBroken(string server, Exception inner) => Tls(
        server, $"TLS could not be set up: {(inner.InnerException ?? inner).Message}",
        "A server as old as MySQL 5.6 has a TLS that is refused today: reach it with -SslMode Disabled through a tunnel "
            + "or its Unix socket.", inner);

    public static RecoveryException Authentication(string server, string what, string? action = null) => new(
        "ServerAuthenticationFailed", RecoveryErrorKind.AuthenticationError, what, server, recommendedAction: action);

    public static RecoveryException AuthenticationUnsupported(string server, string plugin) => new(
        "ServerAuthenticationUnsupported", RecoveryErrorKind.NotSupported,
        $"the account uses the authentication plugin '{plugin}', which this client does not know", server,
        recommendedAction: "Use an account with caching_sha2_password, sha256_password, mysql_native_password, client_ed25519 or parsec.");

    /// <summary>A file of certificates or keys cannot be used.</summary>
    public static RecoveryException CertificateFile(string path, string what, Exception? inner = null) => new(
        "CertificateFileInvalid", RecoveryErrorKind.InvalidArgument, what, path, inner: inner);

    /// <summary>What an exception of MySqlConnector means.</summary>
    /// <param name="server">The server.</param>
    /// <param name="e">The exception.</param>
    /// <param name="hasGreeting">Whether the server has greeted; what it says before has no SQLSTATE.</param>
    public static RecoveryException FromConnector(string server, Exception e, bool hasGreeting = true) => e switch
    {
        RecoveryException ours => ours,
        { InnerException: RecoveryException ours } => ours,
        MySqlException { SqlState: { Length: > 0 } state } refused => ServerErrorCodes.ToException(
            server, new ErrorPacket(refused.Number, hasGreeting ? state : "", refused.Message)),
        MySqlEndOfStreamException or IOException or SocketException or ObjectDisposedException => Lost(server, inner: e),
        MySqlException { InnerException: IOException or SocketException } => Lost(server, inner: e),
        _ => Protocol(server, $"the server sent what makes no sense: {e.Message}", e),
    };

    /// <summary>What an ERR packet means.</summary>
    public static RecoveryException FromServer(string server, ReadOnlySpan<byte> payload)
    {
        try
        {
            return ServerErrorCodes.ToException(server, ErrorPacket.Parse(payload));
        }
        catch (EndOfStreamException e)
        {
            return Protocol(server, "the server sent an error packet that is cut short", e);
        }
    }
}
