using System.Net.Sockets;
using MySqlConnector;
using MySqlRecovery.Client.Authentication;
using MySqlRecovery.Client.Protocol;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client;

/// <summary>Has MySqlConnector connect, set up TLS and authenticate, and tells what goes wrong in this module's words.</summary>
internal sealed class Login : IDisposable
{
    // A file that is never there. Without one MySqlConnector asks each server on loopback for its key, whoever listens there.
    private const string NoKey = "/nonexistent/no-server-public-key-was-given.pem";

    private const string NoServer = "what answers is no MySQL or MariaDB server";

    // Nothing that a server sends before the login is longer; what seems so is no MySQL protocol.
    private const int LongestPacket = 1 << 20;

    private readonly ConnectionOptions _options;
    private readonly CertificateCheck _certificates;
    private readonly LoginWatch _watch;

    private Login(ConnectionOptions options)
    {
        _options = options;
        _certificates = new CertificateCheck(options);
        _watch = new LoginWatch(options, _certificates);
    }

    /// <summary>An open connection; the caller owns it.</summary>
    /// <exception cref="RecoveryException">ServerUnreachable, ServerTimeout, ServerTlsFailed, ServerAuthenticationFailed ...</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static MySqlConnection Run(ConnectionOptions options, CancellationToken token)
    {
        MariaDbPlugins.Register();
        using var login = new Login(options);

        // A socket is safe without TLS, but caching_sha2_password hands over the password itself, which a server takes
        // there and MySqlConnector does not send: then the same again through TLS.
        bool plainSocket = options.UsesSocket && options.EffectiveSslMode == SslMode.Preferred;
        try
        {
            return login.Connect(plainSocket ? MySqlSslMode.None : Mode(options.EffectiveSslMode), token);
        }
        catch (RecoveryException) when (plainSocket && login._watch.LacksKey)
        {
            return login.Connect(MySqlSslMode.Preferred, token);
        }
    }

    public void Dispose() => _certificates.Dispose();

    // Certificates are checked here, with an answer that says why; MySqlConnector asks for that in these modes only.
    private static MySqlSslMode Mode(SslMode mode) => mode switch
    {
        SslMode.Disabled => MySqlSslMode.None,
        SslMode.Preferred => MySqlSslMode.Preferred,
        _ => MySqlSslMode.Required,
    };

