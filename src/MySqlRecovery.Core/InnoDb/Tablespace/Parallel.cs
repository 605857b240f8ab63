using System.Collections.Concurrent;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Tablespace;

/// <summary>Works on several files at once and hands the outcomes to the calling thread, as they come.</summary>
internal static class ParallelFiles
{
    /// <summary>The outcome of one file: a result or an error.</summary>
    public readonly record struct Outcome<TFile, TResult>(TFile File, TResult? Result, RecoveryException? Error);

    private static readonly TimeSpan WaitInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>One file per processor at a time. Exceptions other than <see cref="RecoveryException"/> end the whole.</summary>
    /// <param name="files">The files.</param>
    /// <param name="work">The work on one of them.</param>
    /// <param name="stop">Cancels.</param>
    /// <param name="onWait">Is called on the calling thread before each outcome, and while there is none.</param>
    public static IEnumerable<Outcome<TFile, TResult>> Run<TFile, TResult>(
        IReadOnlyCollection<TFile> files, Func<TFile, TResult> work, CancellationToken stop, Action? onWait = null)
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
            while (!done.IsCompleted)
            {
                bool isThere = done.TryTake(out Outcome<TFile, TResult> outcome, WaitInterval);
                onWait?.Invoke();
                if (isThere)
                    yield return outcome;
            }

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

/// <summary>Goes through all pages of a file on all processors, in no order.</summary>
internal static class ParallelPages
{
    /// <summary>Looks at one page.</summary>
    public delegate void Look<in T>(T tally, ReadOnlySpan<byte> page, uint number);

    /// <summary>Each thread has a tally of its own; they are merged one at a time.</summary>
    public static void Run<T>(TablespaceFile file, Func<T> start, Look<T> look, Action<T> merge, CancellationToken stop)
    {
        int length = file.PageLength, perChunk = TablespaceFile.ChunkSize / length;
        int chunks = (int)((file.PageCount + perChunk - 1) / perChunk);
        object gate = new();
        try
        {
            Parallel.For(0, chunks, new ParallelOptions { CancellationToken = stop, MaxDegreeOfParallelism = Environment.ProcessorCount },
                () => (Tally: start(), Buffer: new byte[TablespaceFile.ChunkSize]),
                (chunk, _, local) =>
                {
                    var first = (uint)(chunk * perChunk);
                    int read = file.ReadPages(first, local.Buffer.AsSpan(0, perChunk * length));
                    for (int i = 0; i < read; i++)
                        look(local.Tally, local.Buffer.AsSpan(i * length, length), first + (uint)i);
                    return local;
                },
                local =>
                {
                    lock (gate)
                        merge(local.Tally);
                });
        }
        catch (AggregateException e) when (e.InnerException is RecoveryException inner)
        {
            throw inner;
        }
    }
}
