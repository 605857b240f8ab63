using MySqlRecovery.IO;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;

namespace MySqlRecovery.InnoDb.Rows;

/// <summary>
/// Reads the part of a value that is off-page: chains of pages, and the parts with versions of MySQL 8.0+ (lob0first.h,
/// lob0index.h, lob0pages.h).
/// </summary>
internal static class OffPageValue
{
    /// <summary>No value is longer (LONGBLOB), and no array.</summary>
    private const int Longest = 0x7FFF_FFC7;
    private const int FirstPageData = 696, DataPageData = 49, EntryVersions = 12, EntryVersion = 56, EntryLength = 60;
    private const int ListFirst = 4;

    /// <summary>The whole value: the bytes on the page, then those that the reference at their end leads to.</summary>
    /// <param name="source">The file.</param>
    /// <param name="field">The bytes on the page.</param>
    /// <param name="isFreed">Whether the row's space is free: pages in use belong to somebody else by now.</param>
    /// <exception cref="InvalidDataException">The pages do not hold what the reference says.</exception>
    public static byte[] Read(TableFile source, ReadOnlySpan<byte> field, bool isFreed)
    {
        ReadOnlySpan<byte> prefix = field[..^BlobReference.Length];
        BlobReference reference = BlobReference.Read(field, prefix.Length);
        if (reference.DataLength > (ulong)(source.File.Flags.ZipSize != 0 ? Longest : Math.Min(Longest, source.File.Length)))
            throw new InvalidDataException($"an off-page value of {reference.DataLength} bytes in a file of {source.File.Length}");
        int length = (int)reference.DataLength;
        byte[] first = ReadWhole(source, reference.PageNumber, isFreed);
        byte[] rest = FilPage.TypeOf(first) switch
        {
            PageType.LobFirst => ReadLob(source, reference, length, first, isFreed),
            PageType.Blob or PageType.SdiBlob => ReadChain(source, reference, length, first, isFreed),
            PageType.ZLobFirst => CompressedLob.Read(
                source.File, first, Math.Max(reference.Offset, 1), length,
                n => n == reference.PageNumber ? first : ReadWhole(source, n, isFreed)),
            PageType.ZBlob => ReadZipChain(source, reference, length, first, isFreed),
            PageType type =>
                throw new InvalidDataException($"off-page data on page {reference.PageNumber}, which is of type {(ushort)type}"),
        };
        return rest.Length == length ? prefix.IsEmpty ? rest : [.. prefix, .. rest]
            : throw new InvalidDataException($"off-page data from page {reference.PageNumber} on has {rest.Length} of {length} bytes");
    }

    private static byte[] ReadChain(TableFile source, BlobReference reference, int length, byte[] page, bool isFreed)
    {
        var value = new MemoryStream();
        for (uint number = reference.PageNumber; ;)
        {
            int part = (int)Math.Min(FilPage.U32(page, BlobChain.PartLength), (uint)page.Length);
            if (FilPage.TypeOf(page) is not (PageType.Blob or PageType.SdiBlob) || part == 0 || BlobChain.PartData + part > page.Length)
                throw new InvalidDataException($"page {number} is not part of off-page data");
            value.Write(page, BlobChain.PartData, part);
            number = FilPage.U32(page, BlobChain.NextPage);
            if (number == FilPage.Null || value.Length >= length)
                return value.ToArray();
            page = ReadWhole(source, number, isFreed);
        }
    }

    // The contents of the pages are one zlib stream.
    private static byte[] ReadZipChain(TableFile source, BlobReference reference, int length, byte[] page, bool isFreed)
    {
        var compressed = new MemoryStream();
        for (uint number = reference.PageNumber; ;)
        {
            if (FilPage.TypeOf(page) is not (PageType.ZBlob or PageType.ZBlob2) || compressed.Length > source.File.Length)
                throw new InvalidDataException($"page {number} is not part of compressed off-page data");
            compressed.Write(page, FilPage.Data, page.Length - FilPage.Data);
            number = FilPage.U32(page, FilPage.Next);
            if (number == FilPage.Null)
                break;
            page = ReadWhole(source, number, isFreed);
        }

        compressed.Position = 0;
        using var zlib = new InflatingStream(compressed);
        // Grows with what really comes, not with what the reference claims.
        var value = new MemoryStream();
        var chunk = new byte[1 << 14];
        for (int got; value.Length <= length && (got = zlib.Read(chunk)) > 0;)
            value.Write(chunk, 0, got);
        return value.ToArray();
    }

