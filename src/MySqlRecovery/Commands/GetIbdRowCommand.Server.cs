using System.Management.Automation;
using MySqlRecovery.Client;

namespace MySqlRecovery.Commands;

/// <content>How to connect to a server that has the tables.</content>
public sealed partial class GetIbdRowCommand
{
    /// <summary>
    /// A server that has the tables, for files that do not describe themselves: <c>host</c>, <c>host:port</c>, the path of a Unix socket
    /// or a connection string.
    /// </summary>
    [Parameter]
    [Alias("HostName", "ComputerName")]
    [ValidateNotNull]
    public string? Server { get; set; }

    /// <inheritdoc/>
    [Parameter, ValidateRange(1, 65535)]
    public override int Port { get; set; }

    /// <inheritdoc/>
    [Parameter, Credential]
    public override PSCredential? Credential { get; set; }

    /// <inheritdoc/>
    [Parameter]
    public override SslMode? SslMode { get; set; }

    /// <inheritdoc/>
    [Parameter]
    public override string? SslCa { get; set; }

    /// <inheritdoc/>
    [Parameter]
    public override string? SslCert { get; set; }

    /// <inheritdoc/>
    [Parameter]
    public override string? SslKey { get; set; }

    /// <inheritdoc/>
    [Parameter]
    public override string? DefaultsFile { get; set; }

    private protected override string? AskedServer => Connection?.DataSource ?? (Server != null || SaysHowToConnect ? "the server" : null);
}
