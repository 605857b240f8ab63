using MySqlRecovery.Model;

namespace MySqlRecovery.Server;

/// <summary>SQL on a server, by whatever connection.</summary>
internal interface IQueryClient
{
    /// <summary>How messages and output objects name the server.</summary>
    string Server { get; }

    /// <summary>Runs one statement. A statement without rows gives no columns and no rows.</summary>
    /// <exception cref="Model.RecoveryException">ServerQueryFailed, ServerPrivilegeMissing, ServerConnectionLost, ServerTimeout ...</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, also while rows are read.</exception>
    IQueryRows Query(string sql, CancellationToken token);
}
