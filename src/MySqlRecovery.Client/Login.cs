using MySqlRecovery.Client.Authentication;
using MySqlRecovery.Client.Protocol;
using MySqlRecovery.Client.Transport;
using MySqlRecovery.IO;

namespace MySqlRecovery.Client;

/// <summary>The connection phase: greeting, TLS, authentication.</summary>
internal sealed class Login
{
    // The longest exchange there is (switch, full authentication, key, password) takes five; a server that goes on is broken.
    private const int MaxSteps = 8;

    private readonly PacketStream _packets;
    private readonly ConnectionOptions _options;

    public Login(PacketStream packets, ConnectionOptions options)
    {
        _packets = packets;
        _options = options;
    }

    public (InitialHandshake Handshake, Capabilities Capabilities) Run(CancellationToken token)
    {
        try
        {
            InitialHandshake handshake = ReadGreeting(token);
            bool tls = WantsTls(handshake.Capabilities);
            Capabilities capabilities = HandshakeResponse.Negotiate(handshake.Capabilities, _options.Database != null, tls);
            if (tls)
            {
                using var upgrade = new TlsUpgrade(_options);
                _packets.Write(HandshakeResponse.SslRequest(capabilities).Written, token);
                _packets.Upgrade(upgrade.Upgrade, token);
            }

            Authenticate(handshake, capabilities, tls, token);
            return (handshake, capabilities);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw _packets.Failed(e.Message, e);
        }
    }

    private InitialHandshake ReadGreeting(CancellationToken token)
    {
        ReadOnlySpan<byte> greeting = _packets.Read(token).Span;
        if (!greeting.IsEmpty && greeting[0] == PacketMarker.Error)
            throw ServerErrors.FromServer(_options.Server, greeting);
        return InitialHandshake.Parse(greeting);
    }

    private bool WantsTls(Capabilities server)
    {
        SslMode mode = _options.EffectiveSslMode;
        if (mode == SslMode.Disabled || (mode == SslMode.Preferred && _options.UsesSocket))
            return false;
        bool offered = server.HasFlag(Capabilities.Ssl);
        return offered || mode == SslMode.Preferred
            ? offered
            : throw ServerErrors.Tls(_options.Server, "the server offers no TLS", "Set up TLS on the server, or use -SslMode Preferred or Disabled.");
    }

    private void Authenticate(InitialHandshake handshake, Capabilities capabilities, bool tls, CancellationToken token)
    {
        var context = new AuthenticationContext(_options, tls, _options.UsesSocket);

        // An unknown suggestion is not the last word: the account may have another plugin, to which the server switches.
        string name = AuthenticationPlugins.Create(handshake.AuthPluginName) == null ? AuthenticationPlugins.NativePassword : handshake.AuthPluginName;
        IAuthenticationPlugin plugin = AuthenticationPlugins.Create(name)!;
        string user = _options.User ?? Environment.UserName;
        byte[] response = plugin.Start(context, handshake.AuthPluginData);
        if (response.Length > 250 && !capabilities.HasFlag(Capabilities.PluginAuthLenencClientData))
            throw new InvalidDataException("the server cannot take an authentication answer of that length");
        _packets.Write(HandshakeResponse.Create(capabilities, user, response, _options.Database, name).Written, token);

        bool switched = false;
        for (int step = 0; step < MaxSteps; step++)
        {
            ReadOnlySpan<byte> answer = _packets.Read(token).Span;
            switch (answer.IsEmpty ? -1 : answer[0])
            {
                case PacketMarker.Ok:
                    return;
                case PacketMarker.Error:
                    throw ServerErrors.FromServer(_options.Server, answer);
                case PacketMarker.Eof when !switched:
                    switched = true;
                    plugin = Switch(answer[1..], context, token);
                    break;
                case PacketMarker.AuthMoreData:
                    if (plugin.Continue(context, answer[1..]) is { } more)
                        _packets.Write(more, token);
                    break;
                default:
                    throw new InvalidDataException("the server's answer to the credentials makes no sense");
            }
        }

        throw new InvalidDataException($"the authentication did not end after {MaxSteps} steps");
    }

    private IAuthenticationPlugin Switch(ReadOnlySpan<byte> request, AuthenticationContext context, CancellationToken token)
    {
        // Without a name it is the request to switch to the passwords of MySQL 4.0.
        if (request.IsEmpty)
            throw ServerErrors.AuthenticationUnsupported(_options.Server, "mysql_old_password");
        var cursor = new IO.ByteCursor(request);
        string name = cursor.ReadNullTerminated();
        ReadOnlySpan<byte> challenge = cursor.Rest;

        // Most plugins send the zero behind the challenge as well, MariaDB's ed25519 does not.
        if (challenge.Length is 21 or 33 && challenge[^1] == 0)
            challenge = challenge[..^1];
        IAuthenticationPlugin plugin = AuthenticationPlugins.Create(name) ?? throw ServerErrors.AuthenticationUnsupported(_options.Server, name);
        _packets.Write(plugin.Start(context, challenge), token);
        return plugin;
    }
}
