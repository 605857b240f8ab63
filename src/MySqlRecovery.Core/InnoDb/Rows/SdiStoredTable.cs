using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.Text;

namespace MySqlRecovery.InnoDb.Rows;

/// <summary>The table that a file of MySQL 8.0+ describes itself (SDI).</summary>
internal static class SdiStoredTable
{
    private const string Primary = "PRIMARY";

    /// <summary>The table; null if the SDI has no clustered index.</summary>
    /// <exception cref="InvalidDataException">The description is not one of a table that could be.</exception>
    public static StoredTable? Of(SdiTable table)
    {
        if (SdiRecordLayout.Build(table) is not { } layout)
            return null;
        SdiColumn[] stored = [.. table.Columns.Where(c => !c.IsVirtual && !c.IsHiddenByEngine)];
        StoredColumn[] columns = Array.ConvertAll(stored, c => Column(c, layout));
        SdiIndex clustered = table.Indexes[0];
        int[] key = clustered.Name != Primary ? []
            : [.. clustered.Elements.Where(e => !e.IsHidden).Select(e => Array.IndexOf(stored, table.Columns[e.Column]))];
        return new StoredTable
        {
            Database = table.Schema,
            Name = table.Name,
            Columns = columns,
            Layout = layout,
            PrimaryKey = Array.IndexOf(key, -1) >= 0 ? [] : key,
        };
    }

    private static StoredColumn Column(SdiColumn column, RecordLayout layout)
    {
        int field = StoredTable.FieldOf(layout, column.Name);
        if (field < 0)
            throw new InvalidDataException($"column {column.Name} is not in the clustered index");
        if (column.IsCompressedByPercona)
            throw StoredTable.CompressedByPercona(column.Name);
        var definition = new ColumnDefinition
        {
            Type = TypeOf(column),
            PrefixLength = 0,
            FixedLength = IsFixed(column) ? ColumnStorage.Field(column).FixedLength : 0,
            Length = column.Type switch
            {
                SdiColumnType.NewDecimal => column.NumericPrecision,
                SdiColumnType.Bit or SdiColumnType.String or SdiColumnType.Varchar => (int)Math.Min(column.CharLength, int.MaxValue),
                _ => 0,
            },
            Scale = column.Type == SdiColumnType.NewDecimal ? column.NumericScale : column.DatetimePrecision,
            IsNullable = column.IsNullable,
            Name = column.Name,
            IsNameKnown = true,
            IsUnsigned = column.IsUnsigned,
            CharacterSet = column.IsText ? CharacterSets.ByCollationId((ulong)column.CollationId) : null,
            Members = column.ElementCount == 0 ? null : [.. column.Elements],
            IsVisible = !column.IsInvisible,
            IsGenerated = column.IsGenerated,
        };
        return new StoredColumn(definition, field) { Default = DefaultOf(column) };
    }

    private static bool IsFixed(SdiColumn column) =>
        column.Type is not (SdiColumnType.String or SdiColumnType.Varchar or SdiColumnType.VarString);

    private static byte[]? DefaultOf(SdiColumn column) =>
        column.PrivateData.TryGetValue("default", out string? hex) ? Convert.FromHexString(hex) : null;

    private static ColumnType TypeOf(SdiColumn column) => column.Type switch
    {
        SdiColumnType.Tiny => ColumnType.Tiny,
        SdiColumnType.Short => ColumnType.Short,
        SdiColumnType.Int24 => ColumnType.Int24,
        SdiColumnType.Long => ColumnType.Long,
        SdiColumnType.LongLong => ColumnType.LongLong,
        SdiColumnType.Float => ColumnType.Float,
        SdiColumnType.Double => ColumnType.Double,
        SdiColumnType.NewDecimal => ColumnType.NewDecimal,
        SdiColumnType.Year => ColumnType.Year,
        SdiColumnType.Bit => ColumnType.Bit,
        SdiColumnType.Date or SdiColumnType.NewDate => ColumnType.Date,
        SdiColumnType.Time => ColumnType.Time,
        SdiColumnType.Time2 => ColumnType.Time2,
        SdiColumnType.Datetime => ColumnType.DateTime,
        SdiColumnType.Datetime2 => ColumnType.DateTime2,
        SdiColumnType.Timestamp => ColumnType.Timestamp,
        SdiColumnType.Timestamp2 => ColumnType.Timestamp2,
        SdiColumnType.Enum => ColumnType.Enum,
        SdiColumnType.Set => ColumnType.Set,
        SdiColumnType.Varchar or SdiColumnType.VarString => ColumnType.VarChar,
        SdiColumnType.String => ColumnType.String,
        >= SdiColumnType.TinyBlob and <= SdiColumnType.Blob => ColumnType.Blob,
        SdiColumnType.Geometry => ColumnType.Geometry,
        SdiColumnType.Json => ColumnType.Json,
        SdiColumnType.Vector => ColumnType.Vector,
        _ => throw new InvalidDataException($"column {column.Name} is of type {(int)column.Type}, which no row is read with"),
    };
}
