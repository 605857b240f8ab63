using MySqlRecovery.IO;

namespace MySqlRecovery.InnoDb.Pages;

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
