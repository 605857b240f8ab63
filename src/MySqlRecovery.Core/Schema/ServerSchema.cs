using System.Globalization;
using MySqlRecovery.Model;
using MySqlRecovery.Server;
using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>
/// Reads table definitions from a server: columns, keys and foreign keys as SHOW CREATE TABLE has them, which alone shows
/// invisible columns, versioning and expressions alike on every server; triggers from information_schema. It takes SELECT
/// on the tables, and TRIGGER to be shown their triggers.
/// </summary>
internal static class ServerSchema
{
    /// <summary>Tables of a server as they are now, in the order asked for.</summary>
    /// <returns>
    /// Without those that are not there, are views or may not be seen by the account. One whose definition the server
    /// refuses (MySQL before 8.0 lists tables without any privilege) or that is not understood comes with an
    /// <see cref="TableSchema.UnknownReason"/>.
    /// </returns>
    /// <exception cref="RecoveryException">ServerQueryFailed, ServerPrivilegeMissing, ServerConnectionLost ...</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static IReadOnlyList<TableSchema> Read(IQueryClient client, IEnumerable<TableName> tables, CancellationToken token)
    {
        return UnreadableAnswer.Guard(client, () =>
        {
            using var session = new SchemaSession(client, token);
            var found = new List<TableSchema>();
            foreach (TableName table in tables)
            {
                if (FindName(client, table, token) is var (name, changedAt))
                    found.Add(ReadTable(client, name, token) with { ChangedAt = changedAt });
            }

            return found;
        });
    }

    /// <summary>
    /// The tables whose rows a server changes along with those of another: they have foreign keys to it ON DELETE or ON
    /// UPDATE CASCADE, SET NULL or SET DEFAULT. All of the server that the account may see.
    /// </summary>
    public static List<(TableName Parent, TableName Child)> FindCascades(IQueryClient client, CancellationToken token) => FindReferences(
        client, token,
        " WHERE DELETE_RULE IN ('CASCADE', 'SET NULL', 'SET DEFAULT') OR UPDATE_RULE IN ('CASCADE', 'SET NULL', 'SET DEFAULT')");

    /// <summary>The tables that refer to another by a foreign key, with that. All of the server that the account may see.</summary>
    public static List<(TableName Parent, TableName Child)> FindReferences(
        IQueryClient client, CancellationToken token, string condition = "")
    {
        string sql =
            "SELECT UNIQUE_CONSTRAINT_SCHEMA, REFERENCED_TABLE_NAME, CONSTRAINT_SCHEMA, TABLE_NAME FROM "
                + $"information_schema.REFERENTIAL_CONSTRAINTS{condition}";
        return UnreadableAnswer.Guard(
            client, () => client.QueryAll(sql, token).ConvertAll(row => (new TableName(row[0], row[1]!), new TableName(row[2], row[3]!))));
    }

    /// <summary>Why an account does not see all tables of a database, with the statement that lets it; null where it does.</summary>
    public static string? FindHidden(IQueryClient client, string database, CancellationToken token) =>
        UnreadableAnswer.Guard(client, () => FindUnseeing(client, database, token)) is { } account
            ? $"{account.Name} does not see all tables of {database}; GRANT SELECT ON {SqlIdentifier.Quote(database)}.* TO "
                + $"{account.Quoted};" : null;

    /// <summary>Why an account does not see the tables of all databases, with the statement that lets it; null where it does.</summary>
    public static string? FindHiddenDatabases(IQueryClient client, CancellationToken token) =>
        UnreadableAnswer.Guard(client, () => FindUnseeing(client, "mysqlrecovery_no_such_database", token)) is { } account
            ? $"{account.Name} does not see the tables of all databases, which may refer to these; GRANT SELECT ON *.* TO {account.Quoted};"
            : null;

    // Servers look at privileges before they look for the table: who may read all tables hears that this one is not there.
    private static (string Name, string Quoted)? FindUnseeing(IQueryClient client, string database, CancellationToken token)
    {
        try
        {
            client.Execute($"SELECT 1 FROM {new TableName(database, "mysqlrecovery_no_such_table").Quoted} LIMIT 0", token);
            return null;
        }
        catch (RecoveryException e) when (
            e.ErrorId == "ServerPrivilegeMissing" || e.Detail.Contains("command denied", StringComparison.OrdinalIgnoreCase))
        {
            string account = client.QueryScalar("SELECT CURRENT_USER()", token)!;
            return (account, SqlString.QuoteAccount(account));
        }
        catch (RecoveryException e) when (e.ErrorId is "ServerQueryFailed" or "ServerDatabaseNotFound")
        {
            return null;
        }
    }

    /// <summary>
    /// The table's name as the server has it, and when it was last altered; null: there is no table of this name to be seen.
    /// </summary>
    // For all that CREATE_TIME is called so, every ALTER TABLE sets it.
    private static (TableName Name, DateTime? ChangedAt)? FindName(IQueryClient client, TableName table, CancellationToken token)
    {
        string sql =
            "SELECT TABLE_SCHEMA, TABLE_NAME, UNIX_TIMESTAMP(CREATE_TIME) FROM information_schema.TABLES "
            + $"WHERE TABLE_SCHEMA = {SqlString.Quote(table.Database!)} AND TABLE_NAME = {SqlString.Quote(table.Name)} AND TABLE_TYPE NOT "
                + "LIKE '%VIEW'";
        List<string?[]> rows = client.QueryAll(sql, token);
        if (rows.Count == 0)
            return null;
        string?[] row = rows.Find(r => new TableName(r[0], r[1]!) == table) ?? rows[0];
        DateTime? changedAt = double.TryParse(row[2], NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
            ? DateTime.UnixEpoch.AddSeconds(Math.Floor(seconds)) : null;
        return (new TableName(row[0], row[1]!), changedAt);
    }

    private static TableSchema ReadTable(IQueryClient client, TableName name, CancellationToken token)
    {
        var catalog = new SchemaCatalog();
        try
        {
            using IQueryRows rows = client.Query($"SHOW CREATE TABLE {name.Quoted}", token);
            if (rows.Read())
                catalog.Apply(rows.GetString(1)!, name.Database);
        }
        catch (RecoveryException e) when (e.ErrorId is "ServerPrivilegeMissing" or "ServerQueryFailed")
        {
            return TableSchema.Unknown(name, e.Detail);
        }

        return catalog.Find(name.Database, name.Name) is { UnknownReason: null } table
            ? table with { Triggers = ReadTriggers(client, name, token) }
            : TableSchema.Unknown(name, catalog.Find(name.Database, name.Name)?.UnknownReason ?? "the server does not show its definition");
    }

    private static List<TriggerSchema> ReadTriggers(IQueryClient client, TableName table, CancellationToken token)
    {
        string sql =
            "SELECT TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION FROM information_schema.TRIGGERS "
            + $"WHERE EVENT_OBJECT_SCHEMA = {SqlString.Quote(table.Database!)} AND EVENT_OBJECT_TABLE = {SqlString.Quote(table.Name)}";
        return client.QueryAll(sql, token).ConvertAll(row => new TriggerSchema(row[0]!, row[1]!, row[2]!));
    }
}
