using System.Buffers.Binary;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Pages;

/// <summary>
/// Expands pages of transparent page compression: MySQL's COMPRESSION (os0file.cc, the header stays) and MariaDB's
/// PAGE_COMPRESSED (fil0pagecompress.cc, the whole page is in the compressed part).
/// </summary>
internal static class PageCompression
{
    private const int Algorithm = 27, OriginalType = 28, OriginalLength = 30, CompressedLength = 32;
    private const int Zlib = 1, Lz4 = 2;
    private const int MariaDbDataLength = FilPage.Data, MariaDbData = FilPage.Data + 2;

    /// <summary>Where the compressed part of a page starts that was encrypted after it; its length and algorithm stand before.</summary>
    public const int MariaDbEncryptedData = FilPage.Data + 4;

    // The names of SHOW VARIABLES LIKE 'innodb_compression_algorithm', by their numbers in the file.
    private static readonly string[] MariaDbAlgorithms = ["none", "zlib", "lz4", "lzo", "lzma", "bzip2", "snappy"];

    /// <summary>Expands a page in place; false if it is damaged.</summary>
    /// <exception cref="RecoveryException"><c>TablespacePageCompressed</c>: the algorithm is not among those that are read.</exception>
    public static bool Expand(Span<byte> page, TablespaceFile file)
    {
        try
        {
            return file.Flags.IsFullCrc32 ? ExpandFullCrc32(page, file)
                : FilPage.TypeOf(page) is PageType.MariaDbCompressed or PageType.MariaDbCompressedAndEncrypted
                    ? ExpandMariaDb(page, file) : ExpandMySql(page, file);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or IndexOutOfRangeException)
        {
            return false;
        }
    }

    private static bool ExpandMySql(Span<byte> page, TablespaceFile file)
    {
        int algorithm = page[Algorithm], length = FilPage.U16(page, OriginalLength);
        ushort type = FilPage.U16(page, OriginalType);
        if (length > page.Length - FilPage.Data)
            return false;
        byte[] plain = Expand(page.Slice(FilPage.Data, FilPage.U16(page, CompressedLength)), algorithm, length, algorithm switch
        {
            Zlib => "zlib",
            Lz4 => "lz4",
            _ => $"algorithm {algorithm}",
        }, file);
        page[FilPage.Data..].Clear();
        plain.CopyTo(page[FilPage.Data..]);
        page[FilPage.FlushLsn..FilPage.SpaceId].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(page[FilPage.Type..], type);
        return plain.Length == length;
    }

    private static bool ExpandFullCrc32(Span<byte> page, TablespaceFile file)
    {
        int algorithm = (int)(file.Flags.Value >> 5) & 7, length = PageChecksum.FullCrc32Length(page);
        // Of algorithms that need the exact length the byte before the checksum has its last eight bits.
        if (Name(algorithm) is "lz4" or "lzo" or "snappy")
        {
            int last = page[length - 5];
            length += (last == 0 ? 0 : last - 0x100) - 5;
        }

        byte[] plain = Expand(page[FilPage.FlushLsn..length], algorithm, page.Length, Name(algorithm), file);
        plain.CopyTo(page);
        return plain.Length == page.Length;
    }

    private static bool ExpandMariaDb(Span<byte> page, TablespaceFile file)
    {
        bool wasEncrypted = FilPage.TypeOf(page) == PageType.MariaDbCompressedAndEncrypted;
        int start = wasEncrypted ? MariaDbEncryptedData : MariaDbData;
        int algorithm = wasEncrypted ? FilPage.U16(page, MariaDbData) : (int)FilPage.U64(page, FilPage.FlushLsn);
        byte[] plain = Expand(page.Slice(start, FilPage.U16(page, MariaDbDataLength)), algorithm, page.Length, Name(algorithm), file);
        plain.CopyTo(page);
        return plain.Length == page.Length;
    }

    private static string Name(int algorithm) =>
        (uint)algorithm < MariaDbAlgorithms.Length ? MariaDbAlgorithms[algorithm] : $"algorithm {algorithm}";

    private static byte[] Expand(ReadOnlySpan<byte> compressed, int algorithm, int length, string name, TablespaceFile file)
    {
        if (algorithm == Zlib)
        {
            var plain = new byte[length];
            using var zlib = new InflatingStream(new MemoryStream(compressed.ToArray()));
            return plain[..zlib.ReadAtLeast(plain, length, throwOnEndOfStream: false)];
        }

        return algorithm == Lz4 ? Lz4Block.Expand(compressed, length) : throw new RecoveryException(
            "TablespacePageCompressed", RecoveryErrorKind.NotSupported,
            $"the file has transparently compressed pages ({name}): its rows are not read", file.Path,
            recommendedAction: "Rebuild the table on a server with PAGE_COMPRESSED=0, or with innodb_compression_algorithm=zlib.");
    }
}

/// <summary>A block of LZ4 (lz4_Block_format.md).</summary>
internal static class Lz4Block
{
    private const int ShortestMatch = 4, MoreFollows = 15;

    /// <summary>Expands a block to at most the given length.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static byte[] Expand(ReadOnlySpan<byte> block, int length)
    {
        var plain = new byte[length];
        int at = 0, end = 0;
        while (at < block.Length)
        {
            int token = block[at++], literals = Length(block, ref at, token >> 4);
            if (literals > block.Length - at || literals > length - end)
                throw new InvalidDataException("a literal reaches beyond the end");
            block.Slice(at, literals).CopyTo(plain.AsSpan(end));
            (at, end) = (at + literals, end + literals);
            if (at >= block.Length)
                break;
            int offset = at + 1 < block.Length ? block[at] | block[at + 1] << 8 : 0;
            at += 2;
            int match = Length(block, ref at, token & MoreFollows) + ShortestMatch;
            if (offset == 0 || offset > end || match > length - end)
                throw new InvalidDataException("a match reaches beyond the page");
            for (; match > 0; match--, end++)
                plain[end] = plain[end - offset];
        }

        return plain[..end];
    }

    private static int Length(ReadOnlySpan<byte> block, ref int at, int length)
    {
        if (length != MoreFollows)
            return length;
        for (int more = 255; more == 255 && at < block.Length; length += more)
            more = block[at++];
        return length;
    }
}
