using MySqlRecovery.IO;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;

namespace MySqlRecovery.InnoDb.Dictionary;

/// <summary>The leaf pages of the SDI of a ROW_FORMAT=COMPRESSED tablespace, as they would be without compression.</summary>
internal static class SdiZipPage
{
    private const int MostPages = 256;
    private const int LargestExpansion = 64 << 20;

    /// <summary>The leaves in the order of pages: their documents have no order that matters.</summary>
    public static IEnumerable<byte[]> ReadLeaves(TablespaceFile file, uint root)
    {
        var zip = new ZipLeaf(RecordLayout.Sdi, file.Flags.PageSize);
        byte[] rootPage = file.ReadPage(root);
        if (FilPage.U16(rootPage, IndexPage.Level) == 0)
        {
            yield return Expand(zip, rootPage);
            yield break;
        }

        ExtentMap extents = ExtentMap.Read(file);
        for (uint number = 1; number < Math.Min(file.PageCount, MostPages); number++)
        {
            byte[] page = file.ReadPage(number);
            if (FilPage.TypeOf(page) == PageType.Sdi && FilPage.U16(page, IndexPage.Level) == 0 && !extents.IsFree(number))
                yield return Expand(zip, page);
        }
    }

    /// <summary>The contents of a chain of pages, which are one zlib stream of their own.</summary>
    public static byte[] ReadChain(TablespaceFile file, uint number)
    {
        using var compressed = new MemoryStream();
        for (int visited = 0; number != FilPage.Null && visited < MostPages; visited++)
        {
            byte[] page = file.ReadPage(number);
            if (FilPage.TypeOf(page) is not (PageType.SdiZBlob or PageType.ZBlob or PageType.ZBlob2))
                throw new InvalidDataException($"page {number} is not part of off-page data");
            compressed.Write(page.AsSpan(FilPage.Data));
            number = FilPage.U32(page, FilPage.Next);
        }

        compressed.Position = 0;
        using var zlib = new InflatingStream(compressed);
        using var expanded = new MemoryStream();
        var buffer = new byte[4096];
        for (int read; expanded.Length < LargestExpansion && (read = zlib.Read(buffer)) > 0;)
            expanded.Write(buffer, 0, read);
        return expanded.ToArray();
    }

    private static byte[] Expand(ZipLeaf zip, byte[] page) => zip.Expand(page) is { } wrong
        ? throw new InvalidDataException($"page {FilPage.U32(page, FilPage.PageNumber)}: {wrong}") : zip.Page;
}
