using System.Globalization;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client;

/// <summary>
/// The names that the options have in connection strings (Connector/NET, MySqlConnector) and in option files
/// (<c>mysql</c>, <c>mariadb</c>). Case, blanks, hyphens and underscores make no difference.
/// </summary>
internal static class ConnectionOptionNames
{
    /// <summary>
    /// Sets the option that <paramref name="name"/> means; false if it means none. An option file may give a name alone,
    /// without a value.
    /// </summary>
    /// <exception cref="RecoveryException">ConnectionOptionInvalid: the value cannot be read; the message does not repeat it.</exception>
    public static bool TrySet(ConnectionOptions options, string name, string? value)
    {
        switch (Normalize(name))
        {
            case "server" or "host" or "hostname" or "datasource" or "address" or "addr" or "networkaddress":
                SetHost(options, Text(name, value));
                break;
            case "port":
                options.Port = (int)Number(name, value, 65535);
                break;
            case "socket" or "unixsocket":
                options.Socket = Text(name, value);
                break;
            case "user" or "userid" or "uid" or "username":
                options.User = Text(name, value);
                break;
            case "password" or "pwd":
                options.Password = value;
                break;
            case "database" or "initialcatalog":
                options.Database = Text(name, value);
                break;
            case "connecttimeout" or "connectiontimeout":
                options.ConnectTimeout = TimeSpan.FromSeconds(Number(name, value, uint.MaxValue / 1000));
                break;
            case "commandtimeout" or "defaultcommandtimeout":
                options.CommandTimeout = TimeSpan.FromSeconds(Number(name, value, int.MaxValue / 1000));
                break;
            case "getserverpublickey" or "allowpublickeyretrieval":
                options.GetServerPublicKey = Switch(name, value);
                break;
            case "serverpublickeypath" or "serverrsapublickeyfile":
                options.ServerPublicKeyPath = Text(name, value);
                break;
            case "enablecleartextplugin":
                options.EnableCleartextPlugin = Switch(name, value);
                break;
            default:
                return TrySetTls(options, name, value);
        }

        return true;
    }

    private static bool TrySetTls(ConnectionOptions options, string name, string? value)
    {
        switch (Normalize(name))
        {
            case "sslmode":
                options.SslMode = Mode(name, value);
                break;
            case "sslca" or "cacertificatefile":
                options.SslCa = Text(name, value);
                break;
            case "sslcert" or "sslcertificate" or "certificatefile":
                options.SslCert = Text(name, value);
                break;
            case "sslkey":
                options.SslKey = Text(name, value);
                break;

            // The older switches of option files, still MariaDB's only ones.
            case "ssl":
                options.SslMode = Switch(name, value) ? SslMode.Required : SslMode.Disabled;
                break;
            case "skipssl":
                options.SslMode = SslMode.Disabled;
                break;
            case "sslverifyservercert":
                options.SslMode = Switch(name, value) ? SslMode.VerifyFull : options.SslMode;
                break;
            default:
                return false;
        }

        return true;
    }

    private static void SetHost(ConnectionOptions options, string value)
    {
        if (value.StartsWith('/'))
            options.Socket = value;
        else
            options.Host = value;
    }

    private static SslMode Mode(string name, string? value) => Normalize(value ?? "") switch
    {
        "disabled" or "none" => SslMode.Disabled,
        "preferred" or "prefered" => SslMode.Preferred,
        "required" => SslMode.Required,
        "verifyca" => SslMode.VerifyCa,
        "verifyfull" or "verifyidentity" => SslMode.VerifyFull,
        _ => throw Invalid(name, "must be Disabled, Preferred, Required, VerifyCa or VerifyFull"),
    };

    private static string Text(string name, string? value) =>
        string.IsNullOrEmpty(value) ? throw Invalid(name, "needs a value") : value;

    private static uint Number(string name, string? value, uint maximum) =>
        uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && number <= maximum
            ? number
            : throw Invalid(name, $"must be a number from 0 to {maximum}");

    private static bool Switch(string name, string? value) => value?.ToLowerInvariant() switch
    {
        null or "1" or "on" or "true" or "yes" => true,
        "0" or "off" or "false" or "no" => false,
        _ => throw Invalid(name, "must be true or false"),
    };

    private static string Normalize(string name) =>
        string.Concat(name.Where(c => c is not (' ' or '-' or '_'))).ToLowerInvariant();

    private static RecoveryException Invalid(string name, string what) => new(
        "ConnectionOptionInvalid", RecoveryErrorKind.InvalidArgument, $"the connection option '{name}' {what}");
}
