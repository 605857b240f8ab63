using System.Management.Automation;
using MySqlRecovery.Model;
using MySqlRecovery.Restore;

namespace MySqlRecovery.Commands;

/// <summary>Says of every changed row what undoing its changes would do on a server, and writes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "RowChange", DefaultParameterSetName = ServerSet)]
[OutputType(typeof(RowVerdict))]
public sealed class TestRowChangeCommand : RowRestoreCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!HasInput)
            return;
        using RestoreRun run = Try(OpenRun);
        EndReading();
        using IEnumerator<RowVerdict> verdicts = run.Test(BatchSize).GetEnumerator();
        for (long count = 1; Try(verdicts.MoveNext); count++)
        {
            WriteObject(verdicts.Current);
            ShowRows(count, run.Changes.Count);
        }

        EndReading();
        WarnIfUnfollowed(run);
        WarnIfIncomplete(run.Reasons);
    }
}
