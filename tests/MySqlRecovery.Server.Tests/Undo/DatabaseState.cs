using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.Undo;

/// <summary>A text that is equal for two states of a database exactly when their rows are.</summary>
internal static class DatabaseState
{
    /// <summary>
    /// The dump, sorted because tables without key have no order of their own. It prints FLOAT with six digits only, so
    /// the tables with such columns come with their checksums, which the server makes of the stored bytes.
    /// </summary>
    public static string Read(MySqlServer server, string database)
    {
        string[] tables = [.. server.Query(
            $"SELECT DISTINCT table_name FROM information_schema.columns WHERE table_schema = '{database}' AND data_type = 'float' "
                + $"ORDER BY table_name")
            .Select(row => $"`{row[0]}`")];
        IEnumerable<string> checksums = tables.Length == 0 ? []
            : server.Query($"CHECKSUM TABLE {string.Join(", ", tables)} EXTENDED", database).Select(row => string.Join(' ', row));
        return server.DumpSorted(database) + "\n" + string.Join('\n', checksums);
    }

    /// <summary>The definitions alone, as an operator hands them to -SchemaPath.</summary>
    public static string WriteSchema(MySqlServer server, string database)
    {
        string path = Path.Combine(server.FolderPath, $"{database}-{Guid.NewGuid():N}.sql");
        string[] options = [.. server.ConnectionArguments, "--no-data", "--triggers", .. server.Flavour.DumpOptions];
        File.WriteAllText(path, server.Run("mysqldump", [.. options, "--databases", database]));
        return path;
    }

    /// <summary>Compares line by line, so that a failure shows the rows that differ and not the whole dump.</summary>
    public static void AssertEqual(string expected, string actual)
    {
        if (expected == actual)
            return;
        string[] wanted = expected.Split('\n'), found = actual.Split('\n');
        Xunit.Assert.Fail(
            "The states differ.\nMissing:\n" + Shorten(Subtract(wanted, found)) + "\nUnexpected:\n" + Shorten(Subtract(found, wanted)));
    }

    private static List<string> Subtract(string[] from, string[] what)
    {
        Dictionary<string, int> counts = what.CountBy(line => line).ToDictionary();
        return [.. from.Where(line => !counts.TryGetValue(line, out int left) || left == 0 || (counts[line] = left - 1) < 0)];
    }

    private static string Shorten(List<string> lines) =>
        string.Join('\n', lines.Take(10).Select(line => line.Length <= 1000 ? line : line[..1000] + "…"));
}
