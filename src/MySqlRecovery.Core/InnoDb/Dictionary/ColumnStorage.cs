using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.Text;

namespace MySqlRecovery.InnoDb.Dictionary;

/// <summary>How long a column type is in an InnoDB record (data0type.ic, ha_innodb.cc get_innobase_type_from_mysql_type).</summary>
internal static class ColumnStorage
{
    /// <summary>Fixed fields longer than this are stored as variable ones (DICT_MAX_FIXED_COL_LEN).</summary>
    public const int LongestFixedField = 768;

    private static readonly int[] DigitBytes = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];

    /// <summary>Bytes of a DECIMAL: four for nine digits on either side of the point, fewer for the rest.</summary>
    public static int Decimal(int precision, int scale)
    {
        int whole = Math.Max(precision - scale, 0);
        return (whole / 9 * 4) + DigitBytes[whole % 9] + (scale / 9 * 4) + DigitBytes[scale % 9];
    }

    public static int Fraction(int digits) => (digits + 1) / 2;

    public static int Enum(int elements) => elements < 256 ? 1 : 2;

    public static int Set(int elements) => elements > 32 ? 8 : (elements + 7) / 8;

    /// <summary>The field that stores a column in a compact record.</summary>
    public static RecordField Field(SdiColumn column)
    {
        int fixedLength = column.Name switch
        {
            "DB_TRX_ID" or "DB_ROW_ID" when column.IsHiddenByEngine => 6,
            "DB_ROLL_PTR" when column.IsHiddenByEngine => 7,
            _ => FixedLength(column),
        };
        if (fixedLength > LongestFixedField)
            fixedLength = 0;
        return new RecordField(column.Name, fixedLength, column.IsNullable, IsBig(column),
            column.VersionAdded, column.VersionDropped);
    }

    private static int FixedLength(SdiColumn column) => column.Type switch
    {
        SdiColumnType.Tiny or SdiColumnType.Year => 1,
        SdiColumnType.Short => 2,
        SdiColumnType.Int24 or SdiColumnType.Date or SdiColumnType.NewDate or SdiColumnType.Time => 3,
        SdiColumnType.Long or SdiColumnType.Float or SdiColumnType.Timestamp => 4,
        SdiColumnType.LongLong or SdiColumnType.Double or SdiColumnType.Datetime => 8,
        SdiColumnType.Time2 => 3 + Fraction(column.DatetimePrecision),
        SdiColumnType.Timestamp2 => 4 + Fraction(column.DatetimePrecision),
        SdiColumnType.Datetime2 => 5 + Fraction(column.DatetimePrecision),
        SdiColumnType.NewDecimal => Decimal(column.NumericPrecision, column.NumericScale),
        SdiColumnType.Bit => ((int)column.CharLength + 7) / 8,
        SdiColumnType.Enum => Enum(column.ElementCount),
        SdiColumnType.Set => Set(column.ElementCount),
        SdiColumnType.String when IsSingleByte(column) => (int)Math.Min(column.CharLength, int.MaxValue),
        _ => 0,
    };

    private static bool IsBig(SdiColumn column) => column.Type switch
    {
        SdiColumnType.Varchar or SdiColumnType.VarString or SdiColumnType.String => column.CharLength > 255,
        >= SdiColumnType.TinyBlob and <= SdiColumnType.Blob or SdiColumnType.Geometry or SdiColumnType.Json or SdiColumnType.Vector => true,
        _ => false,
    };

    // CHAR is stored with the spaces it needs where a character can take more than one byte.
    private static bool IsSingleByte(SdiColumn column) => CharacterSets.ByCollationId((ulong)column.CollationId)?.IsFixedWidth != false;
}
