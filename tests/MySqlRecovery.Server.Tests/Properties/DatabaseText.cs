using MySqlRecovery.Client;

namespace MySqlRecovery.Server.Tests.Properties;

/// <summary>What is in a database as text: the same text, the same rows.</summary>
internal static class DatabaseText
{
    /// <summary>All rows of a database, by table, with the columns.</summary>
    public static string Of(ServerConnection connection, string database)
    {
        List<string?[]> columns = connection.QueryAll(
            $"SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '{database}' ORDER BY "
                + $"TABLE_NAME, ORDINAL_POSITION", CancellationToken.None);
        var lines = new List<string>();
        foreach (IGrouping<string?, string?[]> table in columns.GroupBy(c => c[0]))
        {
            lines.Add($"{table.Key}: {string.Join(", ", table.Select(c => c[1]))}");
            string shown = string.Join(", ", table.Select(c => Shown(c[1]!, c[2]!)));
            lines.AddRange(connection.QueryAll($"SELECT {shown} FROM {database}.{table.Key}", CancellationToken.None)
                .Select(row => $"{table.Key}: {string.Join(" | ", row.Select(v => v ?? "NULL"))}")
                .Order(StringComparer.Ordinal));
        }

        return string.Join('\n', lines);
    }

    private static string Shown(string column, string type) => type switch
    {
        "bit" => $"{column} + 0",
        "float" or "double" => $"CAST({column} AS CHAR)",
        "char" or "varchar" or "tinytext" or "text" or "mediumtext" or "longtext" or "binary" or "varbinary" or "blob" or "mediumblob"
            or "point" or "geometry" => $"HEX({column})",
        _ => column,
    };
}
