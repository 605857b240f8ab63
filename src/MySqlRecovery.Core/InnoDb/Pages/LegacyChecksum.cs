using System.Numerics;
using MySqlRecovery.IO;

namespace MySqlRecovery.InnoDb.Pages;

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
