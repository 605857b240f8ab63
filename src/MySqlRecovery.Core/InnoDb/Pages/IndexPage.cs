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

/// <summary>Off-page columns of MySQL 8.0+: pages of types 22 to 25 (lob0first.h, lob0index.h, zlob0first.h).</summary>
internal static class LobPage
{
    /// <summary>Length of the data on the first page, and of each entry's page.</summary>
    public const int IndexList = 64;
    public const int EntryPage = 48;
    public const int EntryDataLength = 52;
    public const int EntryNext = 6;

    private const int LastTrxId = 44, TrxId = 58, EntryTrxId = 28, EntryTrxIdModifier = 34;
    private const int EntryLength = 60, EntriesOnFirstPage = 96, EntryCountOnFirstPage = 10, EntriesOnIndexPage = 39;
    private static readonly byte[] NoTransaction = new byte[6];

    public delegate void SetBytes(Span<byte> page, int at, ReadOnlySpan<byte> bytes);

    /// <summary>Clears the ids of the transactions that wrote the parts, as IMPORT TABLESPACE does.</summary>
    public static void ResetTransactions(Span<byte> page, PageType type, SetBytes setUnlessZero)
    {
        int first = EntriesOnIndexPage, count = (page.Length - EntriesOnIndexPage - FilPage.TrailerLength) / EntryLength;
        if (type != PageType.LobIndex)
        {
            setUnlessZero(page, LastTrxId, NoTransaction);
            setUnlessZero(page, TrxId, NoTransaction);
            first = EntriesOnFirstPage;
            count = type == PageType.LobFirst ? EntryCountOnFirstPage : 0;
        }

        for (int i = 0; i < count; i++)
        {
            setUnlessZero(page, first + (i * EntryLength) + EntryTrxId, NoTransaction);
            setUnlessZero(page, first + (i * EntryLength) + EntryTrxIdModifier, NoTransaction);
        }
    }
}
