using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>The tables that a statement of a log changes or defines, as far as its text names them.</summary>
internal static class NamedTables
{
    /// <summary>The tables; empty where the statement names none, or does not say.</summary>
    /// <param name="text">The statement.</param>
    /// <param name="database">The session's default database.</param>
    /// <param name="modes">The sql_mode under which it ran.</param>
    public static IReadOnlyList<TableName> Find(string text, string database, SqlModes modes)
    {
        LoggedStatement statement = LoggedStatement.Read(text, modes);
        return statement.Kind switch
        {
            LoggedStatementKind.Rows => ChangedTables.Find(statement, database) ?? [],
            LoggedStatementKind.Definition => new SchemaCatalog().Apply(statement, database).Tables,
            _ => [],
        };
    }
}
