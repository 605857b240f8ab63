using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Text;

public sealed class CharacterSetTests
{
    /// <summary>
    /// What each server says: SELECT a.character_set_name, a.collation_name, a.id, s.maxlen of its information schema
    /// (COLLATIONS and CHARACTER_SETS; MariaDB: COLLATION_CHARACTER_SET_APPLICABILITY, which has the full names).
    /// </summary>
    public static TheoryData<string> Servers => new("mysql-5.6", "mysql-9.7", "mariadb-10.11", "mariadb-11.8");

    [Theory]
    [MemberData(nameof(Servers))]
    public void Every_collation_of_a_server_has_its_number_and_its_characters_their_width(string server)
    {
        string[] lines = File.ReadAllLines(Path.Combine("Data", "Collations", server + ".tsv"));
        bool isMariaDb = server.StartsWith("mariadb", StringComparison.Ordinal);

        Assert.Equal(lines, lines.Select(line => Known(line.Split('\t'))));

        string Known(string[] fields)
        {
            string characterSet = CharacterSets.Normalize(fields[0]), collation = CharacterSets.Normalize(fields[1]);
            int? number = CharacterSets.FindCollation(characterSet, collation, isMariaDb);
            CharacterSet? set = CharacterSets.ByCollationId((ulong)(number ?? int.MaxValue));
            string name = set?.Name == characterSet ? fields[0] : set?.Name ?? "unknown";
            return $"{name}\t{fields[1]}\t{number}\t{set?.MaxBytes}";
        }
    }

    [Fact]
    public void A_name_of_a_collation_may_leave_the_character_set_out()
    {
        Assert.Equal(2304, CharacterSets.FindCollation("utf8mb4", "uca1400_ai_ci", isMariaDb: true));
        Assert.Equal(3079, CharacterSets.FindCollation("utf32", "uca1400_nopad_as_cs", isMariaDb: true));
        Assert.Null(CharacterSets.FindCollation("latin1", "uca1400_ai_ci", isMariaDb: true));
        Assert.Null(CharacterSets.FindCollation("utf8mb4", "uca1400_klingon_ai_ci", isMariaDb: true));
        Assert.Null(CharacterSets.FindCollation("utf8mb4", "uca1400", isMariaDb: true));
    }

    [Fact]
    public void One_name_is_two_collations()
    {
        Assert.Equal(245, CharacterSets.FindCollation("utf8mb4", "utf8mb4_croatian_ci", isMariaDb: false));
        Assert.Equal(608, CharacterSets.FindCollation("utf8mb4", "utf8mb4_croatian_ci", isMariaDb: true));
    }

    [Fact]
    public void A_number_that_no_server_has_is_of_no_character_set()
    {
        Assert.Null(CharacterSets.ByCollationId(0));
        Assert.Null(CharacterSets.ByCollationId(2048 + (21 << 3)));
        Assert.Null(CharacterSets.ByCollationId(2048 + 255));
        Assert.Null(CharacterSets.ByCollationId(ulong.MaxValue));
    }
}
