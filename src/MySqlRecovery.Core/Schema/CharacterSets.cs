using System.Collections.Frozen;

namespace MySqlRecovery.Schema;

/// <summary>The character sets of the servers, as far as a schema depends on them.</summary>
internal static class CharacterSets
{
    /// <summary>Bytes of the longest character (information_schema.CHARACTER_SETS.MAXLEN).</summary>
    private static readonly FrozenDictionary<string, uint> MaxLength = new Dictionary<string, uint>
    {
        ["armscii8"] = 1, ["ascii"] = 1, ["big5"] = 2, ["binary"] = 1, ["cp1250"] = 1, ["cp1251"] = 1, ["cp1256"] = 1,
        ["cp1257"] = 1, ["cp850"] = 1, ["cp852"] = 1, ["cp866"] = 1, ["cp932"] = 2, ["dec8"] = 1, ["eucjpms"] = 3,
        ["euckr"] = 2, ["gb18030"] = 4, ["gb2312"] = 2, ["gbk"] = 2, ["geostd8"] = 1, ["greek"] = 1, ["hebrew"] = 1,
        ["hp8"] = 1, ["keybcs2"] = 1, ["koi8r"] = 1, ["koi8u"] = 1, ["latin1"] = 1, ["latin2"] = 1, ["latin5"] = 1,
        ["latin7"] = 1, ["macce"] = 1, ["macroman"] = 1, ["sjis"] = 2, ["swe7"] = 1, ["tis620"] = 1, ["ucs2"] = 2,
        ["ujis"] = 3, ["utf16"] = 4, ["utf16le"] = 4, ["utf32"] = 4, ["utf8mb3"] = 3, ["utf8mb4"] = 4,
    }.ToFrozenDictionary();

    /// <summary>The one spelling of a character set or collation: lower case, <c>utf8</c> as <c>utf8mb3</c>.</summary>
    public static string Normalize(string name)
    {
        string lower = name.ToLowerInvariant();
        return lower == "utf8" || lower.StartsWith("utf8_", StringComparison.Ordinal) ? "utf8mb3" + lower[4..] : lower;
    }

    /// <summary>The character set that a collation's name begins with; null for MariaDB's that fit several (uca1400_ai_ci).</summary>
    public static string? OfCollation(string collation)
    {
        int underscore = collation.IndexOf('_');
        string first = underscore < 0 ? collation : collation[..underscore];
        return MaxLength.ContainsKey(first) ? first : null;
    }

    /// <summary>Bytes of the longest character; null if the set is not known.</summary>
    public static uint? BytesPerCharacter(string? characterSet) =>
        characterSet != null && MaxLength.TryGetValue(characterSet, out uint bytes) ? bytes : null;
}
