using MySqlRecovery.Client;

namespace MySqlRecovery.Server.Tests.Restore;

/// <summary>Does something before each command of a connection.</summary>
/// <param name="connection">The connection.</param>
/// <param name="act">Is told how many commands there were before.</param>
internal sealed class BetweenCommands(ServerConnection connection, Action<int> act) : IQueryClient
{
    private int _commands;

    public string Server => connection.Server;

    public IQueryRows Query(string sql, CancellationToken token)
    {
        act(_commands++);
        return connection.Query(sql, token);
    }

    public long Change(string statements, CancellationToken token)
    {
        act(_commands++);
        return connection.Change(statements, token);
    }
}
