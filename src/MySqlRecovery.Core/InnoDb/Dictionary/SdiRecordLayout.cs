using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.Text;

namespace MySqlRecovery.InnoDb.Dictionary;

/// <summary>The layout of clustered index records as the SDI describes it.</summary>
internal static class SdiRecordLayout
{
    private const string TrxId = "DB_TRX_ID";

    /// <summary>The layout; null if the table has no clustered index in its SDI.</summary>
    public static RecordLayout? Build(SdiTable table)
    {
        if (table.Indexes.Count == 0)
            return null;
        List<RecordField> fields = table.RowVersion > 0 ? InPhysicalOrder(table) : InIndexOrder(table);
        int trxId = fields.FindIndex(f => f.Name == TrxId);
        if (trxId < 0)
            return null;
        int added = table.InstantColumns == 0 ? 0
            : table.Columns.Count(c => !c.IsVirtual && !c.IsHiddenByEngine) - table.InstantColumns;
        return new RecordLayout(fields, trxId, fields.Count - Math.Max(added, 0))
        {
            Keys = [.. table.Indexes.Skip(1).Where(i => i.Type != SdiIndex.FullText).Select(i => Key(table, i, fields, trxId))],
        };
    }

    private static KeyLayout Key(SdiTable table, SdiIndex index, List<RecordField> row, int rowKeyFields)
    {
        bool isSpatial = index.Type == SdiIndex.SpatialIndex;
        if (isSpatial || index.Elements.Any(e => table.Columns[e.Column].TypeText.EndsWith(" array", StringComparison.Ordinal)))
            return new KeyLayout(index.Name, null, [], isSpatial);
        var sources = new List<KeyPartSource>();
        var fields = new List<RecordField>();
        foreach (SdiIndexElement element in index.Elements)
        {
            SdiColumn column = table.Columns[element.Column];
            // What is not named is the clustered key's, as it is there.
            int place = element.IsHidden ? row.FindIndex(f => f.Name == column.Name) : row.FindLastIndex(f => f.Name == column.Name);
            fields.Add(element.IsHidden && place >= 0 ? row[place] : Field(table, element));
            sources.Add(Source(column, element, column.IsVirtual ? -1 : place));
        }

        // A row can be found only by the whole of its key.
        bool hasKey = Enumerable.Range(0, rowKeyFields).All(i => sources.Any(s => s.Field == i && s.Prefix == 0));
        return new KeyLayout(index.Name, new RecordLayout(fields, -1), hasKey
            ? sources : [.. sources.Select(s => s with { Field = -1 })], IsSpatial: false);
    }

    private static KeyPartSource Source(SdiColumn column, SdiIndexElement element, int place)
    {
        bool isPrefix = !element.IsHidden && column.IsString && element.Length < column.CharLength;
        CharacterSet characters = column.IsText
            ? CharacterSets.ByCollationId((ulong)column.CollationId) ?? CharacterSet.Binary : CharacterSet.Binary;
        return new KeyPartSource(place, isPrefix ? (int)(element.Length / characters.MaxBytes) : 0, characters);
    }

    private static List<RecordField> InIndexOrder(SdiTable table) =>
        table.Indexes[0].Elements.Where(e => IsStored(table, e)).Select(e => Field(table, e)).ToList();

    // Instant ADD and DROP COLUMN (8.0.29+) leave the columns of old rows where they were: each column names its position.
    private static List<RecordField> InPhysicalOrder(SdiTable table)
    {
        var places = new SortedDictionary<int, RecordField>();
        foreach (SdiColumn column in table.Columns.Where(c => c.PhysicalPosition >= 0))
            places[column.PhysicalPosition] = ColumnStorage.Field(column);
        List<SdiIndexElement> key = table.Indexes[0].Elements.Where(e => !e.IsHidden && IsStored(table, e)).ToList();
        for (int i = 0; i < key.Count; i++)
            places[i] = Field(table, key[i]);
        return [.. places.Values];
    }

    private static bool IsStored(SdiTable table, SdiIndexElement element) =>
        (uint)element.Column < (uint)table.Columns.Count && !table.Columns[element.Column].IsVirtual;

    // A key part that is a prefix of a column is a field of its own; the column follows in full.
    private static RecordField Field(SdiTable table, SdiIndexElement element)
    {
        RecordField field = ColumnStorage.Field(table.Columns[element.Column]);
        return element.Length < field.FixedLength ? field with { FixedLength = (int)element.Length } : field;
    }
}
