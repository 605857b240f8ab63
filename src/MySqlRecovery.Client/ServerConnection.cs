using System.Data;
using System.Data.Common;
using System.Net.Sockets;
using System.Text;
using MySqlConnector;
using MySqlRecovery.Client.Protocol;
using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.Client;

/// <summary>
/// A connection to a MySQL, MariaDB or Percona server: MySqlConnector's, with the commands of replication beside it.
/// Synchronous, for one thread; every call takes a token whose cancellation closes the connection, because an answer that
/// is abandoned half-way cannot be picked up again.
/// </summary>
internal sealed class ServerConnection : IQueryClient, IDisposable
{
    // max_allowed_packet is at most 1 GiB on every server; an event and a row have a little around it.
    private const int MaxPayload = (1 << 30) + (16 << 20);

    private readonly MySqlConnection _connection;
    private readonly SessionStream _session;
    private readonly PacketStream _packets;
    private ReaderRows? _rows;

    private ServerConnection(ConnectionOptions options, MySqlConnection connection)
    {
        Options = options;
        VersionText = ServerFacts.StripPrefix(connection.ServerVersion);
        ConnectionId = (uint)connection.ServerThread;
        _connection = connection;
        _session = SessionStream.Of(connection, Server);
        _session.Guard.MaxPayload = MaxPayload;
        _session.Guard.Timeout = options.CommandTimeout ?? ConnectionOptions.DefaultCommandTimeout;
        _packets = new PacketStream(_session.Guard, _session.Socket, Server);
    }

    /// <summary>What the connection was opened with; to open another like it.</summary>
    public ConnectionOptions Options { get; }

    /// <inheritdoc/>
    public string Server => Options.Server;

    /// <summary>The version that the server greeted with, such as <c>10.11.18-MariaDB-log</c>.</summary>
    public string VersionText { get; }

    public ServerVersion Version => ServerVersion.Parse(VersionText);

    public bool IsMariaDb => Version.IsMariaDb;

    /// <summary>The server's number for this connection, as KILL takes it.</summary>
    public uint ConnectionId { get; }

    public bool IsTls => _session.IsTls;

    /// <summary>What the session goes over, for people.</summary>
    public string Transport => IsTls ? "over TLS" : Options.UsesSocket ? "over a Unix socket" : "over TCP without TLS";

    /// <summary>False once the connection was closed, lost or cancelled.</summary>
    public bool IsOpen => _packets.IsOpen && _connection.State == ConnectionState.Open;

    /// <summary>Connects and authenticates.</summary>
    /// <exception cref="RecoveryException">ServerUnreachable, ServerTimeout, ServerTlsFailed, ServerAuthenticationFailed,
    /// ServerPasswordExpired, ServerAccountLocked, ServerProtocolError ...</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ServerConnection Open(ConnectionOptions options, CancellationToken token)
    {
        SessionStream.Check();
        return new ServerConnection(options, Login.Run(options, token));
    }

    /// <inheritdoc/>
    public IQueryRows Query(string sql, CancellationToken token)
    {
        BeginCommand(token);
        var command = new MySqlCommand(Sendable(sql), _connection) { CommandTimeout = 0 };
        CancellationTokenRegistration cancel = token.UnsafeRegister(static s => ((ServerConnection)s!).Abort(), this);
        try
        {
            MySqlDataReader reader = command.ExecuteReader();
            token.ThrowIfCancellationRequested();
            return _rows = new ReaderRows(command, reader, cancel, e => Failed(e, token), Abort, token);
        }
        catch (Exception e)
        {
            cancel.Dispose();
            command.Dispose();
            throw Failed(e, token);
        }
    }

    /// <inheritdoc/>
    public long Change(string statements, CancellationToken token)
    {
        long changed = 0;
        Run(
            () =>
            {
                using var command = new MySqlCommand(Sendable(statements), _connection) { CommandTimeout = 0 };
                changed = command.ExecuteNonQuery();
            },
            token,
            hasOneAnswer: false);
        return changed;
    }

    /// <summary>Asks for a sign of life.</summary>
    public void Ping(CancellationToken token) => Run(
        () =>
        {
            if (!_connection.Ping())
                throw ServerErrors.Lost(Server);
        },
        token);

    /// <summary>Changes the default database.</summary>
    public void InitDb(string database, CancellationToken token) => Run(() => _connection.ChangeDatabase(database), token);

