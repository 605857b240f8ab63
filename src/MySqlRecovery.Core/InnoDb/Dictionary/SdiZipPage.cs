using System.IO.Compression;
using MySqlRecovery.InnoDb.Pages;

namespace MySqlRecovery.InnoDb.Dictionary;

/// <summary>
/// Finds the SDI documents of a ROW_FORMAT=COMPRESSED tablespace. The records are spread over a zlib stream, a
/// modification log and the page's end (page0zip.cc); a document is found by its two lengths before a zlib header
/// that expands to exactly one of them, so that the page need not be rebuilt.
/// </summary>
internal static class SdiZipPage
{
    private const int LengthsBefore = 8;
    private const int MostPages = 256;
    private const byte ZlibHeader = 0x78;
    private const int LargestExpansion = 64 << 20;

    public static List<byte[]> ReadAll(TablespaceFile file, uint root)
    {
        byte[] rootPage = file.ReadPage(root);
        if (FilPage.U16(rootPage, IndexPage.Level) == 0)
            return ReadPage(file, rootPage);
        var documents = new List<byte[]>();
        for (uint number = 1; number < Math.Min(file.PageCount, MostPages); number++)
        {
            byte[] page = file.ReadPage(number);
            if (FilPage.TypeOf(page) == PageType.Sdi && FilPage.U16(page, IndexPage.Level) == 0)
                documents.AddRange(ReadPage(file, page));
        }

        return documents;
    }

    private static List<byte[]> ReadPage(TablespaceFile file, byte[] page)
    {
        var documents = new List<byte[]>();
        byte[] stream = InflateStream(page);
        Collect(stream, documents);
        Collect(page.AsSpan(IndexPage.FirstRecordArea), documents);
        foreach (int reference in ZipPage.BlobReferences(page, r => IsChain(file, r)))
        {
            byte[] data = ReadChain(file, FilPage.U32(page, reference + 4));
            if (TryLengthOf(stream, page, data.Length) is { } length)
                documents.Add(SdiReader.Inflate(data, length));
        }

        return documents;
    }

    private static bool IsChain(TablespaceFile file, BlobReference reference)
    {
        Span<byte> start = stackalloc byte[FilPage.Data];
        return reference.PageNumber != 0 && file.TryReadStart(reference.PageNumber, start)
            && FilPage.TypeOf(start) is PageType.SdiZBlob or PageType.ZBlob;
    }

    // A record whose document is off-page ends with its two lengths, and the second is the length of the chain's contents.
    private static uint? TryLengthOf(byte[] stream, byte[] page, int compressedLength)
    {
        foreach (byte[] place in (byte[][])[stream, page])
        {
            for (int at = 4; at + 4 <= place.Length; at++)
            {
                if (FilPage.U32(place, at) == compressedLength && FilPage.U32(place, at - 4) > compressedLength)
                    return FilPage.U32(place, at - 4);
            }
        }

        return null;
    }

    private static void Collect(ReadOnlySpan<byte> bytes, List<byte[]> documents)
    {
        for (int at = LengthsBefore; at + 2 < bytes.Length; at++)
        {
            if (bytes[at] != ZlibHeader || (bytes[at] << 8 | bytes[at + 1]) % 31 != 0)
                continue;
            uint length = FilPage.U32(bytes, at - 8), compressed = FilPage.U32(bytes, at - 4);
            if (length == 0 || compressed == 0 || compressed > bytes.Length - at || length > compressed * 1032L)
                continue;
            try
            {
                byte[] json = SdiReader.Inflate(bytes.Slice(at, (int)compressed), length);
                if (json[0] != '{')
                    continue;
                documents.Add(json);
                at += (int)compressed - 1;
            }
            catch (InvalidDataException)
            {
                // not a document after all
            }
        }
    }

    private static byte[] InflateStream(byte[] page)
    {
        using var source = new MemoryStream(page, IndexPage.FirstRecordArea, page.Length - IndexPage.FirstRecordArea);
        return Expand(source);
    }

    // The contents of a chain of pages are one zlib stream of their own.
    private static byte[] ReadChain(TablespaceFile file, uint number)
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
        return Expand(compressed);
    }

    private static byte[] Expand(Stream source)
    {
        using var zlib = new ZLibStream(source, CompressionMode.Decompress);
        using var expanded = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            int read;
            while (expanded.Length < LargestExpansion && (read = zlib.Read(buffer)) > 0)
                expanded.Write(buffer, 0, read);
        }
        catch (InvalidDataException)
        {
            // what came before the damage is worth looking at
        }

        return expanded.ToArray();
    }
}
