using MySqlRecovery.Consistency.Data;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Tablespace;

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
