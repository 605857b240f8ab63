using MySqlRecovery.Binlog.Events;
using MySqlRecovery.IO;
using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Rows;

/// <summary>What the table map says of one column.</summary>
internal sealed class ColumnDefinition
{
    /// <summary>The type after ENUM, SET and CHAR have been told apart.</summary>
    public required ColumnType Type { get; init; }

    /// <summary>Bytes of the length prefix of variable-length types (1 to 4); 0 for types of fixed length.</summary>
    public required int PrefixLength { get; init; }

    /// <summary>Bytes of a fixed-length value; 0 for variable-length types.</summary>
    public required int FixedLength { get; init; }

    /// <summary>CHAR, VARCHAR: maximum length in bytes. BIT: bits. NEWDECIMAL: precision.</summary>
    public int Length { get; init; }

    /// <summary>NEWDECIMAL: digits after the point. Temporal types: digits of the fraction.</summary>
    public int Scale { get; init; }

    public bool IsNullable { get; init; }

    /// <summary>Name from <c>binlog_row_metadata=FULL</c> or a schema; <c>@1</c>, <c>@2</c> … where none is known.</summary>
    public string Name { get; set; } = string.Empty;

    public bool IsNameKnown { get; set; }

    /// <summary>Null where the log does not say (MySQL before 8.0.1 and MariaDB before 10.5).</summary>
    public bool? IsUnsigned { get; set; }

    /// <summary>Character set of character columns; binary for BLOB and BINARY; null where the log does not say.</summary>
    public CharacterSet? CharacterSet { get; set; }

    /// <summary>How text is compared; null where that is not known.</summary>
    public Collation? Collation { get; set; }

    /// <summary>Takes character set and collation from the number of the latter.</summary>
    public void SetCollation(ulong number) =>
        (CharacterSet, Collation) = (CharacterSets.ByCollationId(number), CharacterSets.CollationOf(number));

    /// <summary>Members of ENUM and SET, decoded; null where the log does not say.</summary>
    public string[]? Members
    {
        get;
        set
        {
            field = value;
            HasEmptyMember = value != null && Array.IndexOf(value, string.Empty) >= 0;
        }
    }

    /// <summary>Whether a member is the empty text, so that text does not tell it from the value without any.</summary>
    public bool HasEmptyMember { get; private set; }

    /// <summary>The type of MariaDB whose text stands for the bytes; no log says so, only a schema does.</summary>
    public BytesAsText TextForm { get; set; }

    /// <summary>Subtype of a geometry column as the servers number them, 0 for GEOMETRY itself; null where the log does not say.</summary>
    public int? GeometryType { get; set; }

    /// <summary>Dimensions of a vector column; null where the log does not say.</summary>
    public int? Dimension { get; set; }

    /// <summary>False for INVISIBLE columns (known with <c>binlog_row_metadata=FULL</c> only).</summary>
    public bool IsVisible { get; set; } = true;

    /// <summary>Whether the server computes the value; no log says so, only a schema does.</summary>
    public bool IsGenerated { get; set; }

    /// <summary>Whether an UPDATE that does not name the column sets it (ON UPDATE CURRENT_TIMESTAMP); null where it is not
    /// known.</summary>
    public bool? HasOnUpdateNow { get; set; }

    public bool IsNumeric => Type is ColumnType.Tiny or ColumnType.Short or ColumnType.Int24 or ColumnType.Long
        or ColumnType.LongLong or ColumnType.NewDecimal or ColumnType.Float or ColumnType.Double or ColumnType.Year;

    public bool IsInteger => Type is ColumnType.Tiny or ColumnType.Short or ColumnType.Int24 or ColumnType.Long or ColumnType.LongLong;

    /// <summary>Types that have an entry in the character-set metadata (MySQL: <c>is_character_type</c>).</summary>
    public bool IsCharacter => Type is ColumnType.String or ColumnType.VarString or ColumnType.VarChar or ColumnType.Blob
        or ColumnType.TinyBlob or ColumnType.MediumBlob or ColumnType.LongBlob or ColumnType.Vector
        or ColumnType.MariaDbBlobCompressed or ColumnType.MariaDbVarCharCompressed;

    public bool IsEnumOrSet => Type is ColumnType.Enum or ColumnType.Set;
}

/// <summary>MariaDB's types that are kept as bytes and written as text.</summary>
internal enum BytesAsText
{
    /// <summary>None of them.</summary>
    None,

    /// <summary>16 bytes, five groups of hexadecimal digits.</summary>
    Uuid,

    /// <summary>4 bytes, an IPv4 address.</summary>
    Inet4,

    /// <summary>16 bytes, an IPv6 address.</summary>
    Inet6,
}

