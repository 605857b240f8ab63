using System.Data.Common;
using System.Management.Automation;
using MySqlRecovery.Client;
using MySqlRecovery.Input;
using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.Commands;

/// <summary>What the cmdlets share that can ask a server: how to connect.</summary>
public abstract class ServerCmdlet : RecoveryCmdlet
{
    private protected const string ServerSet = "Server";

    /// <summary>Port of servers whose address names none; 3306 by default.</summary>
    [Parameter(ParameterSetName = ServerSet), ValidateRange(1, 65535)]
    public virtual int Port { get; set; }

    /// <summary>User and password.</summary>
    [Parameter(ParameterSetName = ServerSet), Credential]
    public virtual PSCredential? Credential { get; set; }

    /// <summary>How far connections must be protected by TLS.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    public virtual SslMode? SslMode { get; set; }

    /// <summary>PEM file with the certificate authorities to trust.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    public virtual string? SslCa { get; set; }

    /// <summary>PEM file with the client's certificate.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    public virtual string? SslCert { get; set; }

    /// <summary>PEM file with the key of -SslCert.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    public virtual string? SslKey { get; set; }

    /// <summary>Option file (my.cnf) whose client sections say what is not said here.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    public virtual string? DefaultsFile { get; set; }

    /// <summary>The server whose answers are taken, for messages; null where none is asked.</summary>
    private protected virtual string? AskedServer => ParameterSetName == ServerSet ? "the server" : null;

    /// <summary>Whether it is said how to connect, without which a server that nobody named is not asked.</summary>
    private protected bool SaysHowToConnect => (Credential ?? (object?)SslMode ?? SslCa ?? SslCert ?? DefaultsFile) != null || Port != 0;

    /// <inheritdoc/>
    private protected override RecoveryException? Explain(Exception e) =>
        AskedServer is { } server && UnreadableAnswer.Is(e) ? UnreadableAnswer.Make(e, server) : null;

    /// <summary>How to connect to a server that the user named.</summary>
    /// <exception cref="RecoveryException">ConnectionOptionInvalid, DefaultsFileInvalid.</exception>
    private protected ConnectionOptions OptionsFor(string server) => ServerChoice.OptionsFor(
        server, Credential, Port, SslMode, Resolve(SslCa), Resolve(SslCert), Resolve(SslKey), Resolve(DefaultsFile));

    /// <summary>The name of a server in results, <c>host:port</c> or the path of its socket.</summary>
    /// <exception cref="RecoveryException">ConnectionOptionInvalid, DefaultsFileInvalid.</exception>
    private protected string NameOf(string server) => OptionsFor(server).Server;

    /// <summary>Who is asked for definitions of tables; null where the user named nobody.</summary>
    /// <param name="server">The server as the user named it, or null.</param>
    /// <param name="connection">An open connection, or null.</param>
    /// <exception cref="RecoveryException">InvalidParameters: both are named; ConnectionNotOpen, ConnectionOptionInvalid ...</exception>
    private protected DefinitionServer? FindDefinitions(string? server, DbConnection? connection)
    {
        bool isNamed = server != null || SaysHowToConnect;
        if (connection != null)
        {
            return !isNamed ? new DefinitionServer(new DbConnectionQueryClient(connection), StopToken) : throw new RecoveryException(
                "InvalidParameters", RecoveryErrorKind.InvalidArgument, "-Connection is a server, and another one is named besides",
                recommendedAction: "Give -Connection, or say with -Server how to connect.");
        }

        if (!isNamed)
            return null;
        ConnectionOptions options = OptionsFor(server ?? string.Empty);
        return new DefinitionServer(() => ServerConnection.Open(options, StopToken), StopToken);
    }

    private string? Resolve(string? path) => path == null ? null : this.ResolveDestination(path);
}
