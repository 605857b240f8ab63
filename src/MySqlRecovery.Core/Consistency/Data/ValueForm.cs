using System.Globalization;
using MySqlRecovery.Consistency.Schema;
using MySqlRecovery.Consistency.Servers;

namespace MySqlRecovery.Consistency.Data;

/// <summary>How the values of a column are written on both servers, so that equal ones are equal bytes whatever the two types
/// are.</summary>
internal sealed record ValueForm
{
    private const int MaximumDigits = 65;
    private const int DigitsOfInteger = 20;

    public required ColumnKind Kind { get; init; }

    /// <summary>Whether text is converted to utf8mb4, because the servers' columns have other character sets or are of other
    /// kinds.</summary>
    public bool Converts { get; init; }

    /// <summary>The digits after the point that both are given; null where the types have the same.</summary>
    public int? Scale { get; init; }

    /// <summary>The type that both are cast to, of times that have other precisions; null where they have the same.</summary>
    public string? Cast { get; init; }

    /// <summary>Whether values may be too long to be joined with others (max_allowed_packet).</summary>
    public bool IsLong { get; init; }

    /// <summary>Whether the servers write the same JSON document in other ways.</summary>
    public bool IsNormalized { get; init; }

    /// <summary>The form for two columns.</summary>
    public static ValueForm Of(LiveColumn source, ComparedServer sourceServer, LiveColumn replica, ComparedServer replicaServer)
    {
        ColumnKind a = KindOf(source.DataType), b = KindOf(replica.DataType);
        bool isLong = IsLongType(source) || IsLongType(replica);
        bool converts = source.CharacterSet != replica.CharacterSet && !(IsUtf8(source.CharacterSet) && IsUtf8(replica.CharacterSet));
        if (a == b)
        {
            return new ValueForm
            {
                Kind = a,
                Converts = converts,
                IsLong = isLong,
                Scale = a == ColumnKind.Decimal ? CommonScale(source, replica) : null,
                Cast = a == ColumnKind.Temporal ? CommonTime(source, replica) : null,
                // 5.7 writes the double 1.0 as 1, which is how all write the integer.
                IsNormalized = a == ColumnKind.Json && sourceServer.IsMySql(8, 0) != replicaServer.IsMySql(8, 0),
            };
        }

        ColumnKind[] kinds = [a, b];
        if (kinds.All(k => k is ColumnKind.Integer or ColumnKind.Bit))
            return new ValueForm { Kind = ColumnKind.Integer };
        if (kinds.All(k => k is ColumnKind.Integer or ColumnKind.Decimal))
            return new ValueForm { Kind = ColumnKind.Decimal, Scale = CommonScale(source, replica) };
        if (kinds.Contains(ColumnKind.Json) && kinds.Contains(ColumnKind.Text))
            return new ValueForm { Kind = ColumnKind.Json, IsNormalized = true };
        if (kinds.Contains(ColumnKind.Bytes) && kinds.All(k => k is ColumnKind.Bytes or ColumnKind.Text))
            return new ValueForm { Kind = ColumnKind.Bytes, IsLong = isLong };
        return new ValueForm { Kind = ColumnKind.Text, Converts = true, IsLong = isLong };
    }

    public static ColumnKind KindOf(string dataType) => dataType switch
    {
        "tinyint" or "smallint" or "mediumint" or "int" or "bigint" or "year" => ColumnKind.Integer,
        "decimal" => ColumnKind.Decimal,
        "float" or "double" => ColumnKind.Real,
        "bit" => ColumnKind.Bit,
        "date" or "time" or "datetime" or "timestamp" => ColumnKind.Temporal,
        "char" or "varchar" or "tinytext" or "text" or "mediumtext" or "longtext" => ColumnKind.Text,
        "enum" or "set" => ColumnKind.Members,
        "json" => ColumnKind.Json,
        "uuid" or "inet4" or "inet6" => ColumnKind.Other,
        _ => ColumnKind.Bytes,
    };

    private static bool IsLongType(LiveColumn column) => KindOf(column.DataType) is ColumnKind.Json
        || (KindOf(column.DataType) is ColumnKind.Text or ColumnKind.Bytes
            && column.DataType is not ("char" or "varchar" or "binary" or "varbinary" or "tinytext" or "tinyblob"));

    private static bool IsUtf8(string? set) => set is "utf8mb4" or "utf8mb3" or "ascii";

    private static int? CommonScale(LiveColumn a, LiveColumn b)
    {
        ((int digits, int scale), (int otherDigits, int otherScale)) = (DecimalOf(a), DecimalOf(b));
        int common = Math.Max(scale, otherScale);
        return (scale == otherScale
            && a.DataType == b.DataType) || Math.Max(digits - scale, otherDigits - otherScale) + common > MaximumDigits ? null : common;
    }

    // decimal(10,2) unsigned
    private static (int Digits, int Scale) DecimalOf(LiveColumn column)
    {
        string[] parts = column.DataType == "decimal" ? Parameters(column) : [];
        return parts.Length == 0 ? (DigitsOfInteger, 0)
            : (int.Parse(parts[0], CultureInfo.InvariantCulture), parts.Length == 1 ? 0 : int.Parse(
                parts[1], CultureInfo.InvariantCulture));
    }

    private static string? CommonTime(LiveColumn a, LiveColumn b)
    {
        bool isTime = a.DataType == "time", isOtherTime = b.DataType == "time";
        if (isTime != isOtherTime)
            return "CHAR";
        return (a.DataType == "date") == (b.DataType == "date") && Parameters(a).SequenceEqual(Parameters(b))
            ? null : isTime ? "TIME(6)" : "DATETIME(6)";
    }

    private static string[] Parameters(LiveColumn column)
    {
        int open = column.ColumnType.IndexOf('(', StringComparison.Ordinal),
        close = column.ColumnType.IndexOf(')', StringComparison.Ordinal);
        return open < 0 || close < open ? [] : column.ColumnType[(open + 1)..close].Split(',');
    }
}

/// <summary>How a column's values are compared and written.</summary>
internal enum ColumnKind
{
    Integer,
    Decimal,
    Real,
    Bit,
    Temporal,

    /// <summary>CHAR to LONGTEXT.</summary>
    Text,

    /// <summary>ENUM and SET.</summary>
    Members,

    /// <summary>BINARY to LONGBLOB, geometry, vectors.</summary>
    Bytes,

    Json,

    /// <summary>A type whose text says it all, such as MariaDB's UUID and INET6.</summary>
    Other,
}