    private static byte[] ReadWhole(TableFile source, uint number, bool isFreed)
    {
        if (number == 0 || number >= source.File.PageCount)
            throw new InvalidDataException($"off-page data on page {number}, which the file does not have");
        byte[] page = source.File.ReadPage(number);
        if (PageInspection.Check(page, number, source.File, source.Extents, PageChecksumAlgorithm.Crc32, out _) is { } problem)
            throw new InvalidDataException($"off-page data on page {number}, which has a {problem.Problem}");
        if (isFreed && !source.Extents.IsFree(number))
            throw new InvalidDataException($"off-page data on page {number}, which has been given away");
        return page;
    }

    // Each entry of the list is a part of the value, with the newest version of it; older versions hang below the entry. The
    // reference says which version of the value the row has: of each part the newest that is not newer counts.
    private static byte[] ReadLob(TableFile source, BlobReference reference, int length, byte[] first, bool isFreed)
    {
        var value = new MemoryStream();
        uint version = Math.Max(reference.Offset, 1);
        uint page = FilPage.U32(first, LobPage.IndexList + ListFirst);
        int offset = FilPage.U16(first, LobPage.IndexList + ListFirst + 4);
        Span<byte> entry = stackalloc byte[EntryLength];
        uint most = source.File.PageCount;
        for (uint visited = 0; page != FilPage.Null && value.Length < length; visited++)
        {
            if (visited > most || !source.File.TryReadAt(page, offset, entry))
                throw new InvalidDataException($"the list of parts on page {reference.PageNumber} is broken");
            uint nextPage = FilPage.U32(entry, LobPage.EntryNext);
            int nextOffset = FilPage.U16(entry, LobPage.EntryNext + 4);
            if (FilPage.U32(entry, EntryVersion) <= version || FindVersion(source.File, entry, version))
                AppendPart(source, entry, reference.PageNumber, first, value, isFreed);
            (page, offset) = (nextPage, nextOffset);
        }

        return value.ToArray();
    }

    private static bool FindVersion(TablespaceFile file, Span<byte> entry, uint version)
    {
        uint page = FilPage.U32(entry, EntryVersions + ListFirst);
        int offset = FilPage.U16(entry, EntryVersions + ListFirst + 4);
        for (uint visited = 0; page != FilPage.Null && visited <= file.PageCount; visited++)
        {
            if (!file.TryReadAt(page, offset, entry))
                throw new InvalidDataException($"the list of versions leads to page {page}");
            if (FilPage.U32(entry, EntryVersion) <= version)
                return true;
            page = FilPage.U32(entry, LobPage.EntryNext);
            offset = FilPage.U16(entry, LobPage.EntryNext + 4);
        }

        return false; // the part came with a later version
    }

    private static void AppendPart(
        TableFile source, ReadOnlySpan<byte> entry, uint firstNumber, byte[] first, MemoryStream value, bool isFreed)
    {
        uint number = FilPage.U32(entry, LobPage.EntryPage);
        int length = FilPage.U16(entry, LobPage.EntryDataLength);
        byte[] page = number == firstNumber ? first : ReadWhole(source, number, isFreed);
        int start = number == firstNumber ? FirstPageData : DataPageData;
        if (FilPage.TypeOf(page) != (number == firstNumber ? PageType.LobFirst : PageType.LobData) || start + length > page.Length)
            throw new InvalidDataException($"page {number} does not have a part of off-page data");
        value.Write(page, start, length);
    }
}
