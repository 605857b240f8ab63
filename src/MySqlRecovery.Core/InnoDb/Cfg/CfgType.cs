using MySqlRecovery.Text;

namespace MySqlRecovery.InnoDb.Cfg;

/// <summary>
/// A column's type in InnoDB's terms (data0type.h): the main type, the precise type (the server's type, flags, and from bit 16
/// on the collation), the length and the width of characters.
/// </summary>
internal readonly record struct CfgType(uint PreciseType, uint MainType, uint Length, uint MinMaxWidth)
{
    public const uint NotNull = 0x100, Unsigned = 0x200, Binary = 0x400, LongTrueVarchar = 0x1000;

    private const uint VarChar = 1, Char = 2, FixBinary = 3, VarBinary = 4, Blob = 5, Int = 6, Sys = 8, Float = 9, Double = 10,
        VarMySql = 12, MySql = 13, Geometry = 14;
    private const int Latin1SwedishCi = 8, BinaryCollation = 63, Utf8Mb4Bin = 46;

    /// <summary>DB_ROW_ID, DB_TRX_ID, DB_ROLL_PTR.</summary>
    public static CfgType System(uint number, uint length) => new(number | NotNull, Sys, length, 0);

    /// <summary>The type by its SQL name in lower case; null for one that is not known.</summary>
    /// <param name="type">As <c>ColumnSchema.DataType</c> spells it.</param>
    /// <param name="bytes">Length of the stored field, for strings at most.</param>
    /// <param name="isUnsigned">UNSIGNED.</param>
    /// <param name="collation">Number of the collation; 63 for binary.</param>
    /// <param name="server">Which server's habits.</param>
    public static CfgType? Of(string type, uint bytes, bool isUnsigned, int collation, CfgServer server)
    {
        uint sign = isUnsigned ? Unsigned : 0;
        return type switch
        {
            "tinyint" => Integer(1, 1, sign),
            "smallint" => Integer(2, 2, sign),
            "mediumint" => Integer(9, 3, sign),
            "int" => Integer(3, 4, sign),
            "bigint" => Integer(8, 8, sign),
            "date" => Integer(10, 3, 0),
            "year" => Integer(13, 1, Unsigned),
            "enum" => new CfgType(254 | Unsigned | BinaryIf(collation), Int, bytes, 0),
            "set" => new CfgType(254 | Unsigned | BinaryIf(collation), Int, bytes, 0),
            "float" => new CfgType(4 | Binary | sign, Float, 4, 0),
            "double" => new CfgType(5 | Binary | sign, Double, 8, 0),
            "decimal" => Text(246 | Binary | sign, FixBinary, bytes, Latin1SwedishCi),
            "bit" => Text(16 | Binary | Unsigned, FixBinary, bytes, BinaryCollation),
            "time" => Text(11 | Binary, FixBinary, bytes, Latin1SwedishCi),
            "datetime" => Text(12 | Binary, FixBinary, bytes, Latin1SwedishCi),
            "timestamp" => Text(7 | Binary | (server.IsMariaDb() ? Unsigned : 0), FixBinary, bytes, Latin1SwedishCi),
            "binary" => Text(254 | Binary, FixBinary, bytes, BinaryCollation),
            "char" when collation == BinaryCollation => Text(254 | Binary, FixBinary, bytes, BinaryCollation),
            "char" => Text(254, collation == Latin1SwedishCi ? Char : MySql, bytes, collation),
            "varbinary" or "vector" => Text(15 | Binary | Long(bytes), VarBinary, bytes, BinaryCollation),
            "varchar" when collation == BinaryCollation => Text(15 | Binary | Long(bytes), VarBinary, bytes, BinaryCollation),
            "varchar" => Text(15 | Long(bytes), collation == Latin1SwedishCi ? VarChar : VarMySql, bytes, collation),
            "tinyblob" or "tinytext" => Lob(9, collation),
            "blob" or "text" => Lob(10, collation),
            "mediumblob" or "mediumtext" => Lob(11, collation),
            "longblob" or "longtext" => Lob(12, collation),
            "json" when server.IsMariaDb() => Lob(12, collation),
            "json" => Text(245 | Binary, Blob, 12, Utf8Mb4Bin),
            "uuid" or "inet4" or "inet6" => Text(254 | Unsigned, FixBinary, bytes, Latin1SwedishCi),
            "geometry" or "point" or "linestring" or "polygon" or "multipoint" or "multilinestring"
                or "multipolygon" or "geometrycollection" =>
                server == CfgServer.MySql56 ? Text(255 | Binary, Blob, 12, BinaryCollation) : new CfgType(255 | Binary, Geometry, 12, 0),
            _ => null,
        };
    }

    private static CfgType Integer(uint type, uint length, uint sign) => new(type | Binary | sign, Int, length, 0);

    private static CfgType Lob(uint length, int collation) =>
        Text(252 | BinaryIf(collation), Blob, length, collation);

    private static uint BinaryIf(int collation) => collation == BinaryCollation ? Binary : 0;

    // True VARCHAR whose length takes two bytes in the server's own format.
    private static uint Long(uint bytes) => bytes > 255 ? LongTrueVarchar : 0;

    private static CfgType Text(uint precise, uint main, uint length, int collation)
    {
        CharacterSet? set = CharacterSets.ByCollationId((ulong)collation);
        return new CfgType(precise | (uint)collation << 16, main, length, (uint)(((set?.MaxBytes ?? 1) * 5) + (set?.MinBytes ?? 1)));
    }
}
