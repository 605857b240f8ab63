using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MySqlRecovery.IO;
using MySqlRecovery.InnoDb.Tablespace;

namespace MySqlRecovery.InnoDb.Pages;

/// <summary>Finds out how a page is sealed and seals it again (buf0checksum.cc, page0zip.cc).</summary>
internal static class PageChecksum
{
    private const uint NoChecksumMagic = 0xDEADBEEF;

    /// <summary>The algorithm whose value the page carries; <see cref="PageChecksumAlgorithm.Unknown"/> if it is damaged.</summary>
    [MethodImpl(Jit.Hot)]
    public static PageChecksumAlgorithm Identify(ReadOnlySpan<byte> page, TablespaceFlags flags)
    {
        if (flags.IsFullCrc32)
        {
            ReadOnlySpan<byte> part = FullCrc32Part(page);
            if (part.Length > 4 && FilPage.U32(part, part.Length - 4) == Crc32C.Compute(part[..^4]))
                return PageChecksumAlgorithm.FullCrc32;
            return FilPage.IsEmpty(page) ? PageChecksumAlgorithm.Empty : PageChecksumAlgorithm.Unknown;
        }

        return flags.ZipSize != 0 ? IdentifyZip(page) : IdentifyPlain(page);
    }

    /// <summary>Writes the checksum of the given algorithm; what needs none or cannot have one is left as it is.</summary>
    [MethodImpl(Jit.Hot)]
    public static void Seal(Span<byte> page, TablespaceFlags flags, PageChecksumAlgorithm algorithm)
    {
        switch (algorithm)
        {
            case PageChecksumAlgorithm.FullCrc32:
                int length = FullCrc32Part(page).Length;
                BinaryPrimitives.WriteUInt32BigEndian(page[(length - 4)..], Crc32C.Compute(page[..(length - 4)]));
                break;
            case PageChecksumAlgorithm.Crc32 or PageChecksumAlgorithm.Crc32BigEndian or PageChecksumAlgorithm.InnoDb:
                BinaryPrimitives.WriteUInt32BigEndian(page, Expected(page, flags, algorithm));
                if (flags.ZipSize == 0)
                    BinaryPrimitives.WriteUInt32BigEndian(page[^FilPage.TrailerLength..], ExpectedTrailer(page, algorithm));
                break;
        }
    }

    /// <summary>The checksum that the page should carry, first field (full_crc32: the only one).</summary>
    public static uint Expected(ReadOnlySpan<byte> page, TablespaceFlags flags, PageChecksumAlgorithm algorithm)
    {
        if (flags.IsFullCrc32)
        {
            ReadOnlySpan<byte> part = FullCrc32Part(page);
            return part.Length > 4 ? Crc32C.Compute(part[..^4]) : 0;
        }

        bool zip = flags.ZipSize != 0;
        return algorithm switch
        {
            PageChecksumAlgorithm.InnoDb => zip ? LegacyChecksum.ZipAdler32(page) : LegacyChecksum.FoldNew(page),
            PageChecksumAlgorithm.Crc32BigEndian => LegacyChecksum.BigEndianCrc32(page, zip),
            PageChecksumAlgorithm.None => NoChecksumMagic,
            _ => zip ? ZipCrc32(page) : PlainCrc32(page),
        };
    }

    /// <summary>The checksum that the page carries.</summary>
    public static uint Found(ReadOnlySpan<byte> page, TablespaceFlags flags)
    {
        if (!flags.IsFullCrc32)
            return FilPage.U32(page, FilPage.Checksum);
        ReadOnlySpan<byte> part = FullCrc32Part(page);
        return part.Length >= 4 ? FilPage.U32(part, part.Length - 4) : 0;
    }

    /// <summary>The name that the servers use for the algorithm.</summary>
    public static string Name(PageChecksumAlgorithm algorithm) => algorithm switch
    {
        PageChecksumAlgorithm.Crc32 => "crc32",
        PageChecksumAlgorithm.Crc32BigEndian => "crc32 big-endian",
        PageChecksumAlgorithm.InnoDb => "innodb",
        PageChecksumAlgorithm.None => "none",
        PageChecksumAlgorithm.FullCrc32 => "full_crc32",
        _ => "",
    };

