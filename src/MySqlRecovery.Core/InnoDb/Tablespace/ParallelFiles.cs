using System.Collections.Concurrent;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Tablespace;

/// <summary>Works on several files at once and hands the outcomes to the calling thread, as they come.</summary>
internal static class ParallelFiles
{
    /// <summary>The outcome of one file: a result or an error.</summary>
    public readonly record struct Outcome<TFile, TResult>(TFile File, TResult? Result, RecoveryException? Error);

    /// <summary>One file per processor at a time. Exceptions other than <see cref="RecoveryException"/> end the whole.</summary>
    public static IEnumerable<Outcome<TFile, TResult>> Run<TFile, TResult>(
        IReadOnlyCollection<TFile> files, Func<TFile, TResult> work, CancellationToken stop)
    {
        using var done = new BlockingCollection<Outcome<TFile, TResult>>();
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var options = new ParallelOptions { CancellationToken = stopping.Token, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Task all = Task.Run(() => Parallel.ForEach(Partitioner.Create(files, EnumerablePartitionerOptions.NoBuffering), options, file =>
        {
            try
            {
                done.Add(new Outcome<TFile, TResult>(file, work(file), null));
            }
            catch (RecoveryException e)
            {
                done.Add(new Outcome<TFile, TResult>(file, default, e));
            }
        }), CancellationToken.None).ContinueWith(
            task =>
            {
                done.CompleteAdding();
                return task;
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Unwrap();
        bool isComplete = false;
        try
        {
            foreach (Outcome<TFile, TResult> outcome in done.GetConsumingEnumerable())
                yield return outcome;
            isComplete = true;
        }
        finally
        {
            // Who stops listening (Select-Object -First) wants no further files; those under way are finished.
            if (!isComplete)
                stopping.Cancel();
            ((IAsyncResult)all).AsyncWaitHandle.WaitOne();
        }

        all.GetAwaiter().GetResult();
    }
}
