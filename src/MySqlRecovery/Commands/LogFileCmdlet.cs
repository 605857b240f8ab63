using System.Management.Automation;
using MySqlRecovery.Input;
using MySqlRecovery.Model;

namespace MySqlRecovery.Commands;

/// <summary>What the cmdlets share that take log files as their first argument.</summary>
public abstract class LogFileCmdlet : BinlogCmdlet
{
    private protected const string PathSet = "Path";
    private protected const string LiteralSet = "LiteralPath";
    private protected const string InputSet = "InputObject";

    /// <summary>Log files; wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    public virtual string[] Path { get; set; } = [];

    /// <summary>Log files, names taken as they are.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP", "FullName")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The files that the parameters mean now; what cannot be resolved goes to <paramref name="onError"/>.</summary>
    private protected IEnumerable<string> ResolveFiles(Action<RecoveryException> onError) => ParameterSetName switch
    {
        PathSet => this.ResolveLogs(Path, literal: false, onError),
        LiteralSet => this.ResolveLogs(LiteralPath, literal: true, onError),
        _ => [],
    };
}
