using MySqlRecovery.InnoDb.Pages;

namespace MySqlRecovery.InnoDb.Tablespace;

/// <summary>The root page of an index.</summary>
internal sealed record BTreeRoot(uint Page, ulong IndexId, int Level, PageType Type)
{
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
        foreach (uint inodePage in InodePages(file))
        {
            byte[] page = file.ReadPage(inodePage);
            int length = InodeFragments + (2 * file.Flags.ExtentPages);
            for (int at = InodeArray; at + length <= file.PageLength - 10; at += length)
            {
                if (FilPage.U64(page, at) != 0 && FilPage.U32(page, at + 60) == InodeMagic &&
                    ReadRoot(file, FilPage.U32(page, at + InodeFragments), inodePage, at) is { } root)
                    roots.Add(root);
            }
        }

        roots.Sort((a, b) => a.Page.CompareTo(b.Page));
        return roots;
    }

    private static BTreeRoot? ReadRoot(TablespaceFile file, uint page, uint inodePage, int inodeOffset)
    {
        Span<byte> start = stackalloc byte[IndexPage.FirstRecordArea];
        if (!file.TryReadStart(page, start))
            return null;
        PageType type = FilPage.TypeOf(start);
        bool isRoot = (IndexPage.IsIndex(type) || type == PageType.SdiBlob) &&
            FilPage.U32(start, IndexPage.TopSegment + 4) == inodePage &&
            FilPage.U16(start, IndexPage.TopSegment + 8) == inodeOffset;
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