    /// <summary>Asks the server who it is.</summary>
    public ServerFacts GetFacts(CancellationToken token)
    {
        // SHOW, because a SELECT of a variable that the server does not have is an error, and MariaDB has no server_uuid.
        const string Sql = "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('server_id', 'server_uuid', 'version_comment')";
        Dictionary<string, string?> variables = this.QueryAll(Sql, token).ToDictionary(
            r => r[0]!, r => r[1], StringComparer.OrdinalIgnoreCase);
        return new ServerFacts(
            VersionText,
            ServerFacts.FlavorOf(Version, variables.GetValueOrDefault("version_comment")),
            uint.TryParse(variables.GetValueOrDefault("server_id"), out uint id) ? id : 0,
            Guid.TryParse(variables.GetValueOrDefault("server_uuid"), out Guid uuid) ? uuid : null);
    }

    /// <summary>Says goodbye if the connection is idle, and closes it.</summary>
    public void Dispose()
    {
        if (!IsOpen || _rows is { IsOver: false })
            Abort();
        _session.Guard.Timeout = TimeSpan.FromSeconds(1);
        try
        {
            _connection.Dispose();
        }
        catch (Exception e) when (e is DbException or InvalidOperationException or IOException or SocketException)
        {
            // It is gone already, which is what was wanted.
        }

        _packets.Dispose();
    }

    /// <summary>Closes the connection without a word, whatever it is doing.</summary>
    public void Abort() => _packets.Dispose();

    /// <summary>A command that is answered by OK or an error.</summary>
    internal void Command(ServerCommand command, ReadOnlySpan<byte> arguments, CancellationToken token)
    {
        ReadOnlySpan<byte> answer = BeginStream(command, arguments, token).Read(token).Span;
        if (!answer.IsEmpty && answer[0] == PacketMarker.Error)
            throw ServerErrors.FromServer(Server, answer);
        if (answer.IsEmpty || answer[0] != PacketMarker.Ok)
            throw _packets.Failed("the server answered a command with neither OK nor an error");
    }

    /// <summary>Begins a command whose answer is a stream of packets that belong to the caller, to the end of the connection.</summary>
    internal PacketStream BeginStream(ServerCommand command, ReadOnlySpan<byte> arguments, CancellationToken token)
    {
        BeginCommand(token);
        _packets.BeginCommand();
        _packets.Write(new PayloadWriter(arguments.Length + 1).Byte((byte)command).Bytes(arguments).Written, token);
        return _packets;
    }

    /// <summary>
    /// MySqlConnector forgets the empty packet that ends a command of just n times 2^24 - 1 bytes, be it without or with the
    /// two bytes for query attributes: a blank more and it has another length.
    /// </summary>
    private static string Sendable(string sql)
    {
        if (sql.Length < PacketMarker.MaxChunk / 4)
            return sql;
        int length = Encoding.UTF8.GetByteCount(sql) + 1;
        while (length % PacketMarker.MaxChunk == 0 || (length + 2) % PacketMarker.MaxChunk == 0)
            (sql, length) = (sql + " ", length + 1);
        return sql;
    }

    private void Run(Action command, CancellationToken token, bool hasOneAnswer = true)
    {
        BeginCommand(token, hasOneAnswer);
        using CancellationTokenRegistration cancel = token.UnsafeRegister(static s => ((ServerConnection)s!).Abort(), this);
        try
        {
            command();
            token.ThrowIfCancellationRequested();
        }
        catch (Exception e)
        {
            throw Failed(e, token);
        }
    }

    private void BeginCommand(CancellationToken token, bool hasOneAnswer = true)
    {
        token.ThrowIfCancellationRequested();
        if (!IsOpen)
            throw ServerErrors.Lost(Server, "the connection is closed");
        if (_rows is { IsOver: false })
            throw new InvalidOperationException("the rows of the last query have not been read or disposed of");
        _session.Guard.BeginAnswer(isCounted: hasOneAnswer);
    }

    /// <summary>What ended a command. Unless the server refused it in good form, the connection is of no use any more.</summary>
    private Exception Failed(Exception e, CancellationToken token)
    {
        bool isRefusal = e is MySqlException { SqlState.Length: > 0 } && _session.Guard.Failure == null && IsOpen;
        if (!isRefusal)
            Abort();
        if (token.IsCancellationRequested)
            return new OperationCanceledException(e.Message, e, token);
        return _session.Guard.Failure ?? ServerErrors.FromConnector(Server, e);
    }
}
