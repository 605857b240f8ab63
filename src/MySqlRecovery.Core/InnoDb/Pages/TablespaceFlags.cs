using System.Numerics;

namespace MySqlRecovery.InnoDb.Pages;

/// <summary>
/// The tablespace flags, four bytes at offset 54 of page 0: MySQL's layout (fsp0types.h), or MariaDB's full_crc32
/// layout (10.4 and later), which bit 4 tells apart: in MySQL's it would mean a zip size that does not exist.
/// </summary>
internal readonly record struct TablespaceFlags(uint Value)
{
    public const int OffsetOnPage0 = 54;

    public const int DefaultPageSize = 16384;
    private const int SmallestPage = 512; // sizes are stored as shifts of it

    public bool IsFullCrc32 => (Value & 0x10) != 0;

    /// <summary>Bytes of an uncompressed page, 4096 to 65536; 0 if the flags are nonsense.</summary>
    public int PageSize
    {
        get
        {
            int shift = (int)(IsFullCrc32 ? Value & 0xF : (Value >> 6) & 0xF);
            return shift switch
            {
                0 when !IsFullCrc32 => DefaultPageSize,
                >= 3 and <= 7 => SmallestPage << shift,
                _ => 0,
            };
        }
    }

    /// <summary>Bytes of a page of ROW_FORMAT=COMPRESSED, 1024 to 16384, or 0.</summary>
    public int ZipSize
    {
        get
        {
            int shift = IsFullCrc32 ? 0 : (int)(Value >> 1) & 0xF;
            return shift == 0 ? 0 : SmallestPage << shift;
        }
    }

    /// <summary>Bytes of a page in the file.</summary>
    public int PhysicalSize => ZipSize != 0 ? ZipSize : PageSize;

    /// <summary>DYNAMIC or COMPRESSED; not known from MariaDB's full_crc32 flags.</summary>
    public bool HasAtomicBlobs => !IsFullCrc32 && (Value & 0x20) != 0;

    /// <summary>MySQL's ENCRYPTION='Y'; MariaDB keeps no such flag.</summary>
    public bool IsEncrypted => !IsFullCrc32 && (Value & 0x2000) != 0;

    /// <summary>A general tablespace, which tables share (MySQL 5.7+).</summary>
    public bool IsShared => !IsFullCrc32 && (Value & 0x800) != 0;

    public bool HasSdi => !IsFullCrc32 && (Value & 0x4000) != 0;

    /// <summary>MariaDB's PAGE_COMPRESSED=1; MySQL marks compressed pages only by their type.</summary>
    public bool IsPageCompressed => IsFullCrc32 ? (Value & 0xE0) != 0 : (Value & 0x10000) != 0;

    /// <summary>Pages of an extent: 1 MiB for pages up to 16K, 64 pages above (fsp0types.h).</summary>
    public int ExtentPages => PageSize switch { 4096 => 256, 8192 => 128, _ => 64 };

    public bool IsValid =>
        PageSize != 0 && BitOperations.IsPow2(PageSize) && (ZipSize == 0 || (ZipSize <= 16384 && ZipSize <= PageSize));

    /// <summary>What must be equal in a file and its reference: all but where the file lies and what wrote it.</summary>
    public uint Layout => IsFullCrc32 ? Value & 0xFF : Value & 0x3FF;

    /// <summary>The clauses of CREATE TABLE, and the page size of the server, that give a table these flags.</summary>
    /// <param name="rowFormat">The row format, where it is known: the flags do not tell all of them apart.</param>
    public string CreateTableClause(string? rowFormat = null)
    {
        string rows = ZipSize != 0 ? $"ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE={ZipSize / 1024}"
            : rowFormat != null ? $"ROW_FORMAT={rowFormat}"
            : IsFullCrc32 ? "the checksum format full_crc32"
            : HasAtomicBlobs ? "ROW_FORMAT=DYNAMIC"
            : "ROW_FORMAT=COMPACT or REDUNDANT";
        return PageSize == DefaultPageSize ? rows : $"{rows}, innodb_page_size={PageSize}";
    }
}
