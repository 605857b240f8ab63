using MySqlRecovery.IO;
using MySqlRecovery.InnoDb.Pages;

namespace MySqlRecovery.InnoDb.Rows;

/// <summary>
/// Reads the large off-page values of ROW_FORMAT=COMPRESSED in MySQL 8.0+: parts with versions, each a zlib stream over pages of
/// its own, the end of it maybe in a fragment of a shared page (zlob0first.h, zlob0index.h, zlob0read.cc, lob0impl.h).
/// </summary>
internal static class CompressedLob
{
    private const int FirstDataLength = 54, FirstEntries = 136, DataLength = 39, DataStart = 49;
    private const int EntryVersions = 12, EntryPage = 48, EntryFragment = 52, EntryDataLength = 54, EntryStreamLength = 58,
        EntryVersion = 62, EntryLength = 66, FragmentEntryLength = 24;

    private const int ListFirst = 4, LargestPart = 1 << 24;

    /// <summary>Where the list of parts is on the first page.</summary>
    private const int IndexList = 88;

    /// <summary>The value's parts together.</summary>
    /// <param name="file">The file.</param>
    /// <param name="first">The first page.</param>
    /// <param name="version">The version of the value that the row has.</param>
    /// <param name="length">Bytes of the value.</param>
    /// <param name="read">Reads a whole page.</param>
    /// <exception cref="InvalidDataException">The pages do not hold it.</exception>
    public static byte[] Read(TablespaceFile file, byte[] first, uint version, int length, Func<uint, byte[]> read)
    {
        var value = new MemoryStream();
        uint page = FilPage.U32(first, IndexList + ListFirst);
        int offset = FilPage.U16(first, IndexList + ListFirst + 4);
        Span<byte> entry = stackalloc byte[EntryLength];
        for (uint visited = 0; page != FilPage.Null && value.Length < length; visited++)
        {
            if (visited > file.PageCount * 256L || !file.TryReadAt(page, offset, entry))
                throw new InvalidDataException($"the list of parts of a compressed value leads to page {page}");
            uint nextPage = FilPage.U32(entry, LobPage.EntryNext);
            int nextOffset = FilPage.U16(entry, LobPage.EntryNext + 4);
            if (FilPage.U32(entry, EntryVersion) <= version || FindVersion(file, entry, version))
                Append(entry, read, value);
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
                throw new InvalidDataException($"the list of versions of a compressed value leads to page {page}");
            if (FilPage.U32(entry, EntryVersion) <= version)
                return true;
            page = FilPage.U32(entry, LobPage.EntryNext);
            offset = FilPage.U16(entry, LobPage.EntryNext + 4);
        }

        return false; // the part came with a later version
    }

    private static void Append(ReadOnlySpan<byte> entry, Func<uint, byte[]> read, MemoryStream value)
    {
        int length = (int)Math.Min(FilPage.U32(entry, EntryDataLength), LargestPart);
        uint streamLength = FilPage.U32(entry, EntryStreamLength), number = FilPage.U32(entry, EntryPage);
        if (length == 0 || number == FilPage.Null)
            return;
        var stream = new MemoryStream();
        for (; stream.Length < streamLength && number != FilPage.Null;)
        {
            byte[] page = read(number);
            (int start, int count) = FilPage.TypeOf(page) switch
            {
                PageType.ZLobFirst => (FirstData(page.Length), (int)FilPage.U32(page, FirstDataLength)),
                PageType.ZLobData => (DataStart, (int)FilPage.U32(page, DataLength)),
                PageType.ZLobFragment => Fragment(page, FilPage.U16(entry, EntryFragment)),
                PageType type => throw new InvalidDataException($"page {number} of type {(ushort)type} is not part of a compressed value"),
            };
            if (start < 0 || count <= 0 || start > page.Length - count)
                throw new InvalidDataException($"page {number} has no part of a compressed value");
            stream.Write(page, start, (int)Math.Min(count, streamLength - stream.Length));
            number = FilPage.U32(page, FilPage.Next);
        }

        stream.Position = 0;
        using var zlib = new InflatingStream(stream);
        var part = new byte[length];
        if (zlib.ReadAtLeast(part, length, throwOnEndOfStream: false) != length)
            throw new InvalidDataException("a part of a compressed value is shorter than it should be");
        value.Write(part);
    }

    // Behind the entries for parts and for pages of fragments, of which there are as many as the page's size allows.
    private static int FirstData(int pageLength)
    {
        (int parts, int fragments) = pageLength switch
        {
            16384 => (100, 200),
            8192 => (80, 100),
            4096 => (40, 40),
            2048 => (20, 20),
            _ => (5, 5),
        };
        return FirstEntries + (parts * EntryLength) + (fragments * FragmentEntryLength);
    }

    // The directory grows down from the end of the page; a fragment starts with links, its length and its id.
    private static (int Start, int Length) Fragment(byte[] page, int id)
    {
        const int DirectoryFirst = FilPage.TrailerLength + 4, Header = 8, LengthInHeader = 4;
        int slot = page.Length - DirectoryFirst - (2 * id);
        int at = slot < 0 ? 0 : FilPage.U16(page, slot);
        return at == 0 || at > page.Length - Header ? (-1, 0) : (at + Header, FilPage.U16(page, at + LengthInHeader) - Header);
    }
}
