using System.Buffers.Binary;
using System.Text;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.InnoDb.Dictionary;

/// <summary>A column as a .frm has it, 17 bytes (sql/table.cc, sql/field.cc make_field).</summary>
internal readonly ref struct FrmColumn
{
    public const int GeneratedAt = 10, IntervalAt = 12, TypeAt = 13, GeneratedFlag = 0x80;

    /// <summary>MYSQL_TYPE_VIRTUAL of MariaDB up to 10.1.</summary>
    public const int OldVirtual = 245;

    private const int LengthAt = 3, FlagsAt = 8, CollationHigh = 11, CollationLow = 14;
    private const int Unireg = 10, MariaDbCompressed = 24;
    private const int Signed = 1, MaybeNull = 0x8000, DecimalShift = 8, MostDecimals = 31;
    private const int DateTimeWidth = 19, TimeWidth = 10, BinaryCollation = 63;
    private readonly int _type;
    private readonly int _length;
    private readonly bool _isCompressed;
    private readonly int _flags;
    private readonly int _collation;
    private readonly int _interval;
    private readonly string? _typeName;
    private readonly bool _isMariaDb;

    /// <param name="field">The bytes.</param>
    /// <param name="typeName">The name of a type that is a plugin of MariaDB; null for others.</param>
    /// <param name="isMariaDb">Which server wrote it.</param>
    public FrmColumn(ReadOnlySpan<byte> field, string? typeName, bool isMariaDb)
    {
        _type = field[TypeAt];
        _flags = BinaryPrimitives.ReadUInt16LittleEndian(field[FlagsAt..]);
        _collation = field[CollationHigh] << 8 | field[CollationLow];
        _interval = field[IntervalAt];
        _isCompressed = isMariaDb && field[Unireg] == MariaDbCompressed;
        _length = BinaryPrimitives.ReadUInt16LittleEndian(field[LengthAt..]);
        _typeName = typeName;
        _isMariaDb = isMariaDb;
    }

    /// <summary>Bytes of a string at most, digits and signs of a number, bits; no limit for BLOBs.</summary>
    public int Length => IsBlob ? int.MaxValue : _isCompressed ? _length - 1 : _length;

    private bool IsBlob => _type is >= 249 and <= 252 or 245 or 255;

    private bool IsText => _collation is not (0 or BinaryCollation);

    private int Decimals => _flags >> DecimalShift & MostDecimals;

    /// <summary>Whether a key may take the beginning of values of a type.</summary>
    public static bool CanHavePrefix(string dataType) => dataType is "char" or "varchar" or "binary" or "varbinary"
        || dataType.EndsWith("text", StringComparison.Ordinal) || dataType.EndsWith("blob", StringComparison.Ordinal);

    /// <summary>The column in the form of the definitions.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="members">The members of all ENUMs and SETs.</param>
    public ColumnSchema ToSchema(string name, byte[][][] members)
    {
        string type = TypeName(name);
        // Numbers have a collation that means nothing.
        bool isText = IsText && (type is "char" or "varchar" or "enum" or "set" || type.EndsWith("text", StringComparison.Ordinal));
        CharacterSet? characters = isText ? CharacterSets.ByCollationId((ulong)_collation)
            ?? throw new InvalidDataException($"column {name} has the unknown collation {_collation}") : null;
        bool isTemporal = type is "time" or "datetime" or "timestamp";
        return new ColumnSchema
        {
            Name = name,
            DataType = type,
            Length = LengthOf(type, characters),
            Scale = type == "decimal" ? (uint)Decimals : null,
            IsUnsigned = (_flags & Signed) == 0
                && type is "tinyint" or "smallint" or "mediumint" or "int" or "bigint" or "float" or "double" or "decimal",
            IsNullable = (_flags & MaybeNull) != 0,
            IsCompressed = _isCompressed,
            IsOldTemporal = isTemporal ? _type is 7 or 11 or 12 : null,
            CharacterSet = characters?.Name ?? (type is "enum" or "set" ? "binary" : null),
            CollationId = isText ? _collation : null,
            Members = type is "enum" or "set" ? Array.ConvertAll(members[_interval - 1], m => Text(m, characters)) : [],
        };
    }

    // In the column's character set; where characters take two bytes or more, as hexadecimal digits.
    private static string Text(byte[] member, CharacterSet? characters)
    {
        byte[] bytes = characters is { MinBytes: > 1 } ? Convert.FromHexString(Encoding.ASCII.GetString(member)) : member;
        return characters?.Decode(bytes) ?? Encoding.Latin1.GetString(bytes);
    }

    private uint? LengthOf(string type, CharacterSet? characters)
    {
        switch (type)
        {
            case "char" or "varchar":
                return (uint)(Length / characters!.MaxBytes);
            case "binary" or "varbinary" or "bit":
                return (uint)Length;
            case "decimal":
                bool isUnsigned = (_flags & Signed) == 0;
                return (uint)(Length - (Decimals > 0 ? 1 : 0) - (isUnsigned || Length == 0 ? 0 : 1));
            case "vector":
                return (uint)(Length / 4);
            case "time" or "datetime" or "timestamp":
                int width = type == "time" ? TimeWidth : DateTimeWidth;
                return Length > width ? (uint)(Length - width - 1) : null;
            default:
                return null;
        }
    }

    private string TypeName(string column) => _typeName is { } plugin ? plugin.Split('(')[0].ToLowerInvariant() : _type switch
    {
        1 => "tinyint",
        2 => "smallint",
        9 => "mediumint",
        3 => "int",
        8 => "bigint",
        4 => "float",
        5 => "double",
        246 => "decimal",
        13 => "year",
        16 => "bit",
        14 => "date",
        11 or 19 => "time",
        12 or 18 => "datetime",
        7 or 17 => "timestamp",
        247 => "enum",
        248 => "set",
        245 when !_isMariaDb => "json",
        254 or 253 => IsText ? "char" : "binary",
        15 => IsText ? "varchar" : "varbinary",
        249 => IsText ? "tinytext" : "tinyblob",
        250 => IsText ? "mediumtext" : "mediumblob",
        251 => IsText ? "longtext" : "longblob",
        252 => IsText ? "text" : "blob",
        255 => "geometry",
        _ => throw new InvalidDataException($"column {column} is of type {_type}, which is not known"),
    };
}
