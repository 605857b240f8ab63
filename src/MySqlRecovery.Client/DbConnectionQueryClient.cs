using System.Data;
using System.Data.Common;
using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.Client;

/// <summary>
/// SQL over a connection that the user has open already, of whatever provider. The connection stays the user's: it is
/// neither opened nor closed here, and an open transaction of his would be part of what is read.
/// </summary>
internal sealed class DbConnectionQueryClient : IQueryClient
{
    private readonly DbConnection _connection;

    /// <exception cref="RecoveryException">ConnectionNotOpen</exception>
    public DbConnectionQueryClient(DbConnection connection)
    {
        _connection = connection;
        Server = string.IsNullOrEmpty(connection.DataSource) ? connection.GetType().Name : connection.DataSource;
        if (connection.State != ConnectionState.Open)
            throw new RecoveryException("ConnectionNotOpen", RecoveryErrorKind.InvalidArgument, "the connection is not open", Server);
    }

    /// <inheritdoc/>
    public string Server { get; }

    /// <inheritdoc/>
    public IQueryRows Query(string sql, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        DbCommand command = _connection.CreateCommand();
        CancellationTokenRegistration cancel = token.Register(command.Cancel);
        try
        {
            command.CommandText = sql;

            // Chunk checksums take their time, and the token ends what takes too long.
            command.CommandTimeout = 0;
            DbDataReader reader = command.ExecuteReader();

            // KILL QUERY makes SLEEP and the like return as if nothing had been.
            token.ThrowIfCancellationRequested();
            return new ReaderRows(command, reader, cancel, e => Failed(e, token), command.Cancel, token);
        }
        catch (Exception e)
        {
            cancel.Dispose();
            command.Dispose();
            throw Failed(e, token);
        }
    }

    /// <inheritdoc/>
    public long Change(string statements, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        using DbCommand command = _connection.CreateCommand();
        using CancellationTokenRegistration cancel = token.Register(command.Cancel);
        try
        {
            command.CommandText = statements;
            command.CommandTimeout = 0;
            return command.ExecuteNonQuery();
        }
        catch (Exception e) when (e is DbException or InvalidOperationException)
        {
            throw Failed(e, token);
        }
    }

    /// <summary>The provider's exception as ours; its message is the server's.</summary>
    private Exception Failed(Exception e, CancellationToken token) => token.IsCancellationRequested
        ? new OperationCanceledException(e.Message, e, token)
        : new RecoveryException("ServerQueryFailed", RecoveryErrorKind.InvalidArgument, e.Message, Server, inner: e);
}
