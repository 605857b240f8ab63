using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

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
    public TextDefault Within(TextDefault outer) => this == default ? outer : new TextDefault(CharacterSet ?? outer.CharacterSet, Collation);
}