    private MySqlConnection Connect(MySqlSslMode mode, CancellationToken token)
    {
        TimeSpan limit = _options.ConnectTimeout ?? ConnectionOptions.DefaultConnectTimeout;
        MySqlConnection connection = Create(mode, limit);
        Task opening = connection.OpenAsync(token);
        try
        {
            opening.WaitAsync(limit > TimeSpan.Zero ? limit : Timeout.InfiniteTimeSpan, token).GetAwaiter().GetResult();
            return connection;
        }
        catch (Exception e)
        {
            // What still runs ends by itself, for it has a limit as well.
            opening.ContinueWith(
                ended =>
                {
                    _ = ended.Exception;
                    connection.Dispose();
                },
                CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            token.ThrowIfCancellationRequested();
            throw e is TimeoutException && !opening.IsFaulted ? ServerErrors.ConnectTimeout(_options.Server, limit) : Explain(e, limit);
        }
        finally
        {
            _watch.IsOn = false;
        }
    }

    private MySqlConnection Create(MySqlSslMode mode, TimeSpan limit)
    {
        var settings = new MySqlConnectionStringBuilder
        {
            Server = _options.UsesSocket ? _options.Socket! : _options.Host ?? "localhost",
            Port = (uint)(_options.Port ?? ConnectionOptions.DefaultPort),
            ConnectionProtocol = _options.UsesSocket ? MySqlConnectionProtocol.UnixSocket : MySqlConnectionProtocol.Sockets,
            UserID = _options.User ?? Environment.UserName,
            Password = _options.Password ?? "",
            Database = _options.Database ?? "",
            SslMode = mode,
            AllowPublicKeyRetrieval = _options.GetServerPublicKey == true,
            ServerRsaPublicKeyFile = _options.ServerPublicKeyPath ?? (_options.GetServerPublicKey == true ? "" : NoKey),
            ConnectionTimeout = limit > TimeSpan.Zero ? (uint)Math.Ceiling(limit.TotalSeconds) + 1 : 0,
            DefaultCommandTimeout = 0, // AnswerGuard looks after it
            CancellationTimeout = -1,
            Pooling = false,
            UseCompression = false,
            AllowUserVariables = true,
            AllowZeroDateTime = true,
            TreatTinyAsBoolean = false,
            GuidFormat = MySqlGuidFormat.None,
            ServerRedirectionMode = MySqlServerRedirectionMode.Disabled,
            AutoEnlist = false,
            ApplicationName = "MySqlRecovery",
        };
        _watch.Begin();
        MySqlDataSourceBuilder source = new MySqlDataSourceBuilder(settings.ConnectionString).UseLoggerFactory(_watch);
        source.UseRemoteCertificateValidationCallback((_, certificate, chain, errors) => _certificates.Accept(certificate, chain, errors));
        if (_certificates.ClientCertificate is { } own)
        {
            source.UseClientCertificatesCallback(certificates =>
            {
                certificates.Add(own);
                return ValueTask.CompletedTask;
            });
        }

        return source.Build().CreateConnection();
    }

    private Exception Explain(Exception e, TimeSpan limit)
    {
        string server = _options.Server;
        if (_watch.Refusal is { } refusal)
            return refusal;
        if (_certificates.Refusal is { } untrusted)
        {
            return ServerErrors.Tls(
                server, untrusted, "Check SslCa and the host name; -SslMode Required connects without checking them.");
        }

        if (_watch.LacksTls)
        {
            return ServerErrors.Tls(
                server, "the server offers no TLS", "Set up TLS on the server, or use -SslMode Preferred or Disabled.");
        }

        if (_watch.TlsFailure is { } broken)
            return ServerErrors.TlsBroken(server, broken);
        if (_watch.UnknownPlugin is { } plugin)
            return ServerErrors.AuthenticationUnsupported(server, plugin);
        if (_watch.LacksKey || e is UnauthorizedAccessException)
            return LacksKey();
        if (_watch.HasBadKey || e is System.Security.Cryptography.CryptographicException)
            return ServerErrors.Authentication(server, "the server's RSA public key cannot be used for this password");
        bool isConnecting = e is MySqlException { ErrorCode: MySqlErrorCode.UnableToConnectToHost } || !_watch.IsConnected;
        if (isConnecting && e is MySqlException { SqlState: null or "" } own)
            return Unreachable(own, limit);
        return ServerErrors.FromConnector(server, e, hasGreeting: _watch.HasGreeting);
    }

    private Exception Unreachable(MySqlException e, TimeSpan limit)
    {
        string server = _options.Server;
        if (_watch.NetworkFailure is { } failure)
        {
            string what = _watch.IsNameUnknown ? "the host name cannot be resolved" : "no connection";
            return ServerErrors.Unreachable(server, $"{what}: {failure.Message}", e);
        }

        return e.InnerException switch
        {
            MySqlEndOfStreamException { ExpectedByteCount: > LongestPacket } => ServerErrors.Protocol(server, NoServer, e),
            IOException or SocketException => ServerErrors.Lost(server, inner: e),
            ArgumentException path when !_watch.IsConnected =>
                ServerErrors.Unreachable(server, $"this cannot be the address of a server: {path.Message}", e),
            ArgumentException => ServerErrors.Protocol(server, NoServer, e),
            _ when e.Message.Contains("Timeout", StringComparison.Ordinal) => ServerErrors.ConnectTimeout(server, limit),
            _ when _options.UsesSocket => ServerErrors.Unreachable(server, "no server listens on this socket", e),
            _ => ServerErrors.Unreachable(server, e.Message, e),
        };
    }

    private RecoveryException LacksKey()
    {
        if (_options.ServerPublicKeyPath is { } path)
            return ServerErrors.CertificateFile(path, "the server's public key cannot be read");
        return ServerErrors.Authentication(
            _options.Server, "the account's plugin needs TLS or the server's RSA public key to send the password safely",
            "Use -SslMode Required, or a connection string with ServerPublicKeyPath, "
            + "or GetServerPublicKey=true where the network is trusted.");
    }
}
