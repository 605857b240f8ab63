using System.IO.Compression;
using MySqlRecovery.InnoDb.Records;

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
    private const int LongField = 126; // in the description of fields: values from here on take two bytes
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
    /// Whether the fields that a leaf page of a secondary index describes, at the beginning of its compressed part, are those
    /// of a layout (page0zip.cc, page_zip_fields_encode). True as well where the page cannot be expanded.
    /// </summary>
    public static bool Describes(ReadOnlySpan<byte> page, RecordLayout records)
    {
        byte[] expected = Description(records), found = new byte[expected.Length];
        try
        {
            using var compressed = new MemoryStream(page[IndexPage.FirstRecordArea..].ToArray());
            using var zlib = new ZLibStream(compressed, CompressionMode.Decompress);
            // MariaDB writes 0 for the number of fields that can be NULL.
            return zlib.ReadAtLeast(found, found.Length, throwOnEndOfStream: false) == found.Length &&
                found.AsSpan(0, found.Length - 1).SequenceEqual(expected.AsSpan(0, found.Length - 1)) && (found[^1] == 0 || found[^1] == expected[^1]);
        }
        catch (InvalidDataException)
        {
            return true;
        }
    }

    // Fields without a length of their own and without NULL are added up; then how many fields can be NULL.
    private static byte[] Description(RecordLayout records)
    {
        var bytes = new List<byte>();
        int run = 0;
        foreach (RecordField field in records.Fields)
        {
            bool isFixed = field.FixedLength > 0;
            if (run > 0 && (!isFixed || field.IsNullable || run + field.FixedLength > ColumnStorage.LongestFixedField))
                EndRun();
            if (isFixed && !field.IsNullable)
                run += field.FixedLength;
            else if (isFixed)
                Number(field.FixedLength << 1);
            else
                bytes.Add((byte)((field.IsNullable ? 0 : 1) | (field.IsBig ? LongField : 0)));
        }

        if (run > 0)
            EndRun();
        int nullable = records.Fields.Count(f => f.IsNullable);
        if (nullable >= 0x80)
            bytes.Add((byte)(0x80 | (nullable >> 7)));
        bytes.Add((byte)nullable);
        return [.. bytes];

        void EndRun()
        {
            Number((run << 1) | 1);
            run = 0;
        }

        void Number(int value)
        {
            if (value >= LongField)
                bytes.Add((byte)(0x80 | (value >> 7)));
            bytes.Add((byte)value);
        }
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
        for (int at = SystemColumnsAt(page, slots, slots - 1) - BlobReference.Length; at >= IndexPage.FirstRecordArea; at -= BlobReference.Length)
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
