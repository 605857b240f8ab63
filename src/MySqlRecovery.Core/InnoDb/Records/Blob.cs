using MySqlRecovery.InnoDb.Pages;

namespace MySqlRecovery.InnoDb.Records;

/// <summary>Off-page columns stored as a chain of pages (lob0lob.h), the format of all servers but MySQL 8.0+ for DYNAMIC tables.</summary>
internal static class BlobChain
{
    public const int PartLength = 38, NextPage = 42, PartData = 46;

    /// <summary>The bytes that a 20-byte reference leads to, <paramref name="length"/> at most.</summary>
    /// <exception cref="InvalidDataException">A page of the chain is none.</exception>
    public static byte[] Read(TablespaceFile file, ReadOnlySpan<byte> reference, int length)
    {
        var value = new ValueBuffer();
        uint first = FilPage.U32(reference, 4);
        if (first != FilPage.Null)
            Read(first, n => ReadPage(file, n), length, value);
        return value.Written[..Math.Min(length, value.Length)].ToArray();
    }

    /// <summary>Reads a chain up to its end, or until the value has <paramref name="end"/> bytes or more.</summary>
    /// <param name="number">The first page.</param>
    /// <param name="read">Gives a page of the file.</param>
    /// <param name="end">Bytes in <paramref name="value"/> after which nothing more is read.</param>
    /// <param name="value">Takes what the pages have.</param>
    /// <exception cref="InvalidDataException">A page of the chain is none.</exception>
    public static void Read(uint number, Func<uint, byte[]> read, int end, ValueBuffer value)
    {
        do
        {
            byte[] page = read(number);
            int part = (int)Math.Min(FilPage.U32(page, PartLength), (uint)page.Length);
            if (FilPage.TypeOf(page) is not (PageType.Blob or PageType.SdiBlob) || part == 0 || PartData + part > page.Length)
                throw new InvalidDataException($"page {number} is not part of off-page data");
            value.Append(page.AsSpan(PartData, part));
            number = FilPage.U32(page, NextPage);
        }
        while (number != FilPage.Null && value.Length < end);
    }

    private static byte[] ReadPage(TablespaceFile file, uint number) => number < file.PageCount ? file.ReadPage(number)
        : throw new InvalidDataException($"a chain of off-page data leads to page {number}, beyond the file");
}

/// <summary>Follows an off-page column through its pages and tells whether it is complete.</summary>
internal sealed class BlobCheck
{
    private readonly TablespaceFile _file;

    public BlobCheck(TablespaceFile file) => _file = file;

    public bool IsFirstPage(uint number)
    {
        Span<byte> start = stackalloc byte[FilPage.Data];
        return number != 0 && _file.TryReadStart(number, start) && FilPage.TypeOf(start) is PageType.Blob or PageType.ZBlob
            or PageType.LobFirst or PageType.ZLobFirst or PageType.SdiBlob or PageType.SdiZBlob;
    }

    /// <summary>Null, or what is wrong.</summary>
    public string? Check(BlobReference reference)
    {
        Span<byte> start = stackalloc byte[LobPage.IndexList + 16];
        if (!_file.TryReadStart(reference.PageNumber, start))
            return $"page {reference.PageNumber} is beyond the file";
        return FilPage.TypeOf(start) switch
        {
            PageType.Blob or PageType.SdiBlob => CheckChain(reference, zip: _file.Flags.ZipSize != 0),
            PageType.ZBlob or PageType.SdiZBlob => CheckChain(reference, zip: true),
            PageType.LobFirst => CheckLob(reference, start),
            PageType.ZLobFirst => null, // its length is known only after expanding all parts
            PageType type => $"page {reference.PageNumber} is of type {(ushort)type}",
        };
    }

    private string? CheckChain(BlobReference reference, bool zip)
    {
        Span<byte> start = stackalloc byte[BlobChain.PartData];
        ulong length = 0;
        uint number = reference.PageNumber;
        for (uint visited = 0; number != FilPage.Null; visited++)
        {
            if (visited > _file.PageCount || !_file.TryReadStart(number, start))
                return $"its chain from page {reference.PageNumber} leads to page {number}";
            if (FilPage.TypeOf(start) is not (PageType.Blob or PageType.SdiBlob or PageType.ZBlob or PageType.ZBlob2 or PageType.SdiZBlob))
                return $"its chain from page {reference.PageNumber} leads to page {number} of type {(ushort)FilPage.TypeOf(start)}";
            length += FilPage.U32(start, BlobChain.PartLength);
            number = FilPage.U32(start, zip ? FilPage.Next : BlobChain.NextPage);
        }

        return zip || length == reference.DataLength ? null
            : $"its chain from page {reference.PageNumber} has {length} of {reference.DataLength} bytes";
    }

    private string? CheckLob(BlobReference reference, ReadOnlySpan<byte> first)
    {
        Span<byte> entry = stackalloc byte[LobPage.EntryDataLength + 2];
        Span<byte> part = stackalloc byte[FilPage.Data];
        uint entries = FilPage.U32(first, LobPage.IndexList);
        uint page = FilPage.U32(first, LobPage.IndexList + 4);
        int offset = FilPage.U16(first, LobPage.IndexList + 8);
        ulong length = 0;
        for (uint i = 0; page != FilPage.Null; i++)
        {
            if (i >= entries || !_file.TryReadAt(page, offset, entry))
                return $"the list of its parts on page {reference.PageNumber} is broken";
            uint partPage = FilPage.U32(entry, LobPage.EntryPage);
            if (!_file.TryReadStart(partPage, part) || FilPage.TypeOf(part) is not (PageType.LobFirst or PageType.LobData))
                return $"one of its parts should be on page {partPage}";
            length += FilPage.U16(entry, LobPage.EntryDataLength);
            page = FilPage.U32(entry, LobPage.EntryNext);
            offset = FilPage.U16(entry, LobPage.EntryNext + 4);
        }

        return length == reference.DataLength ? null
            : $"its parts, listed on page {reference.PageNumber}, have {length} of {reference.DataLength} bytes";
    }
}
