using System.Management.Automation;
using MySqlRecovery.Catalog;
using MySqlRecovery.Input;
using MySqlRecovery.Model;

namespace MySqlRecovery.Commands;

/// <summary>Reads logs once and keeps what is in each stretch of them, so that later readings pass over what cannot match.</summary>
[Cmdlet(VerbsData.Update, "BinlogCatalog", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(BinlogCatalog))]
public sealed class UpdateBinlogCatalogCommand : RecoveryCmdlet
{
    private const string PathSet = "Path";
    private const string LiteralSet = "LiteralPath";

    /// <summary>Log files; wildcards.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Log files, names taken as they are.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP", "FullName")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The folder for the catalogs, which is made if need be; without it, they are beside the logs.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CatalogPath { get; set; }

    /// <summary>Makes catalogs anew that fit their log already.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string? folder = CatalogPath == null ? null : this.ResolveDestination(CatalogPath);
        bool isLiteral = ParameterSetName == LiteralSet;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(StopToken);
        // A log on each processor, in order.
        var ahead = new Queue<Task<BinlogCatalog>>();
        try
        {
            foreach (string log in this.ResolveLogs(isLiteral ? LiteralPath : Path, isLiteral, ReportError))
            {
                if (!ShouldProcess(Visible(log), "Make a catalog"))
                    continue;
                ahead.Enqueue(Task.Run(() => CatalogUpdate.Run(log, folder, Force, stop.Token), CancellationToken.None));
                if (ahead.Count >= Environment.ProcessorCount)
                    Take(ahead.Dequeue());
            }

            while (ahead.TryDequeue(out Task<BinlogCatalog>? made))
                Take(made);
        }
        finally
        {
            stop.Cancel();
            foreach (Task made in ahead)
                ((IAsyncResult)made).AsyncWaitHandle.WaitOne();
        }
    }

    private void Take(Task<BinlogCatalog> made)
    {
        BinlogCatalog? catalog = null;
        RecoveryException? error = null;
        try
        {
            catalog = made.GetAwaiter().GetResult();
        }
        catch (RecoveryException e)
        {
            error = e;
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }

        if (error != null)
            ReportError(error);
        else
            WriteObject(catalog);
    }
}
