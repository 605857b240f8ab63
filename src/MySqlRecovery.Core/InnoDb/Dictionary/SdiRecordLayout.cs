using MySqlRecovery.InnoDb.Records;

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
        return new RecordLayout(fields, trxId, fields.Count - Math.Max(added, 0));
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
