namespace MySqlRecovery.Server;

/// <summary>SQL on a server, by whatever connection.</summary>
internal interface IQueryClient
{
    /// <summary>How messages and output objects name the server.</summary>
    string Server { get; }

    /// <summary>Runs one statement. A statement without rows gives no columns and no rows.</summary>
    /// <exception cref="Model.RecoveryException">ServerQueryFailed, ServerPrivilegeMissing, ServerConnectionLost, ServerTimeout
    /// ...</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, also while rows are read.</exception>
    IQueryRows Query(string sql, CancellationToken token);

    /// <summary>Runs statements, each with its semicolon, in one go; gives the number of rows that they inserted, deleted and
    /// found to update.</summary>
    /// <exception cref="Model.RecoveryException">As of <see cref="Query"/>, by the first statement that failed; those before it
    /// were run.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    long Change(string statements, CancellationToken token);
}

/// <summary>The rows of a query, one at a time and forward only. Dispose it before the next query.</summary>
internal interface IQueryRows : IDisposable
{
    IReadOnlyList<string> ColumnNames { get; }

    /// <summary>Goes to the next row; false after the last one.</summary>
    bool Read();

    bool IsNull(int column);

    /// <summary>The value as the server writes it in text; null for NULL.</summary>
    string? GetString(int column);

    /// <summary>The value's bytes; of a text, its UTF-8 bytes; null for NULL.</summary>
    byte[]? GetBytes(int column);
}

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
    /// <exception cref="Model.RecoveryException">ServerAnswerTooLarge, and what <see cref="IQueryClient.Query"/> ends in.</exception>
    public static List<string?[]> QueryAll(this IQueryClient client, string sql, CancellationToken token)
    {
        using IQueryRows rows = client.Query(sql, token);
        var all = new List<string?[]>();
        var budget = new AnswerBudget(client.Server);
        while (rows.Read())
        {
            budget.AddRow();
            var row = new string?[rows.ColumnNames.Count];
            for (int i = 0; i < row.Length; i++)
                row[i] = budget.Take(rows.GetString(i));
            all.Add(row);
        }

        return all;
    }

    /// <summary>Runs a statement for its effect.</summary>
    public static void Execute(this IQueryClient client, string sql, CancellationToken token) => client.Query(sql, token).Dispose();
}
