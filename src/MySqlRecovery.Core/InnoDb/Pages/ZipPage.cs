namespace MySqlRecovery.InnoDb.Pages;

/// <summary>
/// The parts of a ROW_FORMAT=COMPRESSED B-tree page that are stored uncompressed, from the page's end downwards
/// (page0zip.ic): a directory of two bytes a record; on clustered leaves 13 bytes of DB_TRX_ID and DB_ROLL_PTR a record;
/// then the references to off-page columns.
/// </summary>
internal static class ZipPage
{
    public const int SystemColumns = 13;

    private const int SlotLength = 2;
    private const int SlotDeleted = 0x8000;
    private const int PredefinedRecords = 2; // infimum and supremum have no slot

    /// <summary>Records with a slot, free ones too; -1 if the page cannot hold so many.</summary>
    public static int Slots(ReadOnlySpan<byte> page)
    {
        int slots = IndexPage.HeapCount(page) - PredefinedRecords;
        return slots >= 0 && slots * (SlotLength + SystemColumns) <= page.Length - IndexPage.FirstRecordArea ? slots : -1;
    }

    /// <summary>Offset of the system columns of the i-th record of the heap, on a clustered leaf.</summary>
    public static int SystemColumnsAt(ReadOnlySpan<byte> page, int slots, int i) =>
        page.Length - (slots * SlotLength) - ((i + 1) * SystemColumns);

    /// <summary>Records that are not marked as deleted: the first slots, in key order, are those in use.</summary>
    public static int CountLive(ReadOnlySpan<byte> page, out int deleted)
    {
        deleted = 0;
        int slots = IndexPage.HeapCount(page) - PredefinedRecords, used = FilPage.U16(page, IndexPage.NRecs);
        if (slots < 0 || used > slots || slots * SlotLength > page.Length - IndexPage.FirstRecordArea)
            return -1;
        int live = 0;
        for (int i = 0; i < used; i++)
        {
            if ((FilPage.U16(page, page.Length - ((i + 1) * SlotLength)) & SlotDeleted) == 0)
                live++;
            else
                deleted++;
        }

        return live;
    }

    /// <summary>
    /// Offsets of the references to off-page columns. Their number is in the compressed part, so they are read downwards
    /// until one is neither empty nor accepted by <paramref name="isReference"/>.
    /// </summary>
    public static List<int> BlobReferences(ReadOnlySpan<byte> page, Func<BlobReference, bool> isReference)
    {
        var offsets = new List<int>();
        int slots = Slots(page);
        if (slots < 0)
            return offsets;
        for (
            int at =
                SystemColumnsAt(page, slots, slots - 1) - BlobReference.Length; at >= IndexPage.FirstRecordArea; at -= BlobReference.Length)
        {
            BlobReference reference = BlobReference.Read(page, at);
            if (reference.IsZero)
                continue;
            if (!isReference(reference))
                break;
            offsets.Add(at);
        }

        return offsets;
    }
}
