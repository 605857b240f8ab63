using System.Globalization;
using System.Text;

namespace MySqlRecovery.Text;

/// <summary>How a collation compares.</summary>
/// <param name="IsBinary">Whether characters differ as soon as their bytes do (_bin).</param>
/// <param name="IgnoresEndSpaces">Whether blanks at the end do not count (PAD SPACE).</param>
/// <param name="Key">The name by which <see cref="EqualCharacters"/> knows it.</param>
/// <param name="JoinsSupplementary">Whether all characters beyond U+FFFF are one to it.</param>
internal sealed record Collation(bool IsBinary, bool IgnoresEndSpaces, string Key, bool JoinsSupplementary)
{
    /// <summary>Whether case or accents count.</summary>
    public bool IsSensitive { get; init; }

    /// <summary>Whether much that it tells apart is the same after <see cref="Fold(string)"/>.</summary>
    public bool JoinsMuch => !IsBinary && (IsSensitive || EqualCharacters.Of(Key).IsUntold);

    private static readonly string[] UnicodeSets = ["utf8mb3", "utf8mb4", "ucs2", "utf16", "utf16le", "utf32"];

    /// <summary>One of which nothing is known: most ignore case, accents and blanks at the end.</summary>
    public static Collation Unknown { get; } = Of("utf8mb4_general_ci");

    /// <summary>A collation by its name.</summary>
    public static Collation Of(string name)
    {
        bool isPadded = !name.Contains("nopad", StringComparison.Ordinal) && !name.Contains("_0900_", StringComparison.Ordinal);
        string plain = name.Replace("_nopad", string.Empty, StringComparison.Ordinal);
        string set = plain[..Math.Max(0, plain.IndexOf('_'))];
        bool isUnicode = UnicodeSets.Contains(set);
        string key = isUnicode ? plain[(set.Length + 1)..] : plain;
        if (isUnicode && (key.StartsWith("general", StringComparison.Ordinal) || key == "tolower_ci"))
            key = "general_ci";
        // Accents and case count or not: what is equal without them is a superset.
        int version = Math.Max(key.IndexOf("0900", StringComparison.Ordinal), key.IndexOf("1400_as", StringComparison.Ordinal));
        if (version >= 0)
            key = key[..(version + 4)];
        bool isOld = isUnicode && !key.Contains("520", StringComparison.Ordinal) && !key.Contains("0900", StringComparison.Ordinal)
            && !key.Contains("1400", StringComparison.Ordinal) && key != "myanmar_ci";
        return new Collation(name.EndsWith("_bin", StringComparison.Ordinal), isPadded, key, isOld)
        {
            IsSensitive = name.Contains("_as_", StringComparison.Ordinal) || name.EndsWith("_cs", StringComparison.Ordinal),
        };
    }

    /// <summary>One of MariaDB's uca1400 collations.</summary>
    /// <param name="language">Its language; empty for none.</param>
    /// <param name="ignoresEndSpaces">Whether blanks at the end do not count.</param>
    /// <param name="isSensitive">Whether case or accents count.</param>
    public static Collation OfUca1400(string language, bool ignoresEndSpaces, bool isSensitive) => new(
        IsBinary: false, ignoresEndSpaces, language.Length == 0 ? "uca1400" : $"uca1400_{language}", JoinsSupplementary: false)
    {
        IsSensitive = isSensitive,
    };

    /// <summary>
    /// The same text for values that the collation takes for equal; some that it tells apart may become the same too. Null where the
    /// bytes themselves are compared.
    /// </summary>
    /// <param name="set">The character set of the bytes.</param>
    /// <param name="bytes">The value.</param>
    public string? Fold(CharacterSet set, ReadOnlySpan<byte> bytes)
    {
        if (set.Decode(bytes) is { } text)
            return Fold(text);
        // What cannot be read may be equal to anything.
        return IsBinary ? null : string.Empty;
    }

    /// <summary>The same of text.</summary>
    public string Fold(string text)
    {
        if (IsBinary)
            return IgnoresEndSpaces ? text.TrimEnd(' ') : text;
        EqualCharacters equal = EqualCharacters.Of(Key);
        if (equal.IsUntold)
            return string.Empty;
        string folded = !equal.HasAscii && Ascii.IsValid(text) && !text.AsSpan().ContainsAnyInRange('\0', '\x1F') && !text.Contains('\x7F')
            ? text.ToUpperInvariant() : FoldAll(text, equal);
        folded = equal.Join(folded);
        return IgnoresEndSpaces ? folded.TrimEnd(' ') : folded;
    }

    private string FoldAll(string text, EqualCharacters equal)
    {
        var folded = new StringBuilder(text.Length);
        foreach (Rune character in text.EnumerateRunes())
        {
            if (JoinsSupplementary && character.Value > char.MaxValue)
                folded.Append(Rune.ReplacementChar);
            else if (character.Value <= 0x7F)
                folded.Append(equal.Find(character) ?? (IsIgnored((char)character.Value) ? string.Empty : Upper(character)));
            else if (equal.Find(character) is { } other)
                folded.Append(other);
            else
                AppendParts(character, equal, folded);
        }

        return folded.ToString();
    }

    private static void AppendParts(Rune character, EqualCharacters equal, StringBuilder folded)
    {
        foreach (Rune part in character.ToString().Normalize(NormalizationForm.FormKD).EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(part) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.Format))
                folded.Append(equal.FindPart(Rune.ToUpperInvariant(part)) ?? Upper(part));
        }
    }

    private static string Upper(Rune character) => Rune.ToUpperInvariant(character).ToString();

    private static bool IsIgnored(char c) => c is < '\t' or (> '\r' and < ' ') or '\x7F';
}
