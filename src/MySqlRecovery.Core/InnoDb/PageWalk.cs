using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb;

/// <summary>Goes through a file page by page, each as it is and as it is to become. Two chunks of memory, whatever the file's size.</summary>
internal sealed class PageWalk
{
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
        var rewriter = new PageRewriter(_file, _plan.Map, _plan.Target);
        var before = new byte[TablespaceFile.ChunkSize];
        var after = new byte[TablespaceFile.ChunkSize];
        int length = _file.PageLength;
        PageChecksumAlgorithm usual = PageChecksumAlgorithm.Crc32;
        uint number = 0;
        while (number < _file.PageCount)
        {
            int pages = _file.ReadPages(number, before);
            before.CopyTo(after, 0);
            for (int i = 0; i < pages && number < _file.PageCount; i++, number++)
            {
                stop.ThrowIfCancellationRequested();
                Memory<byte> page = after.AsMemory(i * length, length);
                ReadOnlyMemory<byte> old = before.AsMemory(i * length, length);
                IbdPageProblem? problem = PageInspection.Check(old.Span, number, _file, usual, out PageChecksumAlgorithm algorithm);
                if (problem == null)
                {
                    if (algorithm != PageChecksumAlgorithm.Empty)
                        usual = algorithm;
                    if (rewriter.Rewrite(page.Span, number, algorithm) is { } wrong)
                        problem = PageInspection.Problem(old.Span, number, _file, wrong);
                }

                if (problem != null)
                {
                    old.CopyTo(page);
                    problem.IsFree = _plan.Map.Extents.IsFree(number);
                }

                yield return new Step(number, old, page, problem == null ? rewriter.Edits : [], problem);
            }

            if (pages == 0)
                throw new RecoveryException("IbdTruncated", RecoveryErrorKind.InvalidData,
                    $"the file ends before page {number}", _file.Path, (long)number * length);
        }
    }
}
