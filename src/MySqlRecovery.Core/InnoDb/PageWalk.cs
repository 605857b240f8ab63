using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb;

/// <summary>
/// Goes through a file page by page, each as it is and as it is to become. A few chunks are worked on at once, on as many
/// processors; they come in the order of the file. Memory does not grow with the file.
/// </summary>
internal sealed class PageWalk
{
    private const int MostChunksAhead = 4;
    private readonly TablespaceFile _file;
    private readonly RepairPlan _plan;

    public PageWalk(TablespaceFile file, RepairPlan plan)
    {
        _file = file;
        _plan = plan;
    }

    /// <summary>One page. The memory is used again for the next ones.</summary>
    public readonly record struct Step(
        uint Number, ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> After, IReadOnlyList<PageEdit> Edits, IbdPageProblem? Problem);

    public IEnumerable<Step> Steps(CancellationToken stop)
    {
        // What the first pages have is what the rest is measured by.
        var first = new Chunk(_file, _plan);
        first.Work(0, PageChecksumAlgorithm.Crc32, stop);
        PageChecksumAlgorithm usual = first.Algorithm;
        var ahead = new Queue<Task<Chunk>>();
        ahead.Enqueue(Task.FromResult(first));
        long next = first.Capacity;
        try
        {
            for (uint number = 0; number < _file.PageCount;)
            {
                while (ahead.Count < Math.Min(Environment.ProcessorCount, MostChunksAhead) && next < _file.PageCount)
                {
                    ahead.Enqueue(Start(new Chunk(_file, _plan), (uint)next));
                    next += first.Capacity;
                }

                Chunk chunk = ahead.Dequeue().GetAwaiter().GetResult();
                foreach (Step step in chunk.Steps)
                    yield return step;
                number += (uint)chunk.Steps.Count;
                if (number < _file.PageCount && chunk.Steps.Count < chunk.Capacity)
                    throw new RecoveryException("IbdTruncated", RecoveryErrorKind.InvalidData,
                        $"the file ends before page {number}", _file.Path, (long)number * _file.PageLength);
                if (next >= _file.PageCount)
                    continue;
                ahead.Enqueue(Start(chunk, (uint)next));
                next += chunk.Capacity;
            }
        }
        finally
        {
            // The file must stay open as long as one of them reads it.
            Task.WhenAll(ahead).ContinueWith(_ => { }, TaskScheduler.Default).Wait(CancellationToken.None);
        }

        Task<Chunk> Start(Chunk chunk, uint page) => Task.Run(
            () =>
            {
                chunk.Work(page, usual, stop);
                return chunk;
            },
            CancellationToken.None);
    }

    /// <summary>Some pages, with the means to rewrite them.</summary>
    private sealed class Chunk(TablespaceFile file, RepairPlan plan)
    {
        private readonly PageRewriter _rewriter = new(file, plan.Map, plan.Target);
        private readonly byte[] _before = new byte[TablespaceFile.ChunkSize];
        private readonly byte[] _after = new byte[TablespaceFile.ChunkSize];

        public int Capacity => TablespaceFile.ChunkSize / file.PageLength;

        /// <summary>The pages, in their order.</summary>
        public List<Step> Steps { get; } = [];

        /// <summary>The checksum algorithm of the last sound page.</summary>
        public PageChecksumAlgorithm Algorithm { get; private set; }

        /// <summary>Reads and rewrites the pages from <paramref name="first"/> on.</summary>
        public void Work(uint first, PageChecksumAlgorithm usual, CancellationToken stop)
        {
            Steps.Clear();
            Algorithm = usual;
            int length = file.PageLength;
            int pages = (int)Math.Min(file.ReadPages(first, _before), file.PageCount - first);
            _before.AsSpan(0, pages * length).CopyTo(_after);
            for (int i = 0; i < pages; i++)
            {
                stop.ThrowIfCancellationRequested();
                Steps.Add(Rewrite(first + (uint)i, _before.AsMemory(i * length, length), _after.AsMemory(i * length, length)));
            }
        }

        private Step Rewrite(uint number, ReadOnlyMemory<byte> before, Memory<byte> after)
        {
            IbdPageProblem? problem = PageInspection.Check(before.Span, number, file, Algorithm, out PageChecksumAlgorithm algorithm);
            if (problem == null)
            {
                if (algorithm != PageChecksumAlgorithm.Empty)
                    Algorithm = algorithm;
                if (_rewriter.Rewrite(after.Span, number, algorithm) is { } wrong)
                    problem = PageInspection.Problem(before.Span, number, file, wrong);
            }

            if (problem == null)
                return new Step(number, before, after, [.. _rewriter.Edits], null);
            before.CopyTo(after);
            problem.IsFree = plan.Map.Extents.IsFree(number);
            return new Step(number, before, after, [], problem);
        }
    }
}
