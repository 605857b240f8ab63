using System.Globalization;
using System.Management.Automation;
using MySqlRecovery.Client;
using MySqlRecovery.Input;
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
    private InterruptKey? _key;
    private WriteThrottle? _throttle;

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

    /// <summary>
    /// Waits before each batch while a replica is further behind than a TimeSpan says, or while more sessions than a number
    /// says are running a statement. Both may be given.
    /// </summary>
    [Parameter, ValidateNotNullOrEmpty, ThrottleTransformation]
    public object[] Throttle { get; set; } = [];

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!HasInput)
            return;
        using RestoreRun run = Try(OpenRun);
        EndReading();
        string act = run.IsRepair ? "repair" : run.Form.Reverse ? "undo the changes of" : "do the changes of";
        string what = string.Create(
            CultureInfo.InvariantCulture, $"{act} {run.Numbers().LongCount()} rows in "
                + $"{string.Join(", ", run.TableNames)}");
        if (ShouldProcess(run.Client.Server, what))
            Restore(run);
        WarnIfIncomplete(run.Reasons);
    }

    /// <inheritdoc/>
    // The batch at hand is finished; nothing is begun any more.
    protected override void StopProcessing() => _isStopping = true;

    private void Restore(RestoreRun run)
    {
        TimeSpan? lag = Throttle.OfType<TimeSpan>().Select(t => (TimeSpan?)t).LastOrDefault();
        int? threads = Throttle.OfType<int>().Select(n => (int?)n).LastOrDefault();
        using InterruptKey? key = _key = InterruptKey.Take(Host.Name);
        using WriteThrottle? throttle = _throttle = lag == null && threads == null ? null
            : Try(() => new WriteThrottle(run.Client, lag, threads, OpenReplica, StopToken));
        var options = new RestoreOptions
        {
            BatchSize = BatchSize,
            OnConflict = OnConflict,
            AllowTrigger = AllowTrigger,
            AsRowEvent = As == RestoreForm.RowEvent,
            MayGoOn = MayGoOn
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
        if (run.Warning is { } warning)
            WriteWarning(warning);
        WarnIfUnfollowed(run);
        if (_isStopping)
        {
            // Nobody takes objects any more.
            foreach (RestoreResult result in tally.Results(wasStopped: true))
                Host.UI.WriteLine(result.ToString());
            return;
        }

        RestoreResult[] results = [.. tally.Results(failure != null || restore.WasStopped)];
        if (!PassThru)
            WriteObject(results, enumerateCollection: true);
        else if (restore.WasStopped)
            WriteWarning("Stopped before all rows were come to: run it again.");
        if (failure != null)
            ThrowTerminatingError(ToErrorRecord(failure.ErrorId == "ServerPrivilegeMissing" ? WithGrant(failure, run) : failure));
        if (RequireComplete && Array.Find(results, r => !r.IsComplete) is { } left)
            ThrowTerminatingError(ToErrorRecord(Incomplete(left.Reason.FirstOrDefault() ?? left.ToString())));
    }

    private bool MayGoOn()
    {
        _throttle?.Wait(() => !IsToStop(), ShowWaiting);
        return !IsToStop();
    }

    private bool IsToStop() => _isStopping || _key?.WasPressed() == true;

    // With the account of the server that is written to.
    private ServerConnection OpenReplica(string address)
    {
        ConnectionOptions options = ServerAddress.Parse(address);
        options.FillFrom(OptionsFor(TargetServer));
        return ServerConnection.Open(options, StopToken);
    }

    private static RecoveryException WithGrant(RecoveryException failure, RestoreRun run) => new(
        failure.ErrorId, failure.Kind, failure.Detail, failure.Path,
        recommendedAction: string.Join(
            " ", run.TableNames.Select(t => $"GRANT SELECT, INSERT, UPDATE, DELETE, TRIGGER ON {t} TO the account;")), inner: failure);

    private bool Next(IEnumerator<RestoreRow> rows, ref RecoveryException? failure)
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
        catch (Exception e) when (Explain(e) != null)
        {
            failure = Explain(e);
            return false;
        }
    }
}
