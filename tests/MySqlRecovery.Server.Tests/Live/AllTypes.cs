namespace MySqlRecovery.Server.Tests.Live;

/// <summary>Statements that make a database with every column type of MySQL, and damage it.</summary>
internal static class AllTypes
{
    /// <param name="parts">Which files: <c>schema</c>, <c>rows</c>, <c>damage</c>, those of the current server with <c>-9</c>.</param>
    public static IEnumerable<string> Read(params string[] parts) =>
        parts.Select(part => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "all-types", part + ".sql")));
}
