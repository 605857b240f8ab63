using MySqlRecovery.IO;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;

namespace MySqlRecovery.InnoDb.Rows;

/// <summary>
/// Reads the part of a value that is off-page: chains of pages, and the parts with versions of MySQL 8.0+ (lob0first.h,
/// lob0index.h, lob0pages.h). Nothing but the value itself is in memory.
/// </summary>
internal static class OffPageValue
{
    /// <summary>No value is longer (LONGBLOB), and no array.</summary>
    private const int Longest = 0x7FFF_FFC7;
    private const int FirstPageData = 696, DataPageData = 49;

    /// <summary>The whole value: the bytes on the page, then those that the reference at their end leads to.</summary>
    /// <param name="source">The file.</param>
    /// <param name="field">The bytes on the page.</param>
    /// <param name="isFreed">Whether the row's space is free: pages in use belong to somebody else by now.</param>
    /// <param name="value">Takes the value after what it has.</param>
    /// <exception cref="InvalidDataException">The pages do not hold what the reference says.</exception>
    public static void Read(TableFile source, ReadOnlySpan<byte> field, bool isFreed, ValueBuffer value)
    {
        ReadOnlySpan<byte> prefix = field[..^BlobReference.Length];
        BlobReference reference = BlobReference.Read(field, prefix.Length);
        if (reference.DataLength > (ulong)(source.File.Flags.ZipSize != 0 ? Longest : Math.Min(Longest, source.File.Length)))
            throw new InvalidDataException($"an off-page value of {reference.DataLength} bytes in a file of {source.File.Length}");
        int length = (int)reference.DataLength;
        byte[] first = ReadWhole(source, reference.PageNumber, isFreed);
        value.Append(prefix);
        int start = value.Length;
        // What is compressed grows with what really comes, not with what the reference claims.
        if (source.File.Flags.ZipSize == 0)
            value.Reserve(length);
        switch (FilPage.TypeOf(first))
        {
            case PageType.LobFirst:
                ReadLob(source, reference, start + length, first, isFreed, value);
                break;
            case PageType.Blob or PageType.SdiBlob:
                BlobChain.Read(reference.PageNumber, ReadAny, start + length, value);
                break;
            case PageType.ZLobFirst:
                CompressedLob.Read(source.File, first, reference, start + length, ReadAny, value);
                break;
            case PageType.ZBlob:
                ReadZipChain(source, reference, start + length, first, isFreed, value);
                break;
            case PageType type:
                throw new InvalidDataException($"off-page data on page {reference.PageNumber}, which is of type {(ushort)type}");
        }

        if (value.Length - start != length)
            throw new InvalidDataException(
                $"off-page data from page {reference.PageNumber} on has {value.Length - start} of {length} bytes");

        byte[] ReadAny(uint number) => number == reference.PageNumber ? first : ReadWhole(source, number, isFreed);
    }

    // The contents of the pages are one zlib stream.
    private static void ReadZipChain(TableFile source, BlobReference reference, int end, byte[] page, bool isFreed, ValueBuffer value)
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

        const int Chunk = 1 << 14;
        compressed.Position = 0;
        using var zlib = new InflatingStream(compressed);
        for (int got; value.Length <= end && (got = zlib.Read(value.Reserve(Chunk)[..Chunk])) > 0;)
            value.Advance(got);
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

    private static void ReadLob(TableFile source, BlobReference reference, int end, byte[] first, bool isFreed, ValueBuffer value)
    {
        LobParts parts = LobParts.OfPlain(source.File, first, reference);
        while (value.Length < end && parts.MoveNext())
        {
            uint number = FilPage.U32(parts.Entry, LobPage.EntryPage);
            int length = FilPage.U16(parts.Entry, LobPage.EntryDataLength);
            bool isFirst = number == reference.PageNumber;
            byte[] page = isFirst ? first : ReadWhole(source, number, isFreed);
            int start = isFirst ? FirstPageData : DataPageData;
            if (FilPage.TypeOf(page) != (isFirst ? PageType.LobFirst : PageType.LobData) || start + length > page.Length)
                throw new InvalidDataException($"page {number} does not have a part of off-page data");
            value.Append(page.AsSpan(start, length));
        }
    }
}
