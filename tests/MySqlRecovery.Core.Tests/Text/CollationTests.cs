using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Text;

/// <summary>Which texts are one key. The servers are asked for many more in the server tests.</summary>
public sealed class CollationTests
{
    [Theory]
    [InlineData("utf8mb4_0900_ai_ci", "Straße", "STRASSE", true)]
    [InlineData("utf8mb4_uca1400_ai_ci", "Straße", "strasse", true)]
    [InlineData("utf8mb4_unicode_ci", "ß", "ss", true)]
    [InlineData("utf8mb4_general_ci", "ß", "s", true)]
    [InlineData("utf8mb4_general_ci", "ß", "ss", false)]
    [InlineData("utf8mb4_unicode_ci", "Müller", "MULLER", true)]
    [InlineData("utf8mb4_unicode_ci", "あ", "ア", true)]
    [InlineData("utf8mb4_unicode_ci", "٣", "3", true)]
    [InlineData("utf8mb4_unicode_ci", "a\u0001b", "AB", true)]
    [InlineData("utf8mb4_unicode_ci", "a\u00A0", "a", true)]
    [InlineData("utf8mb4_unicode_ci", "😀", "😁", true)]
    [InlineData("utf8mb4_general_ci", "😀", "😁", true)]
    [InlineData("utf8mb4_0900_ai_ci", "😀", "😁", false)]
    [InlineData("utf8mb4_0900_ai_ci", "a ", "a", false)]
    [InlineData("utf8mb4_general_ci", "a ", "a", true)]
    [InlineData("utf8mb4_general_nopad_ci", "a ", "a", false)]
    [InlineData("utf8mb3_danish_ci", "å", "AA", true)]
    [InlineData("utf8mb4_uca1400_danish_ai_ci", "å", "aa", true)]
    [InlineData("utf8mb4_german2_ci", "ä", "ae", true)]
    [InlineData("utf8mb4_unicode_ci", "ä", "ae", false)]
    [InlineData("utf8mb4_la_0900_ai_ci", "jv", "IU", true)]
    [InlineData("latin1_swedish_ci", "ü", "y", true)]
    [InlineData("latin1_swedish_ci", "ü", "u", false)]
    [InlineData("latin1_swedish_ci", "å", "[", true)]
    [InlineData("latin1_german2_ci", "ß", "SS", true)]
    [InlineData("latin2_general_ci", "Ě", "e", true)]
    [InlineData("latin2_general_ci", "Ą", "a", false)]
    [InlineData("macce_general_ci", "M", "n", true)]
    [InlineData("utf8mb4_bin", "a", "A", false)]
    [InlineData("utf8mb4_bin", "a ", "a", true)]
    public void What_a_collation_takes_for_equal_is_one_text(string collation, string one, string other, bool isSame)
    {
        string set = collation[..collation.IndexOf('_')];
        CharacterSet characters = CharacterSets.ByName(set)!;
        Collation known = CharacterSets.CollationOf(set, collation)!;
        Assert.Equal(isSame, known.Fold(characters, characters.Encode(one)) == known.Fold(characters, characters.Encode(other)));
    }

    [Fact]
    public void Where_bytes_cannot_be_read_any_two_may_be_equal_unless_bytes_are_compared()
    {
        CharacterSet set = CharacterSets.ByName("dec8")!;
        Collation sorted = CharacterSets.CollationOf("dec8", null)!, binary = CharacterSets.CollationOf("dec8", "dec8_bin")!;
        Assert.Equal(sorted.Fold(set, "a"u8), sorted.Fold(set, "\xE4"u8));
        Assert.Null(binary.Fold(set, "a"u8));
    }

    [Fact]
    public void MariaDB_s_own_croatian_ci_compares_by_its_number_as_by_its_name()
    {
        foreach (ulong number in (ulong[])[576, 608, 640, 672, 736])
            Assert.Equal(CharacterSets.CollationOf("utf8mb4", "utf8mb4_croatian_ci"), CharacterSets.CollationOf(number));
    }

    [Fact]
    public void A_collation_that_is_not_named_is_the_default_of_its_character_set()
    {
        Assert.Equal(CharacterSets.CollationOf("latin1", "latin1_swedish_ci"), CharacterSets.CollationOf("latin1", null));
        Assert.Equal(CharacterSets.CollationOf("utf8mb4", "utf8mb4_general_ci"), CharacterSets.CollationOf("utf8mb4", null));
    }

    [Theory]
    [InlineData("utf8mb4_0900_ai_ci", false)]
    [InlineData("utf8mb4_general_ci", false)]
    [InlineData("utf8mb4_bin", false)]
    [InlineData("utf8mb4_0900_as_cs", true)]
    [InlineData("utf8mb4_uca1400_as_ci", true)]
    [InlineData("latin1_general_cs", true)]
    [InlineData("latin2_general_ci", false)]
    [InlineData("utf8mb4_sinhala_ci", true)]
    public void A_collation_of_which_much_that_it_tells_apart_is_joined_says_so(string name, bool joinsMuch) =>
        Assert.Equal(joinsMuch, CharacterSets.CollationOf(name[..name.IndexOf('_')], name)!.JoinsMuch);
}