/// <summary>Type byte and metadata of one column in a table map (MySQL: sql/field.cc <c>do_save_field_metadata</c>).</summary>
internal static class ColumnDefinitionParser
{
    public static ColumnDefinition Parse(ColumnType type, ref ByteCursor meta, bool nullable)
    {
        switch (type)
        {
            case ColumnType.Tiny or ColumnType.Year:
                return Fixed(type, 1, nullable);
            case ColumnType.Short:
                return Fixed(type, 2, nullable);
            case ColumnType.Int24 or ColumnType.Date or ColumnType.NewDate or ColumnType.Time:
                return Fixed(type, 3, nullable);
            case ColumnType.Long or ColumnType.Timestamp:
                return Fixed(type, 4, nullable);
            case ColumnType.LongLong or ColumnType.DateTime:
                return Fixed(type, 8, nullable);
            case ColumnType.Null:
                return Fixed(type, 0, nullable);
            case ColumnType.Float or ColumnType.Double:
                return Floating(type, meta.ReadByte(), nullable);
            case ColumnType.Timestamp2:
                return Temporal(type, 4, meta.ReadByte(), nullable);
            case ColumnType.DateTime2:
                return Temporal(type, 5, meta.ReadByte(), nullable);
            case ColumnType.Time2:
                return Temporal(type, 3, meta.ReadByte(), nullable);
            case ColumnType.NewDecimal:
                return Decimal(meta.ReadByte(), meta.ReadByte(), nullable);
            case ColumnType.Bit:
                return Bit(meta.ReadByte(), meta.ReadByte(), nullable);
            case ColumnType.VarChar or ColumnType.MariaDbVarCharCompressed:
                int length = meta.ReadUInt16();
                return Prefixed(type, length > 255 ? 2 : 1, length, nullable);
            case ColumnType.Blob or ColumnType.TinyBlob or ColumnType.MediumBlob or ColumnType.LongBlob
                or ColumnType.Geometry or ColumnType.Json or ColumnType.Vector or ColumnType.MariaDbBlobCompressed:
                return Blob(type, meta.ReadByte(), nullable);
            case ColumnType.String or ColumnType.VarString or ColumnType.Enum or ColumnType.Set:
                return String(meta.ReadByte(), meta.ReadByte(), nullable);
            default:
                throw new InvalidDataException($"column type {(byte)type} is unknown");
        }
    }

    private static ColumnDefinition Fixed(ColumnType type, int bytes, bool nullable) =>
        new() { Type = type, FixedLength = bytes, PrefixLength = 0, IsNullable = nullable };

    private static ColumnDefinition Prefixed(ColumnType type, int prefix, int length, bool nullable) =>
        new() { Type = type, FixedLength = 0, PrefixLength = prefix, Length = length, IsNullable = nullable };

    private static ColumnDefinition Floating(ColumnType type, byte bytes, bool nullable) =>
        bytes == (type == ColumnType.Float ? 4 : 8)
            ? Fixed(type, bytes, nullable)
            : throw new InvalidDataException($"a floating-point column of {bytes} bytes");

    private static ColumnDefinition Temporal(ColumnType type, int bytes, byte fraction, bool nullable) => fraction <= 6
        ? new() { Type = type, FixedLength = bytes + (fraction + 1) / 2, PrefixLength = 0, Scale = fraction, IsNullable = nullable }
        : throw new InvalidDataException($"a temporal column of {fraction} fractional digits");

    private static ColumnDefinition Decimal(byte precision, byte scale, bool nullable)
    {
        if (!DecimalText.IsValid(precision, scale))
            throw new InvalidDataException($"a column DECIMAL({precision},{scale})");
        return new()
        {
            Type = ColumnType.NewDecimal,
            FixedLength = DecimalText.ByteLength(precision, scale),
            PrefixLength = 0,
            Length = precision,
            Scale = scale,
            IsNullable = nullable,
        };
    }

    private static ColumnDefinition Bit(byte bits, byte bytes, bool nullable)
    {
        int total = bytes * 8 + bits;
        if (bits > 7 || total is 0 or > 64)
            throw new InvalidDataException($"a column of {total} bits");
        return new()
        {
            Type = ColumnType.Bit,
            FixedLength = bytes + (bits + 7) / 8,
            PrefixLength = 0,
            Length = total,
            IsNullable = nullable,
        };
    }

    private static ColumnDefinition Blob(ColumnType type, byte prefix, bool nullable) => prefix is >= 1 and <= 4
        ? Prefixed(type, prefix, 0, nullable)
        : throw new InvalidDataException($"a BLOB column with a length of {prefix} bytes");

    // ENUM and SET travel as STRING with their own type in the first byte; the bits 0x30 of that byte are bits 8 and 9
    // of the length of a long CHAR, inverted, so that the byte still reads 254 for lengths below 256 (MySQL bug 37426).
    private static ColumnDefinition String(byte first, byte second, bool nullable)
    {
        if ((first & 0x30) != 0x30)
        {
            int length = second | ((first & 0x30) ^ 0x30) << 4;
            return (first | 0x30) == (int)ColumnType.String
                ? Prefixed(ColumnType.String, length > 255 ? 2 : 1, length, nullable)
                : throw new InvalidDataException($"a string column of type {first}");
        }

        return (ColumnType)first switch
        {
            ColumnType.Enum when second is 1 or 2 => Fixed(ColumnType.Enum, second, nullable),
            ColumnType.Set when second is >= 1 and <= 8 => Fixed(ColumnType.Set, second, nullable),
            ColumnType.String or ColumnType.VarString => Prefixed(ColumnType.String, 1, second, nullable),
            _ => throw new InvalidDataException($"a string column of type {first} and length {second}"),
        };
    }
}
