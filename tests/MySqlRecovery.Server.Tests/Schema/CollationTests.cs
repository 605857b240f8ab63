using System.Globalization;
using System.Text;
using MySqlRecovery.Client;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Server.Tests.Schema;

/// <summary>
/// Keys that a server takes for equal, by its own GROUP BY, are one key here, too. COLLATIONS=all takes all collations of the server,
/// and all characters.
/// </summary>
public abstract class CollationTests(ServerFixture fixture)
{
    private const string Table = "letters.t";
    private static readonly bool TakesAll = Environment.GetEnvironmentVariable("COLLATIONS") == "all";

    private static readonly string[] Some =
    [
        "latin1_swedish_ci", "latin1_german2_ci", "latin2_croatian_ci", "dec8_swedish_ci", "utf8mb4_general_ci", "utf8mb4_unicode_ci",
        "cp1251_bulgarian_ci", "cp1257_lithuanian_ci", "latin2_general_ci", "latin2_hungarian_ci", "macce_general_ci",
        "latin2_czech_cs",
        "utf8mb4_unicode_520_ci", "utf8mb4_danish_ci", "utf8mb4_german2_ci", "utf8mb4_0900_ai_ci", "utf8mb4_sv_0900_ai_ci",
        "utf8mb4_la_0900_ai_ci", "utf8mb4_uca1400_ai_ci", "utf8mb4_uca1400_danish_ai_ci",
    ];

    private static readonly string[] SameSets = ["ucs2", "utf16", "utf16le", "utf32", "utf8mb3", "utf8"];
    private static readonly string[] Finer = ["_bin", "nopad", "_as_", "ai_cs"];

    // MariaDB gives its own collations the names of MySQL's, too. Of these languages a few letters with two marks differ: U+01FC, U+01DE.
    private static readonly string[] OtherOnMariaDb = ["da", "de_pb", "et", "is", "lt", "sv"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private MySqlServer Server => fixture.Server;

    [Fact]
    public void What_the_server_takes_for_equal_is_one_key()
    {
        using ServerConnection connection = Server.Connect();
        Fill(connection);
        var failures = new List<string>();
        foreach ((string set, string collation) in Collations(connection))
        {
            CharacterSet characters = CharacterSets.ByName(set)!;
            Collation known = CharacterSets.CollationOf(CharacterSets.Normalize(set), CharacterSets.Normalize(collation))!;
            foreach (string?[] row in connection.QueryAll(Groups(set, collation), Stop))
            {
                var keys = row[0]!.Split(',').GroupBy(hex => known.Fold(characters, Convert.FromHexString(hex))).ToList();
                if (keys.Count > 1)
                    failures.Add($"{collation}: {string.Join(" | ", keys.Take(6).Select(k => $"{k.First()} -> {k.Key}"))}");
            }
        }

        Assert.True(failures.Count == 0, $"{failures.Count}: {string.Join('\n', failures.Take(200))}");
    }

    private static string Groups(string set, string collation)
    {
        string converted = $"CONVERT(s USING {set})";
        return $"SELECT GROUP_CONCAT(HEX({converted})) FROM {Table} WHERE CONVERT({converted} USING utf8mb4) = s COLLATE utf8mb4_bin "
            + $"AND LENGTH(CONVERT({converted} USING utf8mb4)) = LENGTH(s) GROUP BY {converted} COLLATE {collation} HAVING COUNT(*) > 1";
    }

    // Those that count accents or case, or blanks at the end, tell apart more than those that do not.
    private IEnumerable<(string Set, string Collation)> Collations(ServerConnection connection)
    {
        string from = Server.Flavour.IsMariaDb
            ? "SELECT character_set_name, full_collation_name FROM information_schema.collation_character_set_applicability"
            : "SELECT character_set_name, collation_name FROM information_schema.collations";
        return connection.QueryAll(from, Stop).Where(row => row[0] != null).Select(row => (Set: row[0]!, Collation: row[1]!)).Where(
            row => row.Set != "binary"
                && !(Server.Flavour.IsMariaDb
                    && Array.Exists(OtherOnMariaDb, c => row.Collation.Contains($"_{c}_0900_", StringComparison.Ordinal)))
                && (TakesAll ? !SameSets.Contains(row.Set) && !Array.Exists(Finer, f => row.Collation.Contains(f, StringComparison.Ordinal))
                : Some.Contains(row.Collation)));
    }

    private static void Fill(ServerConnection connection)
    {
        foreach (string statement in (string[])[
            "CREATE DATABASE letters", $"CREATE TABLE {Table} (s VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin)",
            "SET group_concat_max_len = 100000000, SESSION sql_log_bin = 0, NAMES utf8mb4"])
            connection.Execute(statement, Stop);
        foreach (string[] part in Texts().Distinct().Chunk(5000))
        {
            string values = string.Join(',', part.Select(t => $"(0x{Convert.ToHexString(Encoding.UTF8.GetBytes(t))})"));
            connection.Execute($"INSERT INTO {Table} VALUES {values.Replace("(0x)", "('')", StringComparison.Ordinal)}", Stop);
        }
    }

    private static IEnumerable<string> Texts()
    {
        yield return "";
        yield return " ";
        for (char a = 'a'; a <= 'z'; a++)
        {
            for (char b = 'a'; b <= 'z'; b++)
                yield return $"{a}{b}";
        }

        // Without Han and Hangul, of which none is equal to another, unless all are asked for.
        foreach (int code in TakesAll ? Enumerable.Range(1, 0x2FFFF).Concat(Enumerable.Range(0xE0000, 0x1F0))
            : Enumerable.Range(1, 0x33FF).Concat(Enumerable.Range(0xA490, 0x770)).Concat(Enumerable.Range(0xF900, 0x700))
                .Concat(Enumerable.Range(0x1D400, 0x400)).Concat(Enumerable.Range(0x1F100, 0x300)))
        {
            if (!Rune.IsValid(code))
                continue;
            string text = new Rune(code).ToString();
            yield return text;
            UnicodeCategory category = Rune.GetUnicodeCategory(new Rune(code));
            if (category == UnicodeCategory.OtherNotAssigned)
                continue;
            string parts = text.Normalize(NormalizationForm.FormKD);
            yield return parts;
            yield return parts.ToLowerInvariant();
            yield return string.Concat(parts.Where(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark))
                .ToLowerInvariant();
        }
    }
}
