using System.Text;

namespace MySqlRecovery.Text;

/// <summary>Takes the quotes and escapes off names and strings.</summary>
internal static class SqlQuoting
{
    /// <summary>What a quoted name says: the quotes off, doubled ones single.</summary>
    public static string Name(ReadOnlySpan<char> quoted) =>
        quoted[1..^1].ToString().Replace(new string(quoted[0], 2), quoted[..1].ToString());

    /// <summary>What a string says.</summary>
    public static string String(ReadOnlySpan<char> quoted, bool escapes)
    {
        char quote = quoted[0];
        ReadOnlySpan<char> content = quoted[1..^1];
        var result = new StringBuilder(content.Length);
        for (int i = 0; i < content.Length; i++)
        {
            char c = content[i];
            if (i + 1 < content.Length && (c == quote || (escapes && c == '\\')))
            {
                i++;
                if (c == '\\')
                    AppendEscaped(result, content[i]);
                else
                    result.Append(quote);
            }
            else
            {
                result.Append(c);
            }
        }

        return result.ToString();
    }

    private static void AppendEscaped(StringBuilder result, char c) => _ = c switch
    {
        '0' => result.Append('\0'),
        'b' => result.Append('\b'),
        'n' => result.Append('\n'),
        'r' => result.Append('\r'),
        't' => result.Append('\t'),
        'Z' => result.Append('\u001A'),
        '%' or '_' => result.Append('\\').Append(c), // kept for LIKE
        _ => result.Append(c),
    };
}

/// <summary>Names in backquotes, which every sql_mode takes.</summary>
internal static class SqlIdentifier
{
    public static string Quote(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    /// <summary>What a name in backquotes says; any other is taken as it is.</summary>
    public static string Unquote(string name) => name.Length > 1 && name[0] == '`' && name[^1] == '`' ? SqlQuoting.Name(name) : name;
}

/// <summary>Strings in quotes.</summary>
internal static class SqlString
{
    /// <summary>A literal for every sql_mode without NO_BACKSLASH_ESCAPES.</summary>
    public static string Quote(string text) =>
        $"'{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>An account, which CURRENT_USER() gives as <c>user@host</c>, for GRANT.</summary>
    public static string QuoteAccount(string account)
    {
        // A user's name may hold an @, a host's cannot.
        int at = account.LastIndexOf('@');
        return $"{Quote(account[..at])}@{Quote(account[(at + 1)..])}";
    }
}

/// <summary>
/// The sql_mode bits that change how a statement reads, with the values that the server uses for them (sql/system_variables.h,
/// MODE_*), so that the mode which a query event carries can be cast.
/// </summary>
[Flags]
internal enum SqlModes : ulong
{
    None = 0,

    /// <summary>REAL is FLOAT instead of DOUBLE.</summary>
    RealAsFloat = 1,

    /// <summary>"x" is a name, not a string.</summary>
    AnsiQuotes = 4,

    /// <summary>A backslash in a string is an ordinary character.</summary>
    NoBackslashEscapes = 1 << 20,
}
