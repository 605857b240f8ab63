using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Tablespace;

/// <summary>
/// What MariaDB keeps in the table itself of columns that were added or dropped instantly. The root has a type of its own and
/// says how many fields the oldest records have. If columns were only added at the end that is all; else the first record
/// leads to a map of the fields as they are stored, those dropped among them (10.4+, dict0mem.cc field_map_element_t).
/// </summary>
internal static class InstantMetadata
{
    private const int AlterFlags = 0x30; // the first record, marked as deleted
    private const int Dropped = 0x8000, DroppedNotNull = 0x4000, IndexMask = 0x3FF;
    private const int CompactInfimum = 99, InfoBits = 5, SystemColumns = 13;
    private const int LongestMap = 4 + (2 * 1024);

    /// <summary>The layout as the table's records have it; the same for a table without instant columns.</summary>
    /// <param name="file">The file.</param>
    /// <param name="clustered">The root of its clustered index.</param>
    /// <param name="layout">The layout that a fresh table of the same definition has.</param>
    public static RecordLayout Apply(TablespaceFile file, BTreeRoot clustered, RecordLayout layout)
    {
        if (clustered.Type != PageType.SdiBlob)
            return layout;
        byte[] root = file.ReadPage(clustered.Page);
        int core = FilPage.U16(root, IndexPage.MariaDbInstant) >> 3;
        byte[] leaf = clustered.Level == 0 ? root : FirstLeaf(file, clustered);
        int record = (CompactInfimum + FilPage.U16(leaf, CompactInfimum - 2)) & (leaf.Length - 1);
        if (!IndexPage.IsCompact(leaf) || record < IndexPage.FirstRecordArea || (leaf[record - InfoBits] & AlterFlags) != AlterFlags)
            return layout.WithInstantCore(core);

        // The key of this record has no values: zeros where the length is fixed, else nothing.
        int reference = record + layout.Fields.Take(layout.TrxIdField).Sum(f => f.FixedLength) + SystemColumns;
        try
        {
            return WithMap(layout, core, BlobChain.Read(file, leaf.AsSpan(reference, BlobReference.Length), LongestMap));
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            throw new RecoveryException("SchemaMismatch", RecoveryErrorKind.InvalidData,
                $"its record of columns that were added or dropped instantly does not fit the definition: {e.Message}", file.Path,
                (long)FilPage.U32(leaf, FilPage.PageNumber) * file.PageLength,
                "Give the CREATE TABLE statement that the table had when the file was last written.", e);
        }
    }

    private static RecordLayout WithMap(RecordLayout layout, int core, ReadOnlySpan<byte> map)
    {
        int head = layout.TrxIdField + 2, count = map.Length < 4 ? 0 : (int)Math.Min(FilPage.U32(map, 0), LongestMap);
        if (map.Length < 4 + (2 * count) || core > head + count)
            throw new InvalidDataException($"a map of {count} fields has {map.Length} bytes, the oldest records have {core} fields");
        List<RecordField> fields = [.. layout.Fields.Take(head)];
        for (int i = 0; i < count; i++)
        {
            int entry = FilPage.U16(map, 4 + (2 * i)), index = entry & IndexMask;
            if ((entry & Dropped) != 0)
                fields.Add(new RecordField($"dropped {i}", Math.Max(index - 1, 0), (entry & DroppedNotNull) == 0, index == 1));
            else if (index < layout.Columns.Count)
                fields.Add(layout.Columns[index]);
            else
                throw new InvalidDataException($"column {index} of {layout.Columns.Count}");
        }

        int PlaceOf(int field) => field < head ? field : fields.FindLastIndex(f => f.Name == layout.Fields[field].Name);
        return new RecordLayout(fields, layout.TrxIdField, core)
        {
            Columns = layout.Columns,
            Keys = [.. layout.Keys.Select(k => k with { Parts = [.. k.Parts.Select(p => p with { Field = PlaceOf(p.Field) })] })],
            Metadata = [.. fields.Take(head), new RecordField("map", BlobReference.Length, false, false), .. fields.Skip(head)],
        };
    }

    /// <summary>The leaf page with the smallest keys.</summary>
    public static byte[] FirstLeaf(TablespaceFile file, BTreeRoot clustered)
    {
        Span<byte> start = stackalloc byte[IndexPage.FirstRecordArea];
        for (uint number = 0; number < file.PageCount; number++)
        {
            if (file.TryReadStart(number, start) && IndexPage.IsIndex(FilPage.TypeOf(start))
                && FilPage.U32(start, FilPage.Previous) == FilPage.Null
                && FilPage.U64(start, IndexPage.IndexId) == clustered.IndexId && FilPage.U16(start, IndexPage.Level) == 0)
                return file.ReadPage(number);
        }

        throw new RecoveryException(
            "IbdPageDamaged", RecoveryErrorKind.InvalidData, "the first leaf page of its clustered index is not there", file.Path);
    }
}
