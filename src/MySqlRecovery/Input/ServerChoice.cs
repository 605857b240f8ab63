using System.Management.Automation;
using MySqlRecovery.Client;
using MySqlRecovery.Model;

namespace MySqlRecovery.Input;

/// <summary>How to connect to a server that the user named, by what the parameters say of it.</summary>
internal static class ServerChoice
{
    /// <summary>The options; what several of the sources say comes from the server's text first, then the credential, the other
    /// parameters and the option file.</summary>
    /// <param name="server">As the user wrote it; empty for the one on this machine, or of the option file.</param>
    /// <param name="credential">User and password, or null.</param>
    /// <param name="port">0 where it was not said.</param>
    /// <param name="mode">How far TLS must protect, or null.</param>
    /// <param name="ca">Full path of the PEM file with the authorities, or null.</param>
    /// <param name="cert">The same of the client's certificate.</param>
    /// <param name="key">The same of its key.</param>
    /// <param name="defaultsFile">The same of the option file.</param>
    /// <exception cref="RecoveryException">ConnectionOptionInvalid, DefaultsFileInvalid.</exception>
    public static ConnectionOptions OptionsFor(
        string server, PSCredential? credential, int port, SslMode? mode, string? ca, string? cert, string? key, string? defaultsFile)
    {
        ConnectionOptions options = server.Length == 0 ? new ConnectionOptions() : ServerAddress.Parse(server);
        if (credential != null)
            (options.User, options.Password) = (credential.UserName, credential.GetNetworkCredential().Password);
        options.FillFrom(new ConnectionOptions
        {
            Port = port == 0 ? null : port,
            SslMode = mode,
            SslCa = ca,
            SslCert = cert,
            SslKey = key,
        });
        if (defaultsFile != null)
            options.FillFrom(DefaultsFile.Read(defaultsFile));
        return options;
    }
}
