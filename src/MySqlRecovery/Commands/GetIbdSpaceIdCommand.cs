using System.Management.Automation;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Input;
using MySqlRecovery.Model;

namespace MySqlRecovery.Commands;

/// <summary>Reads what .ibd files say about themselves: tablespace id, format, health, indexes and table.</summary>
[Cmdlet(VerbsCommon.Get, "IbdSpaceId", DefaultParameterSetName = PathSet)]
[OutputType(typeof(IbdTablespace), typeof(IbdPageProblem))]
public sealed class GetIbdSpaceIdCommand : RecoveryCmdlet
{
    private const string PathSet = "Path";
    private const string LiteralSet = "LiteralPath";
    private readonly Dictionary<uint, string> _firstWithId = [];

    /// <summary>The .ibd files; wildcards are allowed.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The .ibd files, taken literally.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP", "FullName")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Reads every page and checks it; without it the first 64 are read.</summary>
    [Parameter]
    public SwitchParameter Verify { get; set; }

    /// <summary>Gives the damaged pages (at most 100 a file) instead of the file.</summary>
    [Parameter]
    public SwitchParameter DamagedPage { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        bool literal = ParameterSetName == LiteralSet;
        foreach (string file in this.ResolveFiles(literal ? LiteralPath : Path, literal, e => WriteError(ToErrorRecord(e))))
        {
            IbdTablespace? tablespace = null;
            IReadOnlyList<IbdPageProblem> problems = [];
            RecoveryException? error = null;
            try
            {
                (tablespace, problems, error) = Watch(
                    onPage => TablespaceScanner.Scan(file, Verify || DamagedPage, StopToken, onPage), "reading", file,
                    Verify || DamagedPage ? new FileInfo(file).Length : 0);
            }
            catch (RecoveryException e)
            {
                error = e;
            }
            catch (OperationCanceledException)
            {
                return;
            }

            if (error != null)
                WriteError(ToErrorRecord(error, file));
            if (tablespace != null)
                Report(tablespace, problems);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Progress.Complete();

    private void Report(IbdTablespace tablespace, IReadOnlyList<IbdPageProblem> problems)
    {
        if (!_firstWithId.TryAdd(tablespace.SpaceId, tablespace.Path))
        {
            tablespace.DuplicateOf = _firstWithId[tablespace.SpaceId];
            WriteWarning($"{tablespace.Path} and {tablespace.DuplicateOf} have the same tablespace id {tablespace.SpaceId}");
        }

        if (DamagedPage)
            WriteObject(problems, enumerateCollection: true);
        else
            WriteObject(tablespace);
    }
}
