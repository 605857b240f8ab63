using System.Net;

namespace MySqlRecovery.Client;

/// <summary>
/// Where and how to connect. What was not said is null, so that sources can be laid over one another
/// (<see cref="FillFrom"/>); the defaults apply when the connection is opened.
/// </summary>
internal sealed class ConnectionOptions
{
    public const int DefaultPort = 3306;

    public static readonly TimeSpan DefaultConnectTimeout = TimeSpan.FromSeconds(15);

    public static readonly TimeSpan DefaultCommandTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Host name or IP address.</summary>
    public string? Host { get; set; }

    public int? Port { get; set; }

    /// <summary>Path of a Unix socket. Used if no other host than localhost is named, as the servers' own clients do.</summary>
    public string? Socket { get; set; }

    public string? User { get; set; }

    public string? Password { get; set; }

    public string? Database { get; set; }

    /// <summary>Null means <see cref="SslMode.VerifyCa"/> if <see cref="SslCa"/> is given, else <see cref="SslMode.Preferred"/>.</summary>
    public SslMode? SslMode { get; set; }

    /// <summary>PEM file with the certificate authorities to trust; null trusts those of the operating system.</summary>
    public string? SslCa { get; set; }

    /// <summary>PEM file with the client's certificate.</summary>
    public string? SslCert { get; set; }

    /// <summary>PEM file with the key of <see cref="SslCert"/>.</summary>
    public string? SslKey { get; set; }

    /// <summary>
    /// Whether the RSA key that hides a password on a connection without TLS may come from the server itself. Off by
    /// default, as in the servers' own clients: who sits in between could hand out a key of his own.
    /// </summary>
    public bool? GetServerPublicKey { get; set; }

    /// <summary>PEM file with the server's RSA public key.</summary>
    public string? ServerPublicKeyPath { get; set; }

    /// <summary>Whether a server whose certificate was not verified may ask for the password as it is (mysql_clear_password).</summary>
    public bool? EnableCleartextPlugin { get; set; }

    /// <summary>For the whole of connecting and authenticating; zero means no limit.</summary>
    public TimeSpan? ConnectTimeout { get; set; }

    /// <summary>How long the server may stay silent in an answer; zero means no limit.</summary>
    public TimeSpan? CommandTimeout { get; set; }

    public SslMode EffectiveSslMode => SslMode ?? (SslCa == null ? Client.SslMode.Preferred : Client.SslMode.VerifyCa);

    public bool UsesSocket => Socket != null && (Host == null || Host.Equals("localhost", StringComparison.OrdinalIgnoreCase));

    /// <summary><c>host:port</c> or the path of the socket: how errors and output objects name the server.</summary>
    public string Server
    {
        get
        {
            if (UsesSocket)
                return Socket!;
            string host = Host ?? "localhost";
            bool bracket = IPAddress.TryParse(host, out _) && host.Contains(':');
            return $"{(bracket ? $"[{host}]" : host)}:{Port ?? DefaultPort}";
        }
    }

    /// <summary>Takes from <paramref name="other"/> what is not said here.</summary>
    public void FillFrom(ConnectionOptions other)
    {
        // A socket and a host with its port are two ways to name one thing: they come from one source together.
        if (Host == null && Socket == null)
            (Host, Socket) = (other.Host, other.Socket);
        Port ??= other.Port;
        User ??= other.User;
        Password ??= other.Password;
        Database ??= other.Database;
        SslMode ??= other.SslMode;
        SslCa ??= other.SslCa;
        if (SslCert == null && SslKey == null)
            (SslCert, SslKey) = (other.SslCert, other.SslKey);
        GetServerPublicKey ??= other.GetServerPublicKey;
        ServerPublicKeyPath ??= other.ServerPublicKeyPath;
        EnableCleartextPlugin ??= other.EnableCleartextPlugin;
        ConnectTimeout ??= other.ConnectTimeout;
        CommandTimeout ??= other.CommandTimeout;
    }

    /// <summary>The server only: neither user nor password.</summary>
    public override string ToString() => Server;
}
