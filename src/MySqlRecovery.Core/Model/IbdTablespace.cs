namespace MySqlRecovery.Model;

/// <summary>What an .ibd file says about itself: one object a file, from <c>Get-IbdSpaceId</c>.</summary>
public sealed class IbdTablespace
{
    /// <summary>The file.</summary>
    public string Path { get; set; } = "";

    /// <summary>The tablespace id in the header of page 0 (offset 34).</summary>
    public uint SpaceId { get; set; }

    /// <summary>The id that most of the pages carry that were read.</summary>
    public uint PageSpaceId { get; set; }

    /// <summary>Whether page 0 (in both places) and every other page that was read carry the same id.</summary>
    public bool IsSpaceIdConsistent { get; set; }

    /// <summary>The tablespace flags as stored at offset 54.</summary>
    public uint Flags { get; set; }

    /// <summary>Redundant, Compact, Dynamic or Compressed; "Compact or Dynamic" for MariaDB's full_crc32, which does not say.</summary>
    public string RowFormat { get; set; } = "";

    /// <summary>Bytes of an uncompressed page: 4096, 8192, 16384, 32768 or 65536.</summary>
    public int PageSize { get; set; }

    /// <summary>Bytes of a page in the file of a ROW_FORMAT=COMPRESSED table, 1024 to 16384; 0 for other tables.</summary>
    public int ZipSize { get; set; }

    /// <summary>crc32, innodb, none, full_crc32 or "crc32 big-endian"; several, most frequent first, if the pages differ.</summary>
    public string ChecksumAlgorithm { get; set; } = "";

    /// <summary>Whole pages in the file.</summary>
    public long PageCount { get; set; }

    /// <summary>Pages that were read and checked: all with -Verify, else the first 64.</summary>
    public long PagesRead { get; set; }

    /// <summary>Pages among them with a wrong checksum, page number or end.</summary>
    public long DamagedPageCount { get; set; }

    /// <summary>Whether the file ends within a page or earlier than its header says.</summary>
    public bool IsTruncated { get; set; }

    /// <summary>Whether pages are encrypted.</summary>
    public bool IsEncrypted { get; set; }

    /// <summary>Whether pages use transparent page compression (not ROW_FORMAT=COMPRESSED).</summary>
    public bool IsPageCompressed { get; set; }

    /// <summary>Whether the file carries serialized dictionary information (MySQL 8.0 and later).</summary>
    public bool HasSdi { get; set; }

    /// <summary>The MySQL version that wrote page 0 last, for example 9.7.4; empty before 8.0 and for MariaDB.</summary>
    public string ServerVersion { get; set; } = "";

    /// <summary>The highest log sequence number of the pages that were read.</summary>
    public ulong MaxLsn { get; set; }

    /// <summary>Ids of the indexes, in the order of their root pages; without the SDI index.</summary>
    public string[] IndexId { get; set; } = [];

    /// <summary>Root pages of the indexes, in the order of <see cref="IndexId"/>.</summary>
    public string[] IndexRootPage { get; set; } = [];

    /// <summary>Names of the indexes, in the order of <see cref="IndexId"/>; empty without SDI.</summary>
    public string[] IndexName { get; set; } = [];

    /// <summary>Database and table, from the SDI, else from the names of the folder and the file.</summary>
    public string Table { get; set; } = "";

    /// <summary>The columns with their types, from the SDI; empty without it.</summary>
    public string[] Column { get; set; } = [];

    /// <summary>Another file of the same call with the same <see cref="SpaceId"/>; empty if there is none. A server refuses to
    /// start with both.</summary>
    public string DuplicateOf { get; set; } = "";

    /// <summary>File, table and id in one line.</summary>
    public override string ToString() => $"{Path}: {Table} space id {SpaceId}";
}

/// <summary>A page of an .ibd file that is not as it should be.</summary>
public sealed class IbdPageProblem
{
    /// <summary>The file.</summary>
    public string Path { get; set; } = "";

    /// <summary>The page, counted from 0.</summary>
    public long PageNumber { get; set; }

    /// <summary>Where the page starts in the file, in bytes.</summary>
    public long Offset { get; set; }

    /// <summary>The page type as stored, for example 17855 for an index page.</summary>
    public int PageType { get; set; }

    /// <summary>The index that the page says it belongs to; empty for other pages.</summary>
    public string IndexId { get; set; } = "";

    /// <summary>Whether the page is marked free: its contents then do not matter.</summary>
    public bool IsFree { get; set; }

    /// <summary>What is wrong: checksum, page number, or what a check of the contents found.</summary>
    public string Problem { get; set; } = "";

    /// <summary>What the page should carry.</summary>
    public string Expected { get; set; } = "";

    /// <summary>What it carries.</summary>
    public string Found { get; set; } = "";

    /// <summary>All of it in one line.</summary>
    public override string ToString() =>
        $"{Path}: page {PageNumber} (type {PageType}): {Problem}" + (Expected.Length > 0 ? $", expected {Expected}, found {Found}" : "");
}
