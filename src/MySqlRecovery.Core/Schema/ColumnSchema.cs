using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>A column as its table's definition says it is.</summary>
internal sealed record ColumnSchema
{
    public required string Name { get; init; }

    /// <summary>
    /// The base type in lower case, synonyms resolved: <c>int</c> for INTEGER, <c>tinyint</c> for BOOL, <c>geometrycollection</c>
    /// also for MySQL 8's GEOMCOLLECTION. JSON stays <c>json</c>, though MariaDB makes LONGTEXT of it.
    /// </summary>
    public required string DataType { get; init; }

    /// <summary>
    /// The first number in parentheses: characters, bytes, bits, decimal digits, fractional digits of a second, dimensions,
    /// display width. Where it was left out: the default if the type has one, else null.
    /// </summary>
    public uint? Length { get; init; }

    /// <summary>The digits after the decimal point, if that is given or the type is <c>decimal</c>.</summary>
    public uint? Scale { get; init; }

    public bool IsUnsigned { get; init; }

    public bool IsZerofill { get; init; }

    /// <summary>Whether NULL is allowed. A TIMESTAMP that says nothing is taken as under explicit_defaults_for_timestamp=ON.</summary>
    public bool IsNullable { get; init; }

    /// <summary>Whether the server computes the value (GENERATED ALWAYS AS, also ROW START and ROW END).</summary>
    public bool IsGenerated { get; init; }

    /// <summary>Whether a generated column is kept in the row (STORED, PERSISTENT) rather than VIRTUAL.</summary>
    public bool IsStored { get; init; }

    public bool IsInvisible { get; init; }

    public bool IsAutoIncrement { get; init; }

    /// <summary>MariaDB's COMPRESSED: values are stored with a byte before them, and compressed where that helps.</summary>
    public bool IsCompressed { get; init; }

    /// <summary>Percona Server's COLUMN_FORMAT COMPRESSED, which is another form.</summary>
    public bool IsCompressedByPercona { get; init; }

    /// <summary>
    /// Whether a TIME, DATETIME or TIMESTAMP is stored as before MySQL 5.6.4, as comments in SHOW CREATE TABLE say (MariaDB;
    /// MySQL 5.6 and 5.7 with show_old_temporals); null where nothing says it.
    /// </summary>
    public bool? IsOldTemporal { get; init; }

    /// <summary>Whether an UPDATE sets the column to the current time if it does not name it.</summary>
    public bool HasOnUpdateNow { get; init; }

    /// <summary>
    /// The character set of a text type: the column's, else the table's, else the database's, else null. <c>utf8</c> is
    /// given as <c>utf8mb3</c>. Null for types without one.
    /// </summary>
    public string? CharacterSet { get; init; }

    /// <summary>The collation; null also stands for the default one of <see cref="CharacterSet"/>, which depends on the server.</summary>
    public string? Collation { get; init; }

    /// <summary>The server's number of the collation, where a .frm tells that instead of a name.</summary>
    public int? CollationId { get; init; }

    /// <summary>The members of an ENUM or SET in their order, else empty.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];

    /// <summary>The spatial reference system that a geometry column is bound to.</summary>
    public uint? Srid { get; init; }

    /// <summary>Whether values are text in a character set.</summary>
    public bool IsText => DataType is "char" or "varchar" or "tinytext" or "text" or "mediumtext" or "longtext" or "enum" or "set";
}

/// <summary>Character set and collation that a database, table or column says; null where it says nothing.</summary>
internal readonly record struct TextDefault(string? CharacterSet, string? Collation)
{
    /// <summary>After CHARACTER SET: a collation that belongs to it, said before, stays.</summary>
    public TextDefault WithCharacterSet(string name)
    {
        string characterSet = CharacterSets.Normalize(name);
        bool fits = Collation != null && CharacterSets.OfCollation(Collation) == characterSet;
        return new TextDefault(characterSet, fits ? Collation : null);
    }

    /// <summary>After COLLATE.</summary>
    public TextDefault WithCollation(string name)
    {
        string collation = CharacterSets.Normalize(name);
        return new TextDefault(CharacterSets.OfCollation(collation) ?? CharacterSet, collation);
    }

    /// <summary>What holds inside something that says <paramref name="outer"/>.</summary>
    public TextDefault Within(TextDefault outer) =>
        this == default ? outer : new TextDefault(CharacterSet ?? outer.CharacterSet, Collation);
}

/// <summary>The four sizes of BLOB and TEXT, of which the server takes the smallest that fits.</summary>
internal static class BlobType
{
    private static readonly string[] Blobs = ["tinyblob", "blob", "mediumblob", "longblob"];
    private static readonly string[] Texts = ["tinytext", "text", "mediumtext", "longtext"];

    public static bool IsBlob(string dataType) => Array.IndexOf(Blobs, dataType) >= 0;

    public static bool IsText(string dataType) => Array.IndexOf(Texts, dataType) >= 0;

    /// <summary>Bytes of the length before a value; 0 for other types.</summary>
    public static int LengthBytes(string dataType) => 1 + Math.Max(Array.IndexOf(Blobs, dataType), Array.IndexOf(Texts, dataType));

    /// <summary>The BLOB type of the size of a TEXT type.</summary>
    public static string ToBlob(string text) => Blobs[Array.IndexOf(Texts, text)];

    /// <summary>The type for TEXT(n) or BLOB(n).</summary>
    /// <param name="dataType">A type of the family.</param>
    /// <param name="bytes">How long a value may be.</param>
    public static string Fitting(string dataType, ulong bytes)
    {
        string[] family = IsBlob(dataType) ? Blobs : Texts;
        return family[bytes switch { < 1 << 8 => 0, < 1 << 16 => 1, < 1 << 24 => 2, _ => 3 }];
    }

    /// <summary>The type that CONVERT TO CHARACTER SET makes of a TEXT, so that as many characters fit as before.</summary>
    public static string Converted(string text, uint bytesPerCharacter, uint newBytesPerCharacter)
    {
        int size = Array.IndexOf(Texts, text);
        ulong characters = ((1UL << (8 * (size + 1))) - 1) / bytesPerCharacter;
        string fitting = Fitting(text, characters * newBytesPerCharacter);
        return Texts[Math.Max(size, Array.IndexOf(Texts, fitting))];
    }
}
