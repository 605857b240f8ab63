using System.Globalization;
using System.Text;
using MySqlRecovery.Consistency.Schema;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Text;

namespace MySqlRecovery.Consistency.Data;

/// <summary>A column that both servers have.</summary>
internal sealed class ComparedColumn
{
    private const int MaximumDecimalDigits = 28;
    private readonly LiveColumn _column;

    public ComparedColumn(LiveColumn source, ComparedServer sourceServer, LiveColumn replica, ComparedServer replicaServer)
    {
        _column = source;
        Kind = KindOf(source.DataType);
        bool convert = source.CharacterSet != replica.CharacterSet && !(IsUtf8(source.CharacterSet) && IsUtf8(replica.CharacterSet));
        HasSameOrder = Kind is ColumnKind.Integer or ColumnKind.Decimal or ColumnKind.Real or ColumnKind.Temporal
            || Kind is ColumnKind.Text or ColumnKind.Bytes && source.Collation == replica.Collation;
        HasSameOrder &= source.DataType == replica.DataType;
        IsNullable = source.IsNullable || replica.IsNullable;
        Source = Side(source, sourceServer);
        Replica = Side(replica, replicaServer);

        ColumnSql Side(LiveColumn column, ComparedServer server) =>
            new(column, Kind, convert ? "utf8mb4" : Spelled(column.CharacterSet, server), convert);
    }

    public string Name => _column.Name;

    public ColumnKind Kind { get; }

    public ColumnSql Source { get; }

    public ColumnSql Replica { get; }

    public bool IsNullable { get; }

    /// <summary>Whether both servers put the values into the same order, as chunks need it.</summary>
    public bool HasSameOrder { get; }

    /// <summary>Whether the column is computed, so that it is compared but never written.</summary>
    public bool IsGenerated => _column.IsGenerated;

    /// <summary>The value as the object that users get: the same types as in row changes.</summary>
    public object? ToObject(byte[]? value)
    {
        if (value == null)
            return null;
        string text = Encoding.UTF8.GetString(value);
        CultureInfo invariant = CultureInfo.InvariantCulture;
        return Kind switch
        {
            ColumnKind.Integer => Integer(text),
            ColumnKind.Decimal when text.Count(char.IsAsciiDigit) <= MaximumDecimalDigits => decimal.Parse(text, NumberStyles.Number, invariant),
            ColumnKind.Real => _column.DataType == "float" ? float.Parse(text, invariant) : double.Parse(text, invariant),
            ColumnKind.Bit => ulong.Parse(text, invariant),
            ColumnKind.Temporal => Temporal(text),
            ColumnKind.Text => Decode(value),
            ColumnKind.Members => Decode(value[1..]),
            ColumnKind.Bytes => value,
            _ => text,
        };
    }

    private object Decode(byte[] value) =>
        Source.CharacterSet is { } set && CharacterSets.ByName(set)?.Decode(value) is { } text ? text : value;

    private object Integer(string text)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        return (_column.DataType, _column.IsUnsigned) switch
        {
            ("tinyint", false) => sbyte.Parse(text, invariant),
            ("tinyint", true) => byte.Parse(text, invariant),
            ("smallint" or "year", false) => short.Parse(text, invariant),
            ("smallint" or "year", true) => ushort.Parse(text, invariant),
            ("bigint", false) => long.Parse(text, invariant),
            ("bigint", true) => ulong.Parse(text, invariant),
            (_, false) => int.Parse(text, invariant),
            _ => uint.Parse(text, invariant),
        };
    }

    // What the calendar of .NET lacks, such as 0000-00-00, stays text.
    private object Temporal(string text)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        if (_column.DataType == "time")
        {
            string[] parts = text.TrimStart('-').Split(':');
            TimeSpan time = new TimeSpan(int.Parse(parts[0], invariant), int.Parse(parts[1], invariant), 0)
                + TimeSpan.FromTicks((long)(decimal.Parse(parts[2], invariant) * TimeSpan.TicksPerSecond));
            return text[0] == '-' ? -time : time;
        }

        if (!DateTime.TryParse(text, invariant, DateTimeStyles.None, out DateTime date))
            return text;
        return DateTime.SpecifyKind(date, _column.DataType == "timestamp" ? DateTimeKind.Utc : DateTimeKind.Unspecified);
    }

    private static bool IsUtf8(string? set) => set is "utf8mb4" or "utf8mb3" or "ascii";

    // Servers before these know utf8mb3 by no other name than utf8.
    private static string? Spelled(string? set, ComparedServer server) =>
        set == "utf8mb3" && !server.IsMySql(8, 0) && !(server.IsMariaDb && server.Version >= new Version(10, 6)) ? "utf8" : set;

    private static ColumnKind KindOf(string dataType) => dataType switch
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
