using MySqlRecovery.Binlog.Rows;

namespace MySqlRecovery.Schema;

/// <summary>Whether a column of a schema can be what the log holds.</summary>
internal static class ColumnTypeMatch
{
    public static bool IsPossible(ColumnDefinition column, ColumnSchema schema) => column.Type switch
    {
        ColumnType.Tiny => schema.DataType is "tinyint",
        ColumnType.Short => schema.DataType is "smallint",
        ColumnType.Int24 => schema.DataType is "mediumint",
        ColumnType.Long => schema.DataType is "int",
        ColumnType.LongLong => schema.DataType is "bigint",
        ColumnType.Float => schema.DataType is "float",
        ColumnType.Double => schema.DataType is "double",
        ColumnType.NewDecimal => schema.DataType is "decimal" && schema.Length == column.Length && (schema.Scale ?? 0) == column.Scale,
        ColumnType.Bit => schema.DataType is "bit",
        ColumnType.Year => schema.DataType is "year",
        ColumnType.Date or ColumnType.NewDate => schema.DataType is "date",
        ColumnType.Time or ColumnType.Time2 => schema.DataType is "time",
        ColumnType.DateTime or ColumnType.DateTime2 => schema.DataType is "datetime",
        ColumnType.Timestamp or ColumnType.Timestamp2 => schema.DataType is "timestamp",
        ColumnType.Enum => schema.DataType is "enum",
        ColumnType.Set => schema.DataType is "set",
        ColumnType.Json => schema.DataType is "json",
        ColumnType.Vector => schema.DataType is "vector",
        // What is left travels as strings and BLOBs, with the types of MariaDB that are stored in them (INET6, UUID, JSON).
        _ => schema.DataType is not ("tinyint" or "smallint" or "mediumint" or "int" or "bigint" or "float" or "double" or "decimal"
            or "bit" or "year" or "date" or "time" or "datetime" or "timestamp" or "enum" or "set"),
    };
}
