using System.Data.Common;
using System.Globalization;
using System.Net;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client;

/// <summary>
/// Reads how a user names a server: <c>host</c>, <c>host:port</c>, an IPv6 address (<c>::1</c>, <c>[::1]:3307</c>), the
/// path of a Unix socket, or a connection string (<c>Server=..;Port=..;User ID=..;SslMode=..</c>).
/// </summary>
internal static class ServerAddress
{
    /// <summary>The options that the text says; everything else is left null.</summary>
    /// <exception cref="RecoveryException">ConnectionOptionInvalid; the message never repeats the text, which may hold a
    /// password.</exception>
    public static ConnectionOptions Parse(string text)
    {
        text = text.Trim();
        if (text.Length == 0)
            throw Invalid("the server's name is empty");
        if (text.StartsWith('/'))
            return new ConnectionOptions { Socket = text };
        return text.Contains('=') ? ParseConnectionString(text) : ParseHostAndPort(text);
    }

    private static ConnectionOptions ParseHostAndPort(string text)
    {
        // Who writes user:password@host or a URL must not read his password in the error.
        if (text.Contains('@') || text.Contains("//", StringComparison.Ordinal))
            throw Invalid("the server is not named as user@host or by a URL: give the user with -Credential or in a connection string");
        string host = text;
        string? port = null;
        int colon = text.IndexOf(':');
        if (text.StartsWith('['))
        {
            int close = text.IndexOf(']');
            if (close < 0 || (close + 1 < text.Length && text[close + 1] != ':'))
                throw Invalid("an IPv6 address with a port is written as [address]:port");
            host = text[1..close];
            port = close + 1 < text.Length ? text[(close + 2)..] : null;
            if (!IPAddress.TryParse(host, out _))
                throw Invalid("what stands in brackets is not an IPv6 address");
        }
        else if (colon >= 0 && colon == text.LastIndexOf(':'))
        {
            host = text[..colon];
            port = text[(colon + 1)..];
        }
        else if (colon >= 0 && !IPAddress.TryParse(text, out _))
        {
            throw Invalid("the server's name is neither host:port nor an IPv6 address");
        }

        if (host.Length == 0 || host.Any(c => char.IsWhiteSpace(c) || c is ';' or ','))
            throw Invalid("the server must be given as host, host:port, a socket's path or a connection string");
        return new ConnectionOptions { Host = host, Port = port == null ? null : ParsePort(port) };
    }

    private static int ParsePort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65535
            ? port
            : throw Invalid("the port is not a number from 1 to 65535");

    private static ConnectionOptions ParseConnectionString(string text)
    {
        var builder = new DbConnectionStringBuilder();
        try
        {
            builder.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            // The cause is dropped on purpose: its message can quote a part of the text.
            throw Invalid("the connection string is not a list of 'name=value' separated by semicolons");
        }

        var options = new ConnectionOptions();
        foreach (string name in builder.Keys)
        {
            if (!ConnectionOptionNames.TrySet(options, name, (string)builder[name]))
                throw Invalid($"the connection string's '{name}' is not an option of this module");
        }

        return options;
    }

    private static RecoveryException Invalid(string message) =>
        new("ConnectionOptionInvalid", RecoveryErrorKind.InvalidArgument, message);
}
