using Microsoft.Extensions.Logging;
using MySqlRecovery.Client.Protocol;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client;

/// <summary>
/// Listens to what MySqlConnector logs of a login: causes that its exceptions leave out, and above all the plugin that a
/// server switches to, which it logs before it answers. An exception from here ends the login with nothing sent.
/// </summary>
internal sealed class LoginWatch(ConnectionOptions options, CertificateCheck certificates) : ILoggerFactory, ILogger
{
    // MariaDB may try each plugin of an account in turn; a server that goes on is broken.
    private const int MaxSwitches = 8;

    private int _switches;

    /// <summary>Whether anything is listened to, which is so until the login is done.</summary>
    public bool IsOn { get; set; }

    /// <summary>Whether somebody is there who takes connections.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>Whether the server has greeted; what it says before has no SQLSTATE.</summary>
    public bool HasGreeting { get; private set; }

    /// <summary>What was refused here.</summary>
    public RecoveryException? Refusal { get; private set; }

    /// <summary>Whether TLS was wanted and the server has none.</summary>
    public bool LacksTls { get; private set; }

    /// <summary>Why TLS could not be set up.</summary>
    public Exception? TlsFailure { get; private set; }

    /// <summary>A plugin that MySqlConnector does not know.</summary>
    public string? UnknownPlugin { get; private set; }

    /// <summary>Whether the server's RSA key was needed and not there.</summary>
    public bool LacksKey { get; private set; }

    /// <summary>Whether the server's RSA key was there and is none.</summary>
    public bool HasBadKey { get; private set; }

    /// <summary>Why the last address could not be reached.</summary>
    public Exception? NetworkFailure { get; private set; }

    /// <summary>Whether that is because the name has no address.</summary>
    public bool IsNameUnknown { get; private set; }

    public void Begin()
    {
        (_switches, IsOn) = (0, true);
        (LacksKey, HasBadKey) = (false, false);
    }

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => IsOn;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        switch (eventId.Name)
        {
            case "SwitchingToAuthenticationMethod":
                Check(Field(state, "AuthenticationMethod"));
                break;
            case "ConnectedToIpAddress":
                IsConnected = true;
                break;
            case "ServerSentAuthPluginName":
                HasGreeting = true;
                break;
            case "UnsupportedAuthenticationMethod":
                UnknownPlugin = Field(state, "AuthPluginName");
                break;
            case "ServerDoesNotSupportSsl":
                LacksTls = true;
                break;
            case "CouldNotInitializeTlsConnection":
                TlsFailure = exception;
                break;
            case "CouldNotLoadServerRsaPublicKeyFromFile":
                LacksKey = true;
                break;
            case "CouldNotLoadServerRsaPublicKey":
                HasBadKey = true;
                break;
            case "FailedToResolveHostName" or "FailedToConnectToSingleIpAddress" or "FailedToConnectToIpAddress":
                (NetworkFailure, IsNameUnknown) = (exception, eventId.Name == "FailedToResolveHostName");
                break;
        }
    }

    private static string Field<TState>(TState state, string name) =>
        (state as IEnumerable<KeyValuePair<string, object?>>)?.FirstOrDefault(f => f.Key == name).Value as string ?? "";

    private void Check(string plugin)
    {
        if (++_switches > MaxSwitches)
            Refusal = ServerErrors.Protocol(options.Server, $"the authentication did not end after {MaxSwitches} switches of the plugin");
        else if (plugin is "mysql_clear_password")
            Refusal = CheckClearPassword();
        else if (plugin is not ("mysql_native_password" or "caching_sha2_password" or "sha256_password" or "client_ed25519" or "parsec"))
            Refusal = ServerErrors.AuthenticationUnsupported(options.Server, plugin.Length == 0 ? "mysql_old_password" : plugin);
        if (Refusal != null)
            throw Refusal;
    }

    private RecoveryException? CheckClearPassword()
    {
        if (certificates.IsVerified || options.EnableCleartextPlugin == true)
            return null;
        return ServerErrors.Authentication(
            options.Server, "the server asks for the password in clear text, which is sent only through TLS with a verified certificate",
            "Use -SslMode VerifyFull, or a connection string with EnableCleartextPlugin=true where the server is certain.");
    }
}
