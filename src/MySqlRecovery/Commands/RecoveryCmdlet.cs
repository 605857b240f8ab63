using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Commands;

/// <summary>What every cmdlet of the module shares: cancellation by Ctrl+C, and errors with a stable id.</summary>
public abstract class RecoveryCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private ProgressMeter? _progress;

    /// <summary>How far the work is, for the user.</summary>
    private protected ProgressMeter Progress => _progress ??= new ProgressMeter(this);

    /// <summary>Cancelled when the pipeline is stopped; handed to every loop of the engine.</summary>
    protected CancellationToken StopToken => _stopping.Token;

    /// <inheritdoc/>
    protected override void StopProcessing() => _stopping.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the cmdlet holds; EndProcessing is not called after a stop or an error, this is.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            _stopping.Dispose();
    }

    /// <summary>Does work on another thread, which is told how much is done, and shows meanwhile how far it is.</summary>
    /// <param name="work">The work; what it is given takes what is done since it was last called, on whatever thread.</param>
    /// <param name="name">What is done.</param>
    /// <param name="status">Of which file.</param>
    /// <param name="total">How much there is to do.</param>
    private protected T Watch<T>(Func<Action<int>, T> work, string name, string status, long total)
    {
        long done = 0;
        Task<T> task = Task.Run(() => work(more => Interlocked.Add(ref done, more)));
        while (!((IAsyncResult)task).AsyncWaitHandle.WaitOne(ProgressMeter.Interval))
            Progress.Show(name, status, Interlocked.Read(ref done), total);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Shows how far work on several files at once is, whose bytes are counted wherever they are read or written.</summary>
    /// <param name="name">What is done.</param>
    /// <param name="total">Bytes in all.</param>
    private protected FilesMeter Meter(string name, long total) => new(Progress, name, total);

    /// <summary>Text for a terminal, its control characters to be seen.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    internal static string? Visible(string? text) => VisibleText.Of(text);

    /// <summary>Writes a warning whose control characters can be seen.</summary>
    private protected new void WriteWarning(string text) => base.WriteWarning(Visible(text));

    /// <summary>Writes the engine's exception as a non-terminating error.</summary>
    protected void ReportError(RecoveryException exception) => WriteError(ToErrorRecord(exception));

    /// <summary>Does a step without which nothing can go on: its failure ends the pipeline. No Write* call may be in it.</summary>
    private protected T Try<T>(Func<T> step)
    {
        RecoveryException error;
        try
        {
            return step();
        }
        catch (RecoveryException e)
        {
            error = e;
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception e) when (Explain(e) != null)
        {
            error = Explain(e)!;
        }

        ThrowTerminatingError(ToErrorRecord(error));
        throw error;
    }

    /// <summary>The engine's exception for one of .NET's that the input brought about; null for others.</summary>
    private protected virtual RecoveryException? Explain(Exception e) => null;

    /// <summary>The same for a step without result.</summary>
    private protected void Try(Action step) => Try(() =>
    {
        step();
        return true;
    });

    /// <summary>
    /// Does a step for each of some things: where there is one, its failure ends the pipeline; else it is reported, and it is the next
    /// one's turn.
    /// </summary>
    private protected void ForEach<T>(IReadOnlyCollection<T> all, Action<T> step)
    {
        foreach (T item in all)
        {
            RecoveryException? error = null;
            try
            {
                step(item);
            }
            catch (RecoveryException e)
            {
                error = e;
            }
            catch (OperationCanceledException)
            {
                throw new PipelineStoppedException();
            }
            catch (Exception e) when (Explain(e) != null)
            {
                error = Explain(e);
            }

            if (error != null && all.Count == 1)
                ThrowTerminatingError(ToErrorRecord(error));
            else if (error != null)
                ReportError(error);
        }
    }

    /// <summary>The error of a result that is not complete where that was asked for.</summary>
    private protected static RecoveryException Incomplete(string what) => new(
        "ResultIncomplete", RecoveryErrorKind.ObjectNotFound, $"the result is not complete, as -RequireComplete asks for: {what}",
        recommendedAction: "Look at Reason, choose what can be taken, or leave -RequireComplete out.");

    /// <summary>The engine's exception as an error record: id, category, target and recommended action.</summary>
    protected static ErrorRecord ToErrorRecord(RecoveryException exception, object? target = null)
    {
        var record = new ErrorRecord(exception, exception.ErrorId, Category(exception.Kind), target ?? exception.Path);
        record.ErrorDetails = new ErrorDetails(Visible(exception.Message)) { RecommendedAction = Visible(exception.RecommendedAction) };
        return record;
    }

    private static ErrorCategory Category(RecoveryErrorKind kind) => kind switch
    {
        RecoveryErrorKind.NotSupported => ErrorCategory.NotImplemented,
        _ => Enum.Parse<ErrorCategory>(kind.ToString()),
    };
}
