using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MySqlRecovery.Text;

/// <summary>
/// Text for a terminal: names, values and messages of servers and logs may hold control characters, which do something there, so that
/// they are written as <c>\x1B</c>. Ends of lines and tabs stay.
/// </summary>
internal static class VisibleText
{
    /// <summary>The text with its control characters to be seen.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Of(string? text) => text == null || !text.Any(IsUnsafe) ? text
        : string.Concat(text.Select(c => IsUnsafe(c) ? string.Create(CultureInfo.InvariantCulture, $"\\x{(int)c:X2}") : c.ToString()));

    private static bool IsUnsafe(char c) => char.IsControl(c) && c is not ('\n' or '\t');
}
