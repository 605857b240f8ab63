namespace MySqlRecovery.Binlog.Filter;

/// <summary>
/// A name with PowerShell's wildcards (<c>*</c>, <c>?</c>, <c>[a-z]</c>, backquote to escape), compared without regard
/// to case, as PowerShell does.
/// </summary>
internal sealed class NamePattern
{
    private readonly string _pattern;
    private readonly bool _isLiteral;

    public NamePattern(string pattern)
    {
        _pattern = pattern;
        _isLiteral = pattern.AsSpan().IndexOfAny("*?[`") < 0;
    }

    private NamePattern(string name, bool isLiteral)
    {
        _pattern = name;
        _isLiteral = isLiteral;
    }

    public bool IsLiteral => _isLiteral;

    public string Text => _pattern;

    /// <summary>The pattern of one name, in which no character is a wildcard.</summary>
    public static NamePattern Of(string name) => new(name, isLiteral: true);

    public bool IsMatch(string name) => _isLiteral
        ? string.Equals(_pattern, name, StringComparison.OrdinalIgnoreCase)
        : Match(_pattern, name);

    // Greedy with one point to come back to: linear in practice, at most pattern × name.
    private static bool Match(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int p = 0, n = 0, star = -1, resume = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = ++p;
                resume = n;
            }
            else if (p < pattern.Length && MatchOne(pattern, p, name[n], out int width))
            {
                p += width;
                n++;
            }
            else if (star >= 0)
            {
                p = star;
                n = ++resume;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }

    private static bool MatchOne(ReadOnlySpan<char> pattern, int at, char c, out int width)
    {
        width = 1;
        switch (pattern[at])
        {
            case '?':
                return true;
            case '`' when at + 1 < pattern.Length:
                width = 2;
                return Same(pattern[at + 1], c);
            case '[' when pattern[(at + 1)..].IndexOf(']') is > 0 and var close:
                width = close + 2;
                return InClass(pattern.Slice(at + 1, close), c);
            default:
                return Same(pattern[at], c);
        }
    }

    private static bool InClass(ReadOnlySpan<char> members, char c)
    {
        char folded = char.ToUpperInvariant(c);
        for (int i = 0; i < members.Length; i++)
        {
            if (i + 2 < members.Length && members[i + 1] == '-')
            {
                if (folded >= char.ToUpperInvariant(members[i]) && folded <= char.ToUpperInvariant(members[i + 2]))
                    return true;
                i += 2;
            }
            else if (Same(members[i], c))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Same(char a, char b) => char.ToUpperInvariant(a) == char.ToUpperInvariant(b);
}
