namespace MySqlRecovery.Text;

/// <summary>How far names are from each other: what somebody may have meant who wrote a name that is not there.</summary>
internal static class NameDistance
{
    /// <summary>The names, the most alike first; letters' case does not count.</summary>
    public static IEnumerable<string> Closest(IEnumerable<string> names, string wanted) =>
        names.OrderBy(name => Of(name, wanted)).ThenBy(name => name, StringComparer.Ordinal);

    /// <summary>How many letters must be put in, taken out, exchanged, or swapped with the next one.</summary>
    public static int Of(string a, string b)
    {
        (a, b) = (a.ToUpperInvariant(), b.ToUpperInvariant());
        var rows = new int[3][];
        for (int i = 0; i < 3; i++)
            rows[i] = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
            rows[0][j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            int[] row = rows[i % 3], last = rows[(i - 1) % 3], beforeLast = rows[(i + 1) % 3];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }
        }

        return rows[a.Length % 3][b.Length];
    }
}
