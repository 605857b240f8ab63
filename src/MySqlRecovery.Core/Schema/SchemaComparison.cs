using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>
/// Compares a table's definition with everything that a table map says of the table. What the map leaves out, which depends on
/// the server and on binlog_row_metadata, is not compared.
/// </summary>
internal static class SchemaComparison
{
    private static readonly string[] GeometryTypes =
        ["geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection"];

    /// <summary>What they say differently; null where they may be of one table.</summary>
    public static string? FindProblem(TableMap map, TableSchema table)
    {
        if (table.Columns.Count != map.Columns.Length)
            return $"the schema has {table.Columns.Count} columns, the log {map.Columns.Length}";
        for (int i = 0; i < map.Columns.Length; i++)
        {
            (ColumnDefinition column, ColumnSchema schema) = (map.Columns[i], table.Columns[i]);
            if ((map.IsOfLog ? FindProblem(column, schema) : FindOtherName(column, schema)) is { } problem)
                return problem;
        }

        return map.IsPrimaryKeyKnown && table.AreKeysKnown ? FindKeyProblem(map, table) : null;
    }

    private static string? FindKeyProblem(TableMap map, TableSchema table)
    {
        string[] logged = [.. map.PrimaryKey.Select(ordinal => map.Columns[ordinal].Name)];
        string[] said = ColumnsOf(table.PrimaryKey);
        // Without a primary key the servers log a unique key without NULLs in its place.
        bool isSame = logged.SequenceEqual(said, StringComparer.OrdinalIgnoreCase)
            || (
                table.PrimaryKey == null
                && table.Keys.Any(key => key.IsUnique && logged.SequenceEqual(ColumnsOf(key), StringComparer.OrdinalIgnoreCase)));
        return isSame
            ? null : $"the primary key is ({string.Join(", ", said)}) in the schema and ({string.Join(", ", logged)}) in the log";
    }

    private static string[] ColumnsOf(KeySchema? key) => [.. key?.Parts.Select(part => part.Column ?? string.Empty) ?? []];

    /// <summary>What a table map and a definition say differently of a column; null where they may be of one.</summary>
    public static string? FindProblem(ColumnDefinition column, ColumnSchema schema)
    {
        if (FindOtherName(column, schema) is { } name)
            return name;
        if (!IsPossible(column, schema))
            return $"column '{schema.Name}' is {Describe(schema)} in the schema and {Describe(column)} in the log";
        // A TIMESTAMP of which the schema says neither is NOT NULL under explicit_defaults_for_timestamp=OFF.
        if (column.IsNullable != schema.IsNullable && (column.IsNullable || schema.DataType != "timestamp"))
            return $"column '{schema.Name}' is {(schema.IsNullable ? "NULL" : "NOT NULL")} in the schema and "
                + $"{(column.IsNullable ? "NULL" : "NOT NULL")} in the log";
        if (column.IsUnsigned is { } unsigned && column.Type != ColumnType.Year && unsigned != schema.IsUnsigned)
            return $"column '{schema.Name}' is {(schema.IsUnsigned ? "unsigned" : "signed")} in the schema and "
                + $"{(unsigned ? "unsigned" : "signed")} in the log";
        if (FindTextProblem(column, schema) is { } text)
            return text;
        return column.Members != null
            && !column.Members.Select(Trimmed).SequenceEqual(schema.Members.Select(Trimmed), StringComparer.Ordinal)
            ? $"column '{schema.Name}' has other members in the schema than in the log" : null;
    }

    private static string? FindOtherName(ColumnDefinition column, ColumnSchema schema) =>
        column.IsNameKnown && !string.Equals(column.Name, schema.Name, StringComparison.OrdinalIgnoreCase)
            ? $"column '{column.Name}' of the log is '{schema.Name}' in the schema" : null;

    private static string? FindTextProblem(ColumnDefinition column, ColumnSchema schema)
    {
        if (column.CharacterSet is not { } set || !(IsTextOrBytes(schema.DataType) || column.IsEnumOrSet))
            return null;
        string? said = schema.IsText ? schema.CharacterSet : "binary";
        bool isPossible = said == null ? !set.IsBinary : string.Equals(said, set.Name, StringComparison.OrdinalIgnoreCase);
        return isPossible ? null : $"column '{schema.Name}' is {said ?? "text"} in the schema and {set.Name} in the log";
    }

    private static bool IsTextOrBytes(string type) =>
        type is "char" or "varchar" or "binary" or "varbinary" || BlobType.IsBlob(type) || BlobType.IsText(type);

    private static string Trimmed(string member) => member.TrimEnd(' ');

