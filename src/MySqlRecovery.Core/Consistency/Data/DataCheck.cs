using System.Diagnostics;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Consistency.Schema;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Data;

/// <summary>
/// Compares the rows: sums of hashes of parts of a table, read from both servers at the same time, and the rows of the
/// parts whose sums differ.
/// </summary>
internal sealed class DataCheck(ServerPair pair, DataCheckOptions options) : IConsistencyCheck
{
    private ReadingSession? _source;

    public IEnumerable<ConsistencyFinding> Run(Action<RecoveryException> onError, CancellationToken token)
    {
        DataCheckpoint? checkpoint = options.CheckpointPath == null ? null : new DataCheckpoint(options.CheckpointPath, pair);
        TablePairs tables = TablePairs.Read(pair, options.Tables, withDetails: false, token);
        foreach (ConsistencyFinding missing in tables.MissingTables())
            yield return missing;
        var progress = new ReplicaProgress(pair, token);
        var throttle = new LoadLimit(pair, progress, options, token);
        var size = new ChunkSize(options.ChunkTime);
        ReadingSession replica = ReadingSession.Open(pair.Replica, options.Fast, token);
        using var reader = new SourceReader(pair.Source, Plan(tables, checkpoint), size, options.Fast, token);
        ComparedTable? failed = null;
        long rows = 0;
        ComparedTable? current = null;
        foreach (SourceChunk chunk in reader.Chunks())
        {
            (rows, current) = (chunk.Table == current ? rows : 0, chunk.Table);
            if (chunk.Table == failed)
                continue;
            foreach (ConsistencyFinding finding in Guarded(Compare(chunk, replica, progress, size, token), e =>
            {
                failed = chunk.Table;
                onError(TableFailure.Make(e, $"{chunk.Table.Name} was not compared to its end", pair.Replica.Name));
            }))
                yield return finding;
            if (chunk.Table == failed)
                continue;
            checkpoint?.Save(chunk.Table.Name, chunk.Range.UpTo);
            rows += Sum(chunk, token).Rows;
            options.OnProgress?.Invoke(chunk.Table.Name.ToString(), rows, Math.Max(rows, chunk.Table.EstimatedRows));
            throttle.Wait();
        }

        checkpoint?.Remove();
    }

    private IEnumerable<ConsistencyFinding> Compare(
        SourceChunk chunk, ReadingSession replica, ReplicaProgress progress, ChunkSize size, CancellationToken token)
    {
        var clock = Stopwatch.StartNew();
        ChunkSum sum = replica.ReadSum(chunk.Table.Replica, chunk.Range);
        size.Add(sum.Rows, clock.Elapsed);
        if (sum == Sum(chunk, token))
            yield break;
        _source ??= ReadingSession.Open(pair.Source, options.Fast, token);
        IEnumerable<ConsistencyFinding> findings = chunk.Table.Key.Length == 0
            ? new KeylessRows(chunk.Table, pair, _source, replica, progress).Decide(token)
            : new SuspectRange(chunk.Table, pair, _source, replica, progress).Decide(chunk.Range, token);
        foreach (ConsistencyFinding finding in findings)
            yield return finding;
    }

    private static ChunkSum Sum(SourceChunk chunk, CancellationToken token)
    {
        ((IAsyncResult)chunk.Sum).AsyncWaitHandle.WaitOne();
        token.ThrowIfCancellationRequested();
        return chunk.Sum.GetAwaiter().GetResult();
    }

    private IReadOnlyList<(ComparedTable Table, byte[][]? After)> Plan(TablePairs tables, DataCheckpoint? checkpoint) =>
    [
        .. tables.Both.SkipWhile(t => checkpoint?.Table is { } done && TablePairs.Order(t.Source.Name, done) < 0)
            .Select(t => new ComparedTable(t.Source, pair.Source, t.Replica, pair.Replica))
            .Where(t => t.Columns.Length > 0)
            .Select(t => (t, t.Name == checkpoint?.Table ? checkpoint.After : null)),
    ];

    private static IEnumerable<ConsistencyFinding> Guarded(IEnumerable<ConsistencyFinding> findings, Action<Exception> onError)
    {
        using IEnumerator<ConsistencyFinding> each = findings.GetEnumerator();
        while (true)
        {
            try
            {
                if (!each.MoveNext())
                    yield break;
            }
            catch (Exception e) when (TableFailure.IsOfTable(e))
            {
                onError(e);
                yield break;
            }

            yield return each.Current;
        }
    }
}

/// <summary>How rows are compared.</summary>
internal sealed record DataCheckOptions
{
    /// <summary>The tables to compare; null for all.</summary>
    public TableFilter? Tables { get; init; }

    /// <summary>CRC-32 rather than SHA-256: half the time, and one in four billion differences is not seen.</summary>
    public bool Fast { get; init; }

    /// <summary>How long the reading of a chunk should take.</summary>
    public TimeSpan ChunkTime { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The replica's lag above which reading pauses.</summary>
    public TimeSpan MaxLag { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The number of running threads on either server above which reading pauses.</summary>
    public int MaxLoad { get; init; } = 50;

    /// <summary>A file that keeps how far the comparison came, to go on from there; null for none.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Told after every chunk: the table, the rows of it that have been compared, and about how many it has.</summary>
    public Action<string, long, long>? OnProgress { get; init; }
}
