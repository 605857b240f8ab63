namespace MySqlRecovery.InnoDb.Pages;

/// <summary>Offsets within B-tree pages (page0types.h, btr0types.h).</summary>
internal static class IndexPage
{
    public const int HeapTop = 40;
    public const int NHeap = 42;
    public const int NRecs = 54;

    /// <summary>PAGE_MAX_TRX_ID on secondary leaf pages; MariaDB keeps AUTO_INCREMENT here on the clustered root.</summary>
    public const int MaxTrxId = 56;
    public const int Level = 64;
    public const int IndexId = 66;
    public const int LeafSegment = 74;
    public const int TopSegment = 84;
    public const int SegmentHeaderLength = 10;
    public const int FirstRecordArea = 94;

    /// <summary>MariaDB keeps the number of columns before the first instant ADD COLUMN here, on a root of type 18.</summary>
    public const int MariaDbInstant = 50;

    /// <summary>The id that every SDI index has.</summary>
    public const ulong SdiIndexId = ulong.MaxValue;

    public static bool IsIndex(PageType type) => type is PageType.Index or PageType.RTree or PageType.Sdi;

    public static bool IsCompact(ReadOnlySpan<byte> page) => (FilPage.U16(page, NHeap) & 0x8000) != 0;

    /// <summary>Records on the page's heap, with infimum and supremum, deleted ones too.</summary>
    public static int HeapCount(ReadOnlySpan<byte> page) => FilPage.U16(page, NHeap) & 0x7FFF;
}