    private static uint ExpectedTrailer(ReadOnlySpan<byte> page, PageChecksumAlgorithm algorithm) =>
        algorithm == PageChecksumAlgorithm.InnoDb ? LegacyChecksum.FoldOld(page) : FilPage.U32(page, FilPage.Checksum);

    [MethodImpl(Jit.Hot)]
    private static PageChecksumAlgorithm IdentifyPlain(ReadOnlySpan<byte> page)
    {
        uint first = FilPage.U32(page, FilPage.Checksum);
        uint second = FilPage.U32(page, page.Length - FilPage.TrailerLength);
        if (IsTransparentlyCompressed(FilPage.TypeOf(page)))
            return PageChecksumAlgorithm.Covered;
        if (first == 0 && second == 0 && IsEmptyButForFlushLsn(page))
            return PageChecksumAlgorithm.Empty;
        if (FilPage.U32(page, FilPage.Lsn + 4) != FilPage.U32(page, page.Length - 4))
            return PageChecksumAlgorithm.Unknown;
        if (first == NoChecksumMagic && second == NoChecksumMagic)
            return PageChecksumAlgorithm.None;
        if (first == second && first == PlainCrc32(page))
            return PageChecksumAlgorithm.Crc32;
        bool oldFits = second == LegacyChecksum.FoldOld(page) || second == FilPage.U32(page, FilPage.Lsn);
        if (oldFits && (first == 0 || first == LegacyChecksum.FoldNew(page)))
            return PageChecksumAlgorithm.InnoDb;
        return first == second && first == LegacyChecksum.BigEndianCrc32(page, zip: false)
            ? PageChecksumAlgorithm.Crc32BigEndian : PageChecksumAlgorithm.Unknown;
    }

    private static PageChecksumAlgorithm IdentifyZip(ReadOnlySpan<byte> page)
    {
        uint stored = FilPage.U32(page, FilPage.Checksum);
        if (stored == ZipCrc32(page))
            return PageChecksumAlgorithm.Crc32;
        if (stored == 0 && FilPage.IsEmpty(page))
            return PageChecksumAlgorithm.Empty;
        if (stored == NoChecksumMagic)
            return PageChecksumAlgorithm.None;
        if (stored == LegacyChecksum.ZipAdler32(page))
            return PageChecksumAlgorithm.InnoDb;
        return stored == LegacyChecksum.BigEndianCrc32(page, zip: true)
            ? PageChecksumAlgorithm.Crc32BigEndian : PageChecksumAlgorithm.Unknown;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint PlainCrc32(ReadOnlySpan<byte> page) =>
        Crc32C.Compute(page[4..26]) ^ Crc32C.Compute(page[FilPage.Data..^FilPage.TrailerLength]);

    [MethodImpl(Jit.Hot)]
    private static uint ZipCrc32(ReadOnlySpan<byte> page) =>
        Crc32C.Compute(page[4..16]) ^ Crc32C.Compute(page[24..26]) ^ Crc32C.Compute(page[34..]);

    private static bool IsTransparentlyCompressed(PageType type) => type is PageType.Compressed or
        PageType.Encrypted or PageType.CompressedAndEncrypted or PageType.EncryptedRTree or
        PageType.MariaDbCompressed or PageType.MariaDbCompressedAndEncrypted;

    private static bool IsEmptyButForFlushLsn(ReadOnlySpan<byte> page) =>
        FilPage.IsEmpty(page[..FilPage.FlushLsn]) && FilPage.IsEmpty(page[FilPage.SpaceId..]);

    // A page_compressed page of MariaDB has bit 15 of its type set and in the rest its length in units of 256 bytes.
    private static ReadOnlySpan<byte> FullCrc32Part(ReadOnlySpan<byte> page)
    {
        ushort type = FilPage.U16(page, FilPage.Type);
        if ((type & 0x8000) == 0)
            return page;
        int length = (type & 0x7FFF) << 8;
        return length > 4 && length <= page.Length ? page[..length] : [];
    }
}
