namespace MySqlRecovery.Server;

/// <summary>Whose server it is and which release, as the text of <c>version()</c> or of a log tells.</summary>
/// <param name="IsMariaDb">Whether it is MariaDB; else MySQL, or Percona Server, which counts as MySQL does.</param>
/// <param name="Major">The first number; 0 where there is none.</param>
/// <param name="Minor">The second.</param>
/// <param name="Patch">The third.</param>
internal readonly record struct ServerVersion(bool IsMariaDb, int Major, int Minor, int Patch)
{
    // No release has a number like this; it keeps what a damaged log says from running over.
    private const int Most = 100_000;

    /// <summary>Reads the leading <c>a.b.c</c>, and whether MariaDB is named: <c>10.11.6-MariaDB-log</c>, <c>8.4.5</c>.</summary>
    public static ServerVersion Parse(string text)
    {
        Span<int> parts = stackalloc int[3];
        int part = 0;
        foreach (char c in text)
        {
            if (char.IsAsciiDigit(c))
                parts[part] = Math.Min(parts[part] * 10 + (c - '0'), Most);
            else if (c != '.' || ++part == parts.Length)
                break;
        }

        return new(text.Contains("MariaDB", StringComparison.OrdinalIgnoreCase), parts[0], parts[1], parts[2]);
    }

    /// <summary>Whether it is of at least this version, as its own maker counts.</summary>
    public bool IsAtLeast(int major, int minor, int patch = 0) => (Major, Minor, Patch).CompareTo((major, minor, patch)) >= 0;
}
