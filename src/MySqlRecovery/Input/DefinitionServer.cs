using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Server;
using MySqlRecovery.Text;

namespace MySqlRecovery.Input;

/// <summary>A server that is asked for the definitions of tables, and connected to with the first question, once.</summary>
internal sealed class DefinitionServer : IDisposable
{
    private readonly Lazy<IQueryClient> _client;
    private readonly bool _isOwn;
    private readonly CancellationToken _stop;

    /// <param name="client">Somebody's open connection, which stays open.</param>
    /// <param name="stop">Ends a question.</param>
    public DefinitionServer(IQueryClient client, CancellationToken stop)
    {
        _client = new(client);
        _stop = stop;
    }

    /// <param name="connect">Connects; what it throws, every question ends in.</param>
    /// <param name="stop">Ends a question.</param>
    public DefinitionServer(Func<IQueryClient> connect, CancellationToken stop)
    {
        _client = new(connect);
        _isOwn = true;
        _stop = stop;
    }

    /// <summary>The definition of a table; null if the server has no such table.</summary>
    /// <exception cref="RecoveryException">RecordLayoutUnknown: the server does not tell; or it cannot be asked.</exception>
    public TableSchema? Find(TableName name) => ServerSchema.Read(_client.Value, [name], _stop) is not [{ } table] ? null
        : table.UnknownReason == null ? table : throw new RecoveryException(
            "RecordLayoutUnknown", RecoveryErrorKind.InvalidArgument,
            $"{_client.Value.Server} does not tell of {name}: {table.UnknownReason}");

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isOwn && _client.IsValueCreated)
            (_client.Value as IDisposable)?.Dispose();
    }
}
