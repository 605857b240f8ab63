using System.Runtime.CompilerServices;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Repair;

/// <summary>
/// Goes through a file, each page as it is to become. A few chunks are worked on at once, on as many processors; they come
/// in the order of the file. Memory does not grow with the file.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="plan">What it is to become.</param>
/// <param name="purpose">What is needed of it.</param>
internal sealed class PageRewritePass(TablespaceFile file, RepairPlan plan, PageRewritePurpose purpose)
{
    private const int MostChunksAhead = 4;

    /// <summary>One page: where its edits are in those of its chunk, and what is wrong with it.</summary>
    public readonly record struct Step(uint Number, int FirstEdit, int EditCount, IbdPageProblem? Problem);

    /// <summary>The pages, some at a time; the memory is used again for the next ones.</summary>
    public IEnumerable<Chunk> Chunks(CancellationToken stop)
    {
        // What the first pages have is what the rest is measured by.
        var first = new Chunk(file, plan, purpose);
        first.Work(0, PageChecksumAlgorithm.Crc32, stop);
        PageChecksumAlgorithm usual = first.Algorithm;
        var ahead = new Queue<Task<Chunk>>();
        ahead.Enqueue(Task.FromResult(first));
        long next = first.Capacity;
        try
        {
            for (uint number = 0; number < file.PageCount;)
            {
                while (ahead.Count < Math.Min(Environment.ProcessorCount + 1, MostChunksAhead) && next < file.PageCount)
                {
                    ahead.Enqueue(Start(new Chunk(file, plan, purpose), (uint)next));
                    next += first.Capacity;
                }

                Chunk chunk = ahead.Dequeue().GetAwaiter().GetResult();
                yield return chunk;
                number += (uint)chunk.Steps.Count;
                if (number < file.PageCount && chunk.Steps.Count < chunk.Capacity)
                    throw new RecoveryException("IbdTruncated", RecoveryErrorKind.InvalidData,
                        $"the file ends before page {number}", file.Path, (long)number * file.PageLength);
                if (next >= file.PageCount)
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
    internal sealed class Chunk(TablespaceFile file, RepairPlan plan, PageRewritePurpose purpose)
    {
        private readonly PageRewriter _rewriter = new(file, plan.Map, plan.Target) { Seals = purpose != PageRewritePurpose.Count };
        private readonly byte[] _before = purpose == PageRewritePurpose.Compare ? new byte[TablespaceFile.ChunkSize] : [];
        private readonly byte[] _after = new byte[TablespaceFile.ChunkSize];

        public int Capacity => TablespaceFile.ChunkSize / file.PageLength;

        /// <summary>The pages, in their order.</summary>
        public List<Step> Steps { get; } = [];

        /// <summary>What is changed on all of them.</summary>
        public IReadOnlyList<PageEdit> Edits => _rewriter.Edits;

        /// <summary>The checksum algorithm of the last sound page.</summary>
        public PageChecksumAlgorithm Algorithm { get; private set; }

        /// <summary>The pages as they are; only to compare.</summary>
        public ReadOnlySpan<byte> Before => _before.AsSpan(0, Math.Min(_before.Length, Steps.Count * file.PageLength));

        /// <summary>The pages as they are to become; without their checksums where only the changes count.</summary>
        public ReadOnlySpan<byte> After => _after.AsSpan(0, Steps.Count * file.PageLength);

        /// <summary>Where a page of this chunk starts in it.</summary>
        public int OffsetOf(in Step step) => (int)(step.Number - Steps[0].Number) * file.PageLength;

        /// <summary>Reads and rewrites the pages from <paramref name="first"/> on.</summary>
        [MethodImpl(Jit.Hot)]
        public void Work(uint first, PageChecksumAlgorithm usual, CancellationToken stop)
        {
            Steps.Clear();
            _rewriter.Edits.Clear();
            Algorithm = usual;
            int length = file.PageLength;
            int pages = (int)Math.Min(file.ReadPages(first, _after), file.PageCount - first);
            if (_before.Length > 0)
                _after.AsSpan(0, pages * length).CopyTo(_before);
            for (int i = 0; i < pages; i++)
            {
                stop.ThrowIfCancellationRequested();
                Steps.Add(Rewrite(first + (uint)i, _after.AsSpan(i * length, length)));
            }
        }

        [MethodImpl(Jit.Hot)]
        private Step Rewrite(uint number, Span<byte> page)
        {
            int firstEdit = _rewriter.Edits.Count;
            IbdPageProblem? problem = PageInspection.Check(
                page, number, file, plan.Map.Extents, Algorithm, out PageChecksumAlgorithm algorithm);
            if (problem != null && plan.Target.SdiPages.ContainsKey(number))
                (problem, algorithm) = (null, Algorithm); // it becomes the reference's whatever it was
            if (problem == null)
            {
                if (algorithm != PageChecksumAlgorithm.Empty)
                    Algorithm = algorithm;
                if (_rewriter.Rewrite(page, number, algorithm) is { } wrong)
                {
                    _rewriter.Edits.RemoveRange(firstEdit, _rewriter.Edits.Count - firstEdit);
                    file.ReadPages(number, page);
                    problem = PageInspection.Problem(page, number, file, wrong);
                }
            }

            problem?.IsFree = plan.Map.Extents.IsFree(number);
            return new Step(number, firstEdit, _rewriter.Edits.Count - firstEdit, problem);
        }
    }
}

/// <summary>What is needed of the pages of a walk.</summary>
internal enum PageRewritePurpose
{
    /// <summary>How many changes there are: checksums are not made.</summary>
    Count,

    /// <summary>The pages as they are to become.</summary>
    Write,

    /// <summary>The pages before and after.</summary>
    Compare,
}
