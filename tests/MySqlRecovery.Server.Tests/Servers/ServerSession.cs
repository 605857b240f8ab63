using System.Globalization;
using System.Text;
using MySqlConnector;

namespace MySqlRecovery.Server.Tests.Servers;

/// <summary>
/// A session of root through the server's socket, within the process of the tests: the start of the stock client costs more than
/// most statements.
/// </summary>
internal sealed class ServerSession : IDisposable
{
    private readonly MySqlConnection _connection;

    public ServerSession(string socket, string? database)
    {
        var options = new MySqlConnectionStringBuilder
        {
            Server = socket,
            ConnectionProtocol = MySqlConnectionProtocol.UnixSocket,
            UserID = "root",
            Database = database ?? "",
            Pooling = false,
            SslMode = MySqlSslMode.None,
            DefaultCommandTimeout = 0,
            AllowUserVariables = true,
            UseAffectedRows = true,
            AllowLoadLocalInfile = true,
            TreatTinyAsBoolean = false,
            GuidFormat = MySqlGuidFormat.None,
        };
        _connection = new MySqlConnection(options.ConnectionString);
        Guarded(_connection.Open);
    }

    /// <summary>Runs statements, one after the other up to the first that is refused.</summary>
    public void Execute(string statements)
    {
        if (statements.Length == 0)
            return;
        using MySqlCommand command = Command(statements);
        Guarded(() => command.ExecuteNonQuery());
    }

    /// <summary>
    /// The rows of all results as the stock client would print them; null if a column is of a type whose text only the server
    /// knows, such as a time or a floating-point number.
    /// </summary>
    public IReadOnlyList<string[]>? Query(string statements)
    {
        List<string[]>? rows = [];
        Guarded(() =>
        {
            using MySqlCommand command = Command(statements);
            using MySqlDataReader reader = command.ExecuteReader();
            do
            {
                if (!Enumerable.Range(0, reader.FieldCount).All(i => IsPlain(reader, i)))
                    rows = null;
                while (reader.Read())
                    rows?.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => Text(reader, i))]);
            }
            while (reader.NextResult());
        });
        return rows;
    }

    public void Dispose() => _connection.Dispose();

    private static void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (MySqlException refused)
        {
            throw new InvalidOperationException($"ERROR {refused.Number} ({refused.SqlState}): {refused.Message}", refused);
        }
    }

    private static bool IsPlain(MySqlDataReader reader, int column) =>
        (reader.GetFieldType(column) == typeof(string) || reader.GetFieldType(column) == typeof(byte[])
            || reader.GetFieldType(column) == typeof(decimal)
            || (reader.GetFieldType(column).IsPrimitive && reader.GetFieldType(column) != typeof(float)
                && reader.GetFieldType(column) != typeof(double)))
        && reader.GetDataTypeName(column) is not ("YEAR" or "BIT" or "GEOMETRY" or "VECTOR");

    private static string Text(MySqlDataReader reader, int column) => reader.IsDBNull(column)
        ? "NULL"
        : reader.GetDataTypeName(column) is "DECIMAL"
            ? reader.GetMySqlDecimal(column).ToString()
            : reader.GetValue(column) is byte[] bytes
                ? Encoding.UTF8.GetString(bytes)
                : Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture)!;

    private MySqlCommand Command(string text)
    {
        MySqlCommand command = _connection.CreateCommand();
        command.CommandText = text;
        return command;
    }
}
