namespace MySqlRecovery.InnoDb;

/// <summary>What the record format needs to know of character sets.</summary>
internal static class Collations
{
    private static readonly Dictionary<string, (int Min, int Max)> Multibyte = new(StringComparer.OrdinalIgnoreCase)
    {
        ["big5"] = (1, 2), ["cp932"] = (1, 2), ["eucjpms"] = (1, 3), ["euckr"] = (1, 2), ["gb18030"] = (1, 4),
        ["gb2312"] = (1, 2), ["gbk"] = (1, 2), ["sjis"] = (1, 2), ["ucs2"] = (2, 2), ["ujis"] = (1, 3),
        ["utf8"] = (1, 3), ["utf8mb3"] = (1, 3), ["utf8mb4"] = (1, 4), ["utf16"] = (2, 4), ["utf16le"] = (2, 4), ["utf32"] = (4, 4),
    };

    // The ids of MySQL's collations of character sets whose characters differ in length; they never change.
    private static readonly HashSet<int> VariableWidth =
    [
        1, 84, 95, 96, 97, 98, 19, 85, 24, 86, 28, 87, 13, 88, 12, 91, 33, 76, 83, 45, 46, 54, 55, 56, 62,
        .. Enumerable.Range(101, 24), .. Enumerable.Range(192, 24), 223,
        .. Enumerable.Range(224, 24), .. Enumerable.Range(248, 3), .. Enumerable.Range(255, 69),
    ];

    /// <summary>Whether every character of the collation takes the same number of bytes: CHAR is then of fixed length.</summary>
    public static bool IsFixedWidth(int collationId) => !VariableWidth.Contains(collationId);

    /// <summary>Bytes of the shortest and the longest character.</summary>
    public static (int Min, int Max) Width(string characterSet) => Multibyte.GetValueOrDefault(characterSet, (1, 1));
}
