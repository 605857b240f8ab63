namespace MySqlRecovery.Text;

/// <summary>
/// Collation ids of MySQL 9.7 and MariaDB 10.11 (<c>information_schema.COLLATIONS</c>, read from both servers; where
/// both have an id they agree), as ranges a character set.
/// </summary>
internal static class CharacterSets
{
    private const int MaximumId = 4095;
    private static readonly (string Name, string? Encoding, int CodePage, string Ids)[] Definitions =
    [
        ("binary", null, 0, "63"),
        ("utf8mb4", "utf-8", 0, "45-46,224-247,255-271,273-275,277-294,296-298,300,303-323,608-610,1069-1070,1248,1270,2304-2471,2488-2503"),
        ("utf8mb3", "utf-8", 0, "33,76,83,192-215,223,576-578,1057,1107,1216,1238,2048-2215,2232-2247"),
        ("latin1", null, 1252, "5,8,15,31,47-49,94,1032,1071"),
        ("ascii", "us-ascii", 0, "11,65,1035,1089"),
        ("utf16", "utf-16BE", 0, "54-55,101-124,672-674,1078-1079,1125,1147,2816-2983,3000-3015"),
        ("utf16le", "utf-16", 0, "56,62,1080,1086"),
        ("ucs2", "utf-16BE", 0, "35,90,128-151,159,640-642,1059,1114,1152,1174,2560-2727,2744-2759"),
        ("utf32", "utf-32BE", 0, "60-61,160-183,736-738,1084-1085,1184,1206,3072-3239,3256-3271"),
        ("gbk", null, 936, "28,87,1052,1111"),
        ("gb2312", null, 936, "24,86,1048,1110"),
        ("gb18030", null, 54936, "248-250"),
        ("big5", null, 950, "1,84,1025,1108"),
        ("sjis", null, 932, "13,88,1037,1112"),
        ("cp932", null, 932, "95-96,1119-1120"),
        ("ujis", null, 51932, "12,91,1036,1115"),
        ("eucjpms", null, 51932, "97-98,1121-1122"),
        ("euckr", null, 51949, "19,85,1043,1109"),
        ("latin2", null, 28592, "2,9,21,27,77,1033,1101"),
        ("latin5", null, 28599, "30,78,1054,1102"),
        ("latin7", null, 28603, "20,41-42,79,1065,1103"),
        ("cp1250", null, 1250, "26,34,44,66,99,1050,1090"),
        ("cp1251", null, 1251, "14,23,50-52,1074-1075"),
        ("cp1256", null, 1256, "57,67,1081,1091"),
        ("cp1257", null, 1257, "29,58-59,1082-1083"),
        ("cp850", null, 850, "4,80,1028,1104"),
        ("cp852", null, 852, "40,81,1064,1105"),
        ("cp866", null, 866, "36,68,1060,1092"),
        ("koi8r", null, 20866, "7,74,1031,1098"),
        ("koi8u", null, 21866, "22,75,1046,1099"),
        ("greek", null, 28597, "25,70,1049,1094"),
        ("hebrew", null, 28598, "16,71,1040,1095"),
        ("tis620", null, 874, "18,89,1042,1113"),
        ("macce", null, 10029, "38,43,1062,1067"),
        ("macroman", null, 10000, "39,53,1063,1077"),
        ("dec8", null, 0, "3,69,1027,1093"),
        ("hp8", null, 0, "6,72,1030,1096"),
        ("swe7", null, 0, "10,82,1034,1106"),
        ("armscii8", null, 0, "32,64,1056,1088"),
        ("keybcs2", null, 0, "37,73,1061,1097"),
        ("geostd8", null, 0, "92-93,1116-1117"),
    ];

    private static readonly Dictionary<string, CharacterSet> ByNameTable = [];
    private static readonly CharacterSet?[] ByCollation = MakeTable();

    /// <summary>The character set of a collation id, or null for an id that no known server has.</summary>
    public static CharacterSet? ByCollationId(ulong id) => id <= MaximumId ? ByCollation[id] : null;

    /// <summary>The character set of a name, or null; <c>utf8</c> is utf8mb3.</summary>
    public static CharacterSet? ByName(string name) =>
        ByNameTable.GetValueOrDefault(name.Equals("utf8", StringComparison.OrdinalIgnoreCase) ? "utf8mb3" : name.ToLowerInvariant());

    private static CharacterSet?[] MakeTable()
    {
        var table = new CharacterSet?[MaximumId + 1];
        foreach ((string name, string? encoding, int codePage, string ids) in Definitions)
        {
            var set = CharacterSet.Named(name, encoding, codePage);
            ByNameTable.Add(name, set);
            foreach (string range in ids.Split(','))
            {
                string[] ends = range.Split('-');
                for (int id = int.Parse(ends[0], null); id <= int.Parse(ends[^1], null); id++)
                    table[id] = set;
            }
        }

        return table;
    }
}