    private static bool IsPossible(ColumnDefinition column, ColumnSchema schema) => column.Type switch
    {
        ColumnType.Tiny => schema.DataType is "tinyint",
        ColumnType.Short => schema.DataType is "smallint",
        ColumnType.Int24 => schema.DataType is "mediumint",
        ColumnType.Long => schema.DataType is "int",
        ColumnType.LongLong => schema.DataType is "bigint",
        ColumnType.Float => schema.DataType is "float",
        ColumnType.Double => schema.DataType is "double",
        ColumnType.NewDecimal => schema.DataType is "decimal" && schema.Length == column.Length && (schema.Scale ?? 0) == column.Scale,
        ColumnType.Bit => schema.DataType is "bit" && schema.Length == column.Length,
        ColumnType.Year => schema.DataType is "year",
        ColumnType.Date or ColumnType.NewDate => schema.DataType is "date",
        ColumnType.Time => schema.DataType is "time",
        ColumnType.DateTime => schema.DataType is "datetime",
        ColumnType.Timestamp => schema.DataType is "timestamp",
        ColumnType.Time2 => schema.DataType is "time" && (schema.Length ?? 0) == column.Scale,
        ColumnType.DateTime2 => schema.DataType is "datetime" && (schema.Length ?? 0) == column.Scale,
        ColumnType.Timestamp2 => schema.DataType is "timestamp" && (schema.Length ?? 0) == column.Scale,
        ColumnType.Enum => schema.DataType is "enum" && column.FixedLength == (schema.Members.Count < 256 ? 1 : 2),
        ColumnType.Set => schema.DataType is "set" && column.FixedLength == SetBytes(schema.Members.Count),
        ColumnType.Json => schema.DataType is "json",
        ColumnType.Vector => schema.DataType is "vector" && (column.Dimension == null || column.Dimension == schema.Length),
        ColumnType.Geometry => column.GeometryType is { } type
            ? type < GeometryTypes.Length && schema.DataType == GeometryTypes[type] : Array.IndexOf(GeometryTypes, schema.DataType) >= 0,
        // MariaDB keeps its UUID and INET6 in 16 bytes, INET4 in 4.
        ColumnType.String => schema.DataType switch
        {
            "char" => IsLength(column.Length, schema),
            "binary" => column.Length == schema.Length,
            "uuid" or "inet6" => column.Length == 16,
            "inet4" => column.Length == 4,
            _ => false,
        },
        // MariaDB's VECTOR is a VARBINARY of four bytes a dimension.
        ColumnType.VarChar => schema.DataType switch
        {
            "varchar" => IsLength(column.Length, schema),
            "varbinary" => column.Length == schema.Length,
            "vector" => column.Length == 4 * schema.Length,
            _ => false,
        },
        // MariaDB's COMPRESSED columns have a byte more, for the method.
        ColumnType.MariaDbVarCharCompressed => schema.DataType switch
        {
            "varchar" => IsLength(column.Length, schema) || IsLength(column.Length - 1, schema),
            "varbinary" => column.Length == schema.Length || column.Length == schema.Length + 1,
            _ => false,
        },
        // MariaDB's JSON is a LONGTEXT.
        ColumnType.Blob or ColumnType.TinyBlob or ColumnType.MediumBlob or ColumnType.LongBlob or ColumnType.MariaDbBlobCompressed =>
            column.PrefixLength == (schema.DataType == "json" ? 4 : BlobType.LengthBytes(schema.DataType)),
        _ => false,
    };

    private static int SetBytes(int members) => (members + 7) / 8 is var bytes && bytes > 4 ? 8 : bytes;

    // The log has bytes, the schema characters; without a character set they may be of one to four bytes.
    private static bool IsLength(int bytes, ColumnSchema schema)
    {
        uint characters = schema.Length ?? 1;
        return CharacterSets.ByName(schema.CharacterSet)?.MaxBytes is { } width
            ? bytes == characters * width
            : characters == 0 ? bytes == 0 : bytes % characters == 0 && bytes / characters is >= 1 and <= 4;
    }

    private static string Describe(ColumnSchema schema) => schema.DataType switch
    {
        "enum" or "set" => $"{schema.DataType} of {schema.Members.Count}",
        _ when schema.Length == null => schema.DataType,
        _ when schema.Scale == null =>
            $"{schema.DataType}({schema.Length}){(schema.CharacterSet == null ? string.Empty : " " + schema.CharacterSet)}",
        _ => $"{schema.DataType}({schema.Length},{schema.Scale})",
    };

    private static string Describe(ColumnDefinition column) => column.Type switch
    {
        ColumnType.NewDecimal => $"decimal({column.Length},{column.Scale})",
        ColumnType.Bit => $"bit({column.Length})",
        ColumnType.Time2 or ColumnType.DateTime2 or ColumnType.Timestamp2 =>
            $"{column.Type.ToString()[..^1].ToLowerInvariant()}({column.Scale})",
        ColumnType.String or ColumnType.VarChar or ColumnType.MariaDbVarCharCompressed => $"{column.Type} of {column.Length} bytes",
        ColumnType.Enum or ColumnType.Set => $"{column.Type} of {column.FixedLength} bytes",
        ColumnType.Blob or ColumnType.MariaDbBlobCompressed => $"{column.Type} with {column.PrefixLength} length bytes",
        ColumnType.Geometry when column.GeometryType is { } type && type < GeometryTypes.Length => GeometryTypes[type],
        ColumnType.Vector when column.Dimension is { } dimension => $"vector({dimension})",
        _ => column.Type.ToString(),
    };
}
