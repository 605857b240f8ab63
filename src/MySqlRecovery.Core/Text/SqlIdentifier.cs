using System.Text;

namespace MySqlRecovery.Text;

/// <summary>Names in backquotes, which every sql_mode takes.</summary>
internal static class SqlIdentifier
{
    public static byte[] Quote(string name) => Encoding.UTF8.GetBytes($"`{name.Replace("`", "``", StringComparison.Ordinal)}`");

    public static byte[] Quote(string database, string table) => [.. Quote(database), (byte)'.', .. Quote(table)];
}
