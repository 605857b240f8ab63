using MySqlRecovery.InnoDb.Pages;

namespace MySqlRecovery.InnoDb.Tablespace;

/// <summary>The root page of an index.</summary>
internal sealed record BTreeRoot(uint Page, ulong IndexId, int Level, PageType Type)
{
    /// <summary>The first page of segment inodes, which is made together with the file.</summary>
    public const uint FirstInodePage = 2;

    private const int InodesFull = 118;
    private const int InodesFree = 134;
    private const int InodeArray = 50;
    private const int InodePageNext = 38 + 6;
    private const int InodeFragments = 64;
    private const uint InodeMagic = 97937874;
    private const int MostInodePages = 4096;

    public bool IsSdi => IndexId == IndexPage.SdiIndexId;

    /// <summary>
    /// Every root in the order of pages. A root is the first page that was allocated for the segment of its index's upper
    /// levels, and it points back to that segment: both directions must agree (fsp0fsp.h, btr0btr.cc).
    /// </summary>
    public static List<BTreeRoot> FindAll(TablespaceFile file)
    {
        var roots = new List<BTreeRoot>();
        foreach ((_, uint inodePage, int offset, uint first) in Segments(file))
        {
            if (ReadRoot(file, first, inodePage, offset) is { } root)
                roots.Add(root);
        }

        roots.Sort((a, b) => a.Page.CompareTo(b.Page));
        return roots;
    }

    /// <summary>
    /// Pages that must be roots but are all zeros: the first page of the segment of an index's upper levels, which is
    /// made before that of its leaves and so has an odd number.
    /// </summary>
    public static HashSet<uint> FindLost(TablespaceFile file) =>
        [.. Segments(file).Where(s =>
            (s.Id & 1) == 1 && s.FirstPage < file.PageCount && FilPage.IsEmpty(file.ReadPage(s.FirstPage))).Select(s => s.FirstPage)];

    /// <summary>Whether the page of segment inodes at <paramref name="page"/> has at <paramref name="offset"/> a segment that
    /// begins with a page.</summary>
    public static bool HasSegment(TablespaceFile file, uint page, int offset, uint firstPage) =>
        Segments(file).Any(s => s.Page == page && s.Offset == offset && s.FirstPage == firstPage);

    private static IEnumerable<(ulong Id, uint Page, int Offset, uint FirstPage)> Segments(TablespaceFile file)
    {
        int length = InodeFragments + (2 * file.Flags.ExtentPages);
        foreach (uint number in InodePages(file))
        {
            byte[] page = file.ReadPage(number);
            for (int at = InodeArray; at + length <= file.PageLength - 10; at += length)
            {
                if (FilPage.U64(page, at) is > 0 and var id && FilPage.U32(page, at + 60) == InodeMagic)
                    yield return (id, number, at, FilPage.U32(page, at + InodeFragments));
            }
        }
    }

    private static BTreeRoot? ReadRoot(TablespaceFile file, uint page, uint inodePage, int inodeOffset)
    {
        Span<byte> start = stackalloc byte[IndexPage.FirstRecordArea];
        if (!file.TryReadStart(page, start))
            return null;
        PageType type = FilPage.TypeOf(start);
        bool isRoot = (IndexPage.IsIndex(type) || type == PageType.SdiBlob)
            && FilPage.U32(start, IndexPage.TopSegment + 4) == inodePage
            && FilPage.U16(start, IndexPage.TopSegment + 8) == inodeOffset;
        return isRoot ? new BTreeRoot(page, FilPage.U64(start, IndexPage.IndexId), FilPage.U16(start, IndexPage.Level), type) : null;
    }

    // The pages of segment inodes hang in two lists whose base nodes are on page 0.
    private static HashSet<uint> InodePages(TablespaceFile file)
    {
        var pages = new HashSet<uint>();
        Span<byte> start = stackalloc byte[InodeArray];
        foreach (int list in (int[])[InodesFull, InodesFree])
        {
            uint page = FilPage.U32(file.Page0, list + 4);
            while (page < file.PageCount && pages.Count < MostInodePages && pages.Add(page))
            {
                if (!file.TryReadStart(page, start) || FilPage.TypeOf(start) != PageType.Inode)
                {
                    pages.Remove(page);
                    break;
                }

                page = FilPage.U32(start, InodePageNext);
            }
        }

        return pages;
    }
}
