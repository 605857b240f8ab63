namespace MySqlRecovery.InnoDb.Pages;

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
