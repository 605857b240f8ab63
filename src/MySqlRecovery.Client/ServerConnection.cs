using MySqlRecovery.Client.Protocol;
using MySqlRecovery.Client.Transport;
using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.Client;

/// <summary>
/// A connection to a MySQL, MariaDB or Percona server. Synchronous, for one thread; every call takes a token whose
/// cancellation closes the connection, because an answer that is abandoned half-way cannot be picked up again.
/// </summary>
internal sealed class ServerConnection : IQueryClient, IDisposable
{
    // max_allowed_packet is at most 1 GiB on every server; an event and a row have a little around it.
    private const int MaxPayload = (1 << 30) + (16 << 20);

    private readonly PacketStream _packets;
    private readonly bool _deprecateEof;
    private TextResultSet? _result;

    private ServerConnection(ConnectionOptions options, PacketStream packets, InitialHandshake handshake, Capabilities capabilities)
    {
        _packets = packets;
        _deprecateEof = capabilities.HasFlag(Capabilities.DeprecateEof);
        Options = options;
        VersionText = ServerFacts.StripPrefix(handshake.ServerVersion);
        ConnectionId = handshake.ConnectionId;
        IsTls = capabilities.HasFlag(Capabilities.Ssl);
    }

    /// <summary>What the connection was opened with; to open another like it.</summary>
    public ConnectionOptions Options { get; }

    /// <inheritdoc/>
    public string Server => Options.Server;

    /// <summary>The version that the server greeted with, such as <c>10.11.18-MariaDB-log</c>.</summary>
    public string VersionText { get; }

    public Version Version => ServerFacts.ParseVersion(VersionText);

    public bool IsMariaDb => ServerFacts.FlavorOf(VersionText, null) == ServerFlavor.MariaDb;

    /// <summary>The server's number for this connection, as KILL takes it.</summary>
    public uint ConnectionId { get; }

    public bool IsTls { get; }

    /// <summary>False once the connection was closed, lost or cancelled.</summary>
    public bool IsOpen => _packets.IsOpen;

    /// <summary>Connects and authenticates.</summary>
    /// <exception cref="RecoveryException">ServerUnreachable, ServerTimeout, ServerTlsFailed, ServerAuthenticationFailed,
    /// ServerPasswordExpired, ServerAccountLocked, ServerProtocolError ...</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ServerConnection Open(ConnectionOptions options, CancellationToken token)
    {
        TimeSpan limit = options.ConnectTimeout ?? ConnectionOptions.DefaultConnectTimeout;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(token);
        if (limit > TimeSpan.Zero)
            deadline.CancelAfter(limit);
        PacketStream? packets = null;
        try
        {
            packets = new PacketStream(ServerSocket.Connect(options, deadline.Token), options.Server);
            (InitialHandshake handshake, Capabilities capabilities) = new Login(packets, options).Run(deadline.Token);
            packets.MaxPayload = MaxPayload;
            packets.Timeout = options.CommandTimeout ?? ConnectionOptions.DefaultCommandTimeout;
            return new ServerConnection(options, packets, handshake, capabilities);
        }
        catch (Exception e) when (deadline.IsCancellationRequested && e is (OperationCanceledException or RecoveryException { ErrorId: "ServerTlsFailed" }))
        {
            // A TLS handshake that is cut off by the deadline fails like any other.
            packets?.Dispose();
            token.ThrowIfCancellationRequested();
            throw ServerErrors.ConnectTimeout(options.Server, limit);
        }
        catch
        {
            packets?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IQueryRows Query(string sql, CancellationToken token) => QueryWithTypes(sql, token);

    /// <summary>As <see cref="Query"/>, with the columns' types.</summary>
    public TextResultSet QueryWithTypes(string sql, CancellationToken token)
    {
        Send(ServerCommand.Query, new PayloadWriter(sql.Length + 16).Text(sql).Written, token);
        return _result = TextResultSet.Begin(_packets, Server, _deprecateEof, token);
    }

    /// <summary>Asks for a sign of life.</summary>
    public void Ping(CancellationToken token) => Command(ServerCommand.Ping, default, token);

    /// <summary>Changes the default database.</summary>
    public void InitDb(string database, CancellationToken token) =>
        Command(ServerCommand.InitDb, new PayloadWriter().Text(database).Written, token);

    /// <summary>Asks the server who it is.</summary>
    public ServerFacts GetFacts(CancellationToken token)
    {
        // SHOW, because a SELECT of a variable that the server does not have is an error, and MariaDB has no server_uuid.
        const string Sql = "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('server_id', 'server_uuid', 'version_comment')";
        Dictionary<string, string?> variables = this.QueryAll(Sql, token).ToDictionary(r => r[0]!, r => r[1], StringComparer.OrdinalIgnoreCase);
        return new ServerFacts(
            VersionText,
            Version,
            ServerFacts.FlavorOf(VersionText, variables.GetValueOrDefault("version_comment")),
            uint.TryParse(variables.GetValueOrDefault("server_id"), out uint id) ? id : 0,
            Guid.TryParse(variables.GetValueOrDefault("server_uuid"), out Guid uuid) ? uuid : null);
    }

    /// <summary>Says goodbye if the connection is idle, and closes it.</summary>
    public void Dispose()
    {
        if (!IsOpen)
            return;
        if (_result is null or { AtEnd: true })
        {
            try
            {
                _packets.Timeout = TimeSpan.FromSeconds(1);
                Send(ServerCommand.Quit, default, default);
            }
            catch (RecoveryException)
            {
                // It is gone already, which is what was wanted.
            }
        }

        _packets.Dispose();
    }

    /// <summary>Closes the connection without a word, whatever it is doing.</summary>
    public void Abort() => _packets.Dispose();

    /// <summary>A command that is answered by OK or an error.</summary>
    internal void Command(ServerCommand command, ReadOnlySpan<byte> arguments, CancellationToken token)
    {
        Send(command, arguments, token);
        ReadOnlySpan<byte> answer = _packets.Read(token).Span;
        if (!answer.IsEmpty && answer[0] == PacketMarker.Error)
            throw ServerErrors.FromServer(Server, answer);
        if (answer.IsEmpty || answer[0] != PacketMarker.Ok)
            throw _packets.Failed("the server answered a command with neither OK nor an error");
    }

    /// <summary>Begins a command whose answer is a stream of packets that belong to the caller, to the end of the connection.</summary>
    internal PacketStream BeginStream(ServerCommand command, ReadOnlySpan<byte> arguments, CancellationToken token)
    {
        Send(command, arguments, token);
        return _packets;
    }

    private void Send(ServerCommand command, ReadOnlySpan<byte> arguments, CancellationToken token)
    {
        if (_result is { AtEnd: false } && IsOpen)
            throw new InvalidOperationException("the rows of the last query have not been read or disposed of");
        if (!IsOpen)
            throw ServerErrors.Lost(Server, "the connection is closed");
        _packets.BeginCommand();
        _packets.Write(new PayloadWriter(arguments.Length + 1).Byte((byte)command).Bytes(arguments).Written, token);
    }
}
