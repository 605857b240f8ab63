using System.Globalization;
using System.Management.Automation;
using MySqlRecovery.Model;
using MySqlRecovery.Restore;

namespace MySqlRecovery.Commands;

/// <summary>Undoes the changes of rows on a server, or does them again, each row by its verdict.</summary>
[Cmdlet(
    VerbsData.Restore, "RowChange", DefaultParameterSetName = ServerSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(RestoreResult), typeof(RowVerdict))]
public sealed class RestoreRowChangeCommand : RowRestoreCmdlet
{
    private volatile bool _isStopping;

    /// <summary>What to do about rows that are not as the changes left them: Leave (default), Overwrite or Stop.</summary>
    [Parameter]
    public ConflictAction OnConflict { get; set; }

    /// <summary>
    /// How rows are written: as SQL (default) but for those whose triggers must not fire and those that SQL cannot write, or
    /// all as row events, which takes BINLOG_ADMIN or REPLICATION_APPLIER.
    /// </summary>
    [Parameter]
    public RestoreForm As { get; set; }

    /// <summary>Has the triggers of tables fire, which then do their work a second time.</summary>
    [Parameter]
    public SwitchParameter AllowTrigger { get; set; }

    /// <summary>Gives the verdict of each row instead of the sums by table.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!HasInput)
            return;
        using RestoreRun run = Try(OpenRun);
        EndReading();
        string what = string.Create(
            CultureInfo.InvariantCulture, $"{(run.Form.Reverse ? "undo" : "do")} the changes of {run.Numbers().LongCount()} rows in "
                + $"{string.Join(", ", run.TableNames)}");
        if (ShouldProcess(run.Client.Server, what))
            Restore(run);
        WarnIfIncomplete(run.Changes.Index.Reasons);
    }

    /// <inheritdoc/>
    // The batch at hand is finished; nothing is begun any more.
    protected override void StopProcessing() => _isStopping = true;

    private void Restore(RestoreRun run)
    {
        var options = new RestoreOptions
        {
            BatchSize = BatchSize,
            OnConflict = OnConflict,
            AllowTrigger = AllowTrigger,
            AsRowEvent = As == RestoreForm.RowEvent,
            MayGoOn = () => !_isStopping
        };
        var restore = new RowRestore(run, options);
        var tally = new RestoreTally(run);
        RecoveryException? failure = null;
        using (IEnumerator<RestoreRow> rows = restore.Restore().GetEnumerator())
        {
            while (Next(rows, ref failure))
            {
                tally.Add(rows.Current);
                if (PassThru)
                    WriteObject(run.ToVerdict(rows.Current));
                ShowRows(tally.Count, restore.Total);
            }
        }

        EndReading();
        if (_isStopping)
        {
            // Nobody takes objects any more.
            foreach (RestoreResult result in tally.Results(wasStopped: true))
                Host.UI.WriteLine(result.ToString());
            return;
        }

        if (!PassThru)
            WriteObject(tally.Results(failure != null), enumerateCollection: true);
        if (failure != null)
            ThrowTerminatingError(ToErrorRecord(failure.ErrorId == "ServerPrivilegeMissing" ? WithGrant(failure, run) : failure));
    }

    private static RecoveryException WithGrant(RecoveryException failure, RestoreRun run) => new(
        failure.ErrorId, failure.Kind, failure.Detail, failure.Path,
        recommendedAction: string.Join(
            " ", run.TableNames.Select(t => $"GRANT SELECT, INSERT, UPDATE, DELETE, TRIGGER ON {t} TO the account;")), inner: failure);

    private static bool Next(IEnumerator<RestoreRow> rows, ref RecoveryException? failure)
    {
        try
        {
            return rows.MoveNext();
        }
        catch (RecoveryException e)
        {
            failure = e;
            return false;
        }
    }
}
