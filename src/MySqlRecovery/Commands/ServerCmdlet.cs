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

    private string? Resolve(string? path) => path == null ? null : this.ResolveDestination(path);
}
