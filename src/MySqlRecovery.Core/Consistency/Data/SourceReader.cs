using System.Collections.Concurrent;
using System.Diagnostics;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Data;

/// <summary>Reads the source's sums on a thread of its own, a few parts ahead of the replica's.</summary>
internal sealed class SourceReader : IDisposable
{
    private const int PartsAhead = 3;

    private readonly BlockingCollection<SourceChunk> _chunks = new(PartsAhead);
    private readonly CancellationTokenSource _stop;
    private readonly ReadingSession _session;
    private readonly ChunkSize _size;
    private readonly Task _task;

    /// <param name="server">The source; this object has a session of its own there.</param>
    /// <param name="tables">The tables in order, each with the place behind which to begin.</param>
    /// <param name="size">How large a part should be.</param>
    /// <param name="fast">Whether CRC-32 will do.</param>
    /// <param name="token">Ends the reading.</param>
    public SourceReader(
        ComparedServer server, IReadOnlyList<(ComparedTable Table, byte[][]? After)> tables, ChunkSize size, bool fast, CancellationToken token)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        _session = ReadingSession.Open(server, fast, _stop.Token);
        _size = size;
        _task = Task.Run(() => ReadAll(tables), CancellationToken.None);
    }

    /// <summary>The parts as they are read.</summary>
    /// <exception cref="RecoveryException">The connection is gone.</exception>
    public IEnumerable<SourceChunk> Chunks()
    {
        foreach (SourceChunk chunk in _chunks.GetConsumingEnumerable())
            yield return chunk;
        _task.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        // Closes the session in the middle of an answer, if need be.
        _stop.Cancel();
        ((IAsyncResult)_task).AsyncWaitHandle.WaitOne();
        _chunks.Dispose();
        _stop.Dispose();
    }

    private void ReadAll(IReadOnlyList<(ComparedTable Table, byte[][]? After)> tables)
    {
        try
        {
            foreach ((ComparedTable table, byte[][]? after) in tables)
                ReadTable(table, after);
        }
        finally
        {
            _chunks.CompleteAdding();
        }
    }

    private void ReadTable(ComparedTable table, byte[][]? after)
    {
        TaskCompletionSource<ChunkSum>? sum = null;
        KeyRange at = KeyRange.All;
        try
        {
            foreach (KeyRange range in new ChunkPlan(table, _session, _size).Cut(after))
            {
                at = range;
                sum = new TaskCompletionSource<ChunkSum>(TaskCreationOptions.RunContinuationsAsynchronously);
                _chunks.Add(new SourceChunk(table, range, sum.Task), _stop.Token);
                var clock = Stopwatch.StartNew();
                ChunkSum read = _session.ReadSum(table.Source, range);
                _size.Add(read.Rows, clock.Elapsed);
                sum.SetResult(read);
            }
        }
        catch (Exception e)
        {
            // Who waits for a sum must learn that it does not come; the next table is read only if the server still answers.
            if (sum is not { Task.IsCompleted: false })
                _chunks.Add(new SourceChunk(table, at, (sum = new TaskCompletionSource<ChunkSum>()).Task), _stop.Token);
            sum.SetException(e);
            if (e is not RecoveryException error || !DataCheck.IsOfTable(error))
                throw;
        }
    }
}
