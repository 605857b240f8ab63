using System.Management.Automation;
using MySqlRecovery.Client;

namespace MySqlRecovery.Commands;

/// <summary>
/// What the cmdlets share that take log files or objects of the pipeline, which may stand for changes in a server's logs: they are
/// read from there, so that it can be said how to connect.
/// </summary>
public abstract class PipedLogCmdlet : LogFileCmdlet
{
    /// <inheritdoc/>
    [Parameter(ParameterSetName = ServerSet), Parameter(ParameterSetName = InputSet), ValidateRange(1, 65535)]
    public override int Port { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ServerSet), Parameter(ParameterSetName = InputSet), Credential]
    public override PSCredential? Credential { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ServerSet), Parameter(ParameterSetName = InputSet)]
    public override SslMode? SslMode { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ServerSet), Parameter(ParameterSetName = InputSet)]
    public override string? SslCa { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ServerSet), Parameter(ParameterSetName = InputSet)]
    public override string? SslCert { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ServerSet), Parameter(ParameterSetName = InputSet)]
    public override string? SslKey { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ServerSet), Parameter(ParameterSetName = InputSet)]
    public override string? DefaultsFile { get; set; }
}
