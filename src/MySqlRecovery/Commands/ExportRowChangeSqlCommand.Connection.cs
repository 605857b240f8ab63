using System.Management.Automation;
using MySqlRecovery.Client;

namespace MySqlRecovery.Commands;

/// <content>How to connect to the server whose logs objects of the pipeline stand for.</content>
public sealed partial class ExportRowChangeSqlCommand
{
    /// <inheritdoc/>
    [Parameter(ParameterSetName = ServerSet), Parameter(ParameterSetName = "InputObject"), ValidateRange(1, 65535)]
    public override int Port { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ServerSet), Parameter(ParameterSetName = "InputObject"), Credential]
    public override PSCredential? Credential { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ServerSet), Parameter(ParameterSetName = "InputObject")]
    public override SslMode? SslMode { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ServerSet), Parameter(ParameterSetName = "InputObject")]
    public override string? SslCa { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ServerSet), Parameter(ParameterSetName = "InputObject")]
    public override string? SslCert { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ServerSet), Parameter(ParameterSetName = "InputObject")]
    public override string? SslKey { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ServerSet), Parameter(ParameterSetName = "InputObject")]
    public override string? DefaultsFile { get; set; }
}
