using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Repair;

/// <summary>
/// Puts the SDI of the reference in place of the source's: the root page as a whole, off-page documents on the pages
/// that the source's own off-page documents take up.
/// </summary>
internal static class SdiTransplant
{
    private const int MostPages = 256;

    /// <summary>The new contents of pages of the source, with the ids of the reference; empty if neither file has SDI.</summary>
    public static Dictionary<uint, byte[]> Build(TablespaceFile source, TablespaceFile reference)
    {
        var pages = new Dictionary<uint, byte[]>();
        if (SdiReader.RootPage(source) is not { } sourceRoot || SdiReader.RootPage(reference) is not { } referenceRoot)
            return pages;
        byte[] old = source.ReadPage(sourceRoot), root = reference.ReadPage(referenceRoot);
        if (FilPage.U16(root, IndexPage.Level) != 0)
            throw DoesNotFit(source, "the reference's is spread over several index pages");
        Adopt(root, sourceRoot);
        // A root that is lost had its segments where the reference has them, which made its SDI first as well.
        bool isLost = FilPage.TypeOf(old) != PageType.Sdi;
        if (isLost && !HasSegmentsOf(source, root, sourceRoot))
            throw DoesNotFit(source, "the file's own is lost, and its segments are not where the reference has them");
        if (!isLost)
            old.AsSpan(IndexPage.LeafSegment, 2 * IndexPage.SegmentHeaderLength).CopyTo(root.AsSpan(IndexPage.LeafSegment));
        var free = new Queue<uint>(References(source, old).SelectMany(r => Chain(source, FilPage.U32(old, r + 4))));
        foreach (int at in References(reference, root))
        {
            List<uint> chain = Chain(reference, FilPage.U32(root, at + 4));
            if (chain.Count > free.Count)
                throw DoesNotFit(source, $"the reference's takes {chain.Count} more pages, the file has {free.Count}");
            List<uint> places = chain.Select(_ => free.Dequeue()).ToList();
            FilPage.Bytes(places[0]).CopyTo(root, at + 4);
            for (int i = 0; i < chain.Count; i++)
            {
                byte[] page = reference.ReadPage(chain[i]);
                Adopt(page, places[i]);
                FilPage.Bytes(i + 1 < places.Count ? places[i + 1] : FilPage.Null).CopyTo(page, NextAt(source));
                pages[places[i]] = page;
            }
        }

        pages[sourceRoot] = root;
        return pages;
    }

    private static bool HasSegmentsOf(TablespaceFile source, byte[] root, uint sourceRoot) => BTreeRoot.HasSegment(
        source, FilPage.U32(root, IndexPage.TopSegment + 4), FilPage.U16(root, IndexPage.TopSegment + 8), sourceRoot);

    private static void Adopt(byte[] page, uint number) => FilPage.Bytes(number).CopyTo(page, FilPage.PageNumber);

    private static int NextAt(TablespaceFile file) => file.Flags.ZipSize != 0 ? FilPage.Next : BlobChain.NextPage;

    private static IReadOnlyList<int> References(TablespaceFile file, byte[] page)
    {
        if (file.Flags.ZipSize != 0)
            return ZipPage.BlobReferences(page, r => Chain(file, r.PageNumber).Count > 0);
        var leaf = new LeafPage(RecordLayout.Sdi);
        return FilPage.U16(page, IndexPage.Level) == 0 && leaf.Read(page) == null ? leaf.BlobReferences : [];
    }

    private static List<uint> Chain(TablespaceFile file, uint number)
    {
        var pages = new List<uint>();
        Span<byte> start = stackalloc byte[BlobChain.PartData];
        while (number != 0 && pages.Count < MostPages && file.TryReadStart(number, start)
            && FilPage.TypeOf(start) is PageType.SdiBlob or PageType.SdiZBlob or PageType.Blob or PageType.ZBlob or PageType.ZBlob2)
        {
            pages.Add(number);
            number = FilPage.U32(start, NextAt(file));
        }

        return pages;
    }

    private static RecoveryException DoesNotFit(TablespaceFile source, string why) => new(
        "SdiDoesNotFit", RecoveryErrorKind.NotSupported,
        $"the dictionary information (SDI) of the reference does not fit in the place of the file's own: {why}", source.Path,
        recommendedAction: "Use -SpaceId for what can be done without a reference, or ALTER TABLE ... IMPORT TABLESPACE.");
}
