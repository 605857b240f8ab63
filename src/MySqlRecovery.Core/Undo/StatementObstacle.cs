namespace MySqlRecovery.Undo;

/// <summary>Statements in the log that changed data or tables without row images.</summary>
internal static class StatementObstacle
{
    private const int ShownLength = 120;
    private static readonly string[] DataWords = ["INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD"];
    private static readonly string[] DefinitionWords = ["CREATE", "ALTER", "DROP", "RENAME"];
    private static readonly string[] TableWords = ["TABLE", "TABLES", "DATABASE", "SCHEMA", "TABLESPACE"];

    public static void Find(string statement, string logFile, long position, UndoObstacles obstacles)
    {
        string[] words = statement.Split((char[]?)null, 4, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
            return;
        string first = words[0].ToUpperInvariant();
        if (DataWords.Contains(first))
            obstacles.Add(logFile, position, $"changed rows as a statement, without row images: {Shorten(statement)}");
        else if (first == "TRUNCATE" || (DefinitionWords.Contains(first) && words.Skip(1).Any(w => TableWords.Contains(w.ToUpperInvariant()))))
            obstacles.Add(logFile, position, $"changed the tables themselves: {Shorten(statement)}");
    }

    private static string Shorten(string statement)
    {
        string line = statement.ReplaceLineEndings(" ");
        return line.Length <= ShownLength ? line : string.Concat(line.AsSpan(0, ShownLength), "…");
    }
}
