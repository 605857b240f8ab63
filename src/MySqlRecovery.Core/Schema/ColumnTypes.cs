using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>The types of the log for those of definitions.</summary>
internal static class ColumnTypes
{
    /// <summary>The type by which a server logs a column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="isMariaDb">Whether JSON is text.</param>
    /// <param name="hasOldDates">Whether a DATETIME has the form of servers before 5.6.4.</param>
    /// <param name="hasOldTimes">Whether a TIME has.</param>
    /// <exception cref="InvalidDataException">The type is not known.</exception>
    public static ColumnType LoggedType(this ColumnSchema column, bool isMariaDb, bool hasOldDates = false, bool hasOldTimes = false) =>
        column.DataType switch
        {
            "tinyint" => ColumnType.Tiny,
            "smallint" => ColumnType.Short,
            "mediumint" => ColumnType.Int24,
            "int" => ColumnType.Long,
            "bigint" => ColumnType.LongLong,
            "float" => ColumnType.Float,
            "double" => ColumnType.Double,
            "decimal" => ColumnType.NewDecimal,
            "year" => ColumnType.Year,
            "bit" => ColumnType.Bit,
            "date" => ColumnType.Date,
            "time" => hasOldTimes ? ColumnType.Time : ColumnType.Time2,
            "datetime" => hasOldDates ? ColumnType.DateTime : ColumnType.DateTime2,
            "timestamp" => ColumnType.Timestamp2,
            "enum" => ColumnType.Enum,
            "set" => ColumnType.Set,
            "char" or "binary" or "uuid" or "inet6" or "inet4" => ColumnType.String,
            "varchar" or "varbinary" => ColumnType.VarChar,
            "json" => isMariaDb ? ColumnType.Blob : ColumnType.Json,
            "vector" => ColumnType.Vector,
            _ when column.IsText || BlobType.IsBlob(column.DataType) => ColumnType.Blob,
            "geometry" or "point" or "linestring" or "polygon" or "multipoint" or "multilinestring" or "multipolygon"
                or "geometrycollection" => ColumnType.Geometry,
            _ => throw new InvalidDataException($"column {column.Name} is {column.DataType}, which no row is read with"),
        };

    /// <summary>The column as a table map would have it that says all there is to say.</summary>
    /// <exception cref="InvalidDataException">The type is not known.</exception>
    public static ColumnDefinition ToDefinition(this ColumnSchema column, bool isMariaDb)
    {
        ColumnType type = column.LoggedType(isMariaDb);
        var definition = new ColumnDefinition
        {
            Type = type,
            PrefixLength = 0,
            FixedLength = 0,
            Length = (int)Math.Min(column.DataType switch { "uuid" or "inet6" => 16, "inet4" => 4, _ => column.Length ?? 1 }, int.MaxValue),
            Scale = (int)(type == ColumnType.NewDecimal ? column.Scale ?? 0 : TemporalValue.IsTemporal(type) ? column.Length ?? 0 : 0),
            IsNullable = column.IsNullable,
        };
        if (isMariaDb && column.DataType == "json")
            definition.CharacterSet = CharacterSets.ByName("utf8mb4");
        LogSchema.Complete(definition, column);
        return definition;
    }
}
