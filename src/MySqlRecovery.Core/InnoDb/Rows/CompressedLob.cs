using MySqlRecovery.IO;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;

namespace MySqlRecovery.InnoDb.Rows;

/// <summary>
/// Reads the large off-page values of ROW_FORMAT=COMPRESSED in MySQL 8.0+: parts with versions, each a zlib stream over pages of
/// its own, the end of it maybe in a fragment of a shared page (zlob0first.h, zlob0index.h, zlob0read.cc, lob0impl.h).
/// </summary>
internal static class CompressedLob
{
    /// <summary>Bytes of an entry of the list of parts.</summary>
    public const int EntryLength = 66;

    private const int FirstDataLength = 54, FirstEntries = 136, DataLength = 39, DataStart = 49;
    private const int EntryPage = 48, EntryFragment = 52, EntryDataLength = 54, EntryStreamLength = 58, FragmentEntryLength = 24;
    private const int LargestPart = 1 << 24;

    /// <summary>Appends the value's parts.</summary>
    /// <param name="file">The file.</param>
    /// <param name="first">The first page.</param>
    /// <param name="reference">Says which version of the value the row has.</param>
    /// <param name="end">Length of <paramref name="value"/> with the whole value.</param>
    /// <param name="read">Reads a whole page.</param>
    /// <param name="value">Takes the value.</param>
    /// <exception cref="InvalidDataException">The pages do not hold it.</exception>
    public static void Read(
        TablespaceFile file, byte[] first, BlobReference reference, int end, Func<uint, byte[]> read, ValueBuffer value)
    {
        LobParts parts = LobParts.OfCompressed(file, first, reference);
        while (value.Length < end && parts.MoveNext())
            Append(parts.Entry, read, value);
    }

    private static void Append(ReadOnlySpan<byte> entry, Func<uint, byte[]> read, ValueBuffer value)
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
        if (zlib.ReadAtLeast(value.Reserve(length)[..length], length, throwOnEndOfStream: false) != length)
            throw new InvalidDataException("a part of a compressed value is shorter than it should be");
        value.Advance(length);
    }

    // After the entries for parts and for pages of fragments, of which there are as many as the page's size allows.
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
