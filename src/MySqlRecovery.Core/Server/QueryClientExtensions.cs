namespace MySqlRecovery.Server;

/// <summary>Short forms for small results.</summary>
internal static class QueryClientExtensions
{
    /// <summary>First column of the first row; null if there is no row or the value is NULL.</summary>
    public static string? QueryScalar(this IQueryClient client, string sql, CancellationToken token)
    {
        using IQueryRows rows = client.Query(sql, token);
        return rows.Read() ? rows.GetString(0) : null;
    }

    /// <summary>The whole result as text.</summary>
    public static List<string?[]> QueryAll(this IQueryClient client, string sql, CancellationToken token)
    {
        using IQueryRows rows = client.Query(sql, token);
        var all = new List<string?[]>();
        while (rows.Read())
        {
            var row = new string?[rows.ColumnNames.Count];
            for (int i = 0; i < row.Length; i++)
                row[i] = rows.GetString(i);
            all.Add(row);
        }

        return all;
    }

    /// <summary>Runs a statement for its effect.</summary>
    public static void Execute(this IQueryClient client, string sql, CancellationToken token) => client.Query(sql, token).Dispose();
}
