namespace MySqlRecovery.Text;

/// <summary>What the record format needs to know of character sets.</summary>
internal static class Collations
{
    private static readonly Dictionary<string, (int Min, int Max)> Multibyte = new(StringComparer.OrdinalIgnoreCase)
    {
        ["big5"] = (1, 2), ["cp932"] = (1, 2), ["eucjpms"] = (1, 3), ["euckr"] = (1, 2), ["gb18030"] = (1, 4),
        ["gb2312"] = (1, 2), ["gbk"] = (1, 2), ["sjis"] = (1, 2), ["ucs2"] = (2, 2), ["ujis"] = (1, 3),
        ["utf8"] = (1, 3), ["utf8mb3"] = (1, 3), ["utf8mb4"] = (1, 4), ["utf16"] = (2, 4), ["utf16le"] = (2, 4), ["utf32"] = (4, 4),
    };

    /// <summary>Whether every character of the collation takes the same number of bytes: CHAR is then of fixed length.</summary>
    public static bool IsFixedWidth(int collationId) => WidthOf(collationId) is var width && width.Min == width.Max;

    /// <summary>Bytes of the shortest and the longest character, by MySQL's number of a collation, which never changes.</summary>
    public static (int Min, int Max) WidthOf(int collationId) => collationId switch
    {
        1 or 84 or 95 or 96 or 19 or 85 or 24 or 86 or 28 or 87 or 13 or 88 => (1, 2),
        12 or 91 or 97 or 98 or 33 or 76 or 83 or (>= 192 and <= 215) or 223 => (1, 3),
        45 or 46 or (>= 224 and <= 250) or (>= 255 and <= 323) => (1, 4),
        35 or 90 or (>= 128 and <= 151) or 159 => (2, 2),
        54 or 55 or 56 or 62 or (>= 101 and <= 124) => (2, 4),
        60 or 61 or (>= 160 and <= 183) => (4, 4),
        _ => (1, 1),
    };

    /// <summary>Bytes of the shortest and the longest character.</summary>
    public static (int Min, int Max) Width(string characterSet) => Multibyte.GetValueOrDefault(characterSet, (1, 1));
}
