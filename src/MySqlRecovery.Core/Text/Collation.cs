using System.Globalization;
using System.Text;

namespace MySqlRecovery.Text;

/// <summary>How a collation compares, as far as it can be told from its name.</summary>
/// <param name="IsBinary">Whether characters differ as soon as their bytes do (_bin).</param>
/// <param name="IgnoresEndSpaces">Whether blanks at the end do not count (PAD SPACE).</param>
internal sealed record Collation(bool IsBinary, bool IgnoresEndSpaces)
{
    /// <summary>One of which nothing is known: most ignore case, accents and blanks at the end.</summary>
    public static Collation Unknown { get; } = new(IsBinary: false, IgnoresEndSpaces: true);

    /// <summary>A collation by its name.</summary>
    public static Collation Of(string name) => new(
        name.EndsWith("_bin", StringComparison.Ordinal),
        !name.Contains("nopad", StringComparison.Ordinal) && !name.Contains("_0900_", StringComparison.Ordinal));

    /// <summary>
    /// The same text for texts that the collation takes for equal; some that it tells apart may become the same too.
    /// </summary>
    public string Fold(string text)
    {
        string padded = IgnoresEndSpaces ? text.TrimEnd(' ') : text;
        if (IsBinary || Ascii.IsValid(padded))
            return IsBinary ? padded : padded.ToUpperInvariant();
        var folded = new StringBuilder(padded.Length);
        foreach (char c in padded.Normalize(NormalizationForm.FormKD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.Format))
                folded.Append(char.ToUpperInvariant(c));
        }

        return folded.ToString();
    }
}
