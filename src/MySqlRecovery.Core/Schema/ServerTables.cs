using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>Tables that servers and those who run them keep for themselves.</summary>
internal static class ServerTables
{
    private static readonly string[] Databases = ["mysql", "sys", "information_schema", "performance_schema"];

    /// <summary>Whether a table is the server's own: it has no triggers, and no view of a user leads through it to others.</summary>
    public static bool IsSystem(TableName table) => Databases.Contains(table.Database, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a table holds nothing but signs of life: Amazon RDS writes mysql.rds_heartbeat2 every few minutes, as a
    /// statement.</summary>
    public static bool IsBookkeeping(TableName table) =>
        string.Equals(table.Database, "mysql", StringComparison.OrdinalIgnoreCase)
            && table.Name.StartsWith("rds_heartbeat", StringComparison.OrdinalIgnoreCase);
}
