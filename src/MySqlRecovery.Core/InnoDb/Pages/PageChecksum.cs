using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using MySqlRecovery.IO;

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

    /// <summary>Bytes of a full_crc32 page that the checksum covers, with the checksum; 0 if it says something impossible.</summary>
    public static int FullCrc32Length(ReadOnlySpan<byte> page) => FullCrc32Part(page).Length;

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

    private static bool IsTransparentlyCompressed(PageType type) => type is PageType.Compressed
        or PageType.Encrypted or PageType.CompressedAndEncrypted or PageType.EncryptedRTree
        or PageType.MariaDbCompressed or PageType.MariaDbCompressedAndEncrypted;

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

/// <summary>How a page is sealed.</summary>
internal enum PageChecksumAlgorithm
{
    /// <summary>No algorithm fits: the page is damaged.</summary>
    Unknown,

    /// <summary>All bytes are zero: the page was never used.</summary>
    Empty,

    /// <summary>CRC-32C in both places (MySQL 5.6.3+, default since 5.7.7).</summary>
    Crc32,

    /// <summary>CRC-32C over byte-swapped words, which early 5.6 and 5.7 wrote on big-endian machines.</summary>
    Crc32BigEndian,

    /// <summary>The fold checksums of 5.5 and 5.6, and Adler-32 on compressed pages.</summary>
    InnoDb,

    /// <summary>The constant 0xDEADBEEF.</summary>
    None,

    /// <summary>MariaDB's full_crc32 (10.4+).</summary>
    FullCrc32,

    /// <summary>A page of transparent page compression, whose checksum is that of the expanded page.</summary>
    Covered,
}

/// <summary>The page checksums of MySQL 5.5 and 5.6 and of early big-endian builds (ut0rnd.ic, buf0checksum.cc, page0zip.cc).</summary>
internal static class LegacyChecksum
{
    private const uint Mask1 = 1463735687;
    private const uint Mask2 = 1653893711;
    private const uint AdlerModulus = 65521;
    private const int AdlerBatch = 5552; // the most bytes whose sums cannot overflow 32 bits

    /// <summary>The first field of innodb_checksum_algorithm=innodb.</summary>
    public static uint FoldNew(ReadOnlySpan<byte> page) =>
        Fold(page[4..26]) + Fold(page[FilPage.Data..^FilPage.TrailerLength]);

    /// <summary>The trailer's field, which covers the first field too.</summary>
    public static uint FoldOld(ReadOnlySpan<byte> page) => Fold(page[..26]);

    /// <summary>Adler-32 of a compressed page, started with 0 where zlib starts with 1.</summary>
    public static uint ZipAdler32(ReadOnlySpan<byte> page) =>
        Adler32(Adler32(Adler32(0, page[4..16]), page[24..26]), page[34..]);

    /// <summary>CRC-32C fed with words in the wrong order.</summary>
    public static uint BigEndianCrc32(ReadOnlySpan<byte> page, bool zip) => zip
        ? SwappedCrc(page, 4, 16) ^ SwappedCrc(page, 24, 26) ^ SwappedCrc(page, 34, page.Length)
        : SwappedCrc(page, 4, 26) ^ SwappedCrc(page, FilPage.Data, page.Length - FilPage.TrailerLength);

    private static uint Fold(ReadOnlySpan<byte> data)
    {
        uint fold = 0;
        foreach (byte b in data)
            fold = ((((fold ^ b ^ Mask2) << 8) + fold) ^ Mask1) + b;
        return fold;
    }

    private static uint Adler32(uint adler, ReadOnlySpan<byte> data)
    {
        uint low = adler & 0xFFFF, high = adler >> 16;
        while (data.Length > 0)
        {
            int batch = Math.Min(data.Length, AdlerBatch);
            foreach (byte b in data[..batch])
            {
                low += b;
                high += low;
            }

            low %= AdlerModulus;
            high %= AdlerModulus;
            data = data[batch..];
        }

        return high << 16 | low;
    }

    // Bytes up to an address divisible by eight and the rest one by one, between them words read big-endian. Pages are aligned.
    private static uint SwappedCrc(ReadOnlySpan<byte> page, int from, int to)
    {
        uint crc = ~0u;
        for (; from < to && (from & 7) != 0; from++)
            crc = BitOperations.Crc32C(crc, page[from]);
        for (; from + 8 <= to; from += 8)
            crc = BitOperations.Crc32C(crc, FilPage.U64(page, from));
        for (; from < to; from++)
            crc = BitOperations.Crc32C(crc, page[from]);
        return ~crc;
    }
}
