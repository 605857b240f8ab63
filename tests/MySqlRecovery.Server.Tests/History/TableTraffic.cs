using MySqlRecovery.Client;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.History;

/// <summary>Tables with a key, a long key and none, and sessions that change their rows.</summary>
internal static class TableTraffic
{
    /// <summary>Statements that make the tables and fill them.</summary>
    public static string Tables => """
        CREATE TABLE numbered (id INT PRIMARY KEY, v INT, s VARCHAR(40));
        CREATE TABLE named (a VARCHAR(20) CHARACTER SET latin1, b BINARY(4), v INT, PRIMARY KEY (a, b));
        CREATE TABLE bare (id INT, v INT);
        CREATE TABLE still (id INT PRIMARY KEY, v INT);
        INSERT INTO still VALUES (1, 1), (2, 2);

        """
        + "INSERT INTO numbered VALUES " + string.Join(',', Enumerable.Range(1, 3000).Select(i => $"({i}, {i % 7}, 's{i}')"))
        + "; INSERT INTO named VALUES " + string.Join(',', Enumerable.Range(1, 300).Select(i => $"('ä{i}', 0x{i % 256:X2}00, {i})"))
        + "; INSERT INTO bare VALUES " + string.Join(',', Enumerable.Range(1, 200).Select(i => $"({i % 50}, {i % 3})")) + ";";

    /// <summary>Changes rows until it is stopped, in transactions and out of them.</summary>
    /// <param name="server">The server.</param>
    /// <param name="database">The database that has <see cref="Tables"/>.</param>
    /// <param name="number">Of the session: 0, 1 or 2.</param>
    /// <param name="stop">Ends it.</param>
    /// <param name="rounds">Ends it too, after so many changes.</param>
    public static void Write(MySqlServer server, string database, int number, CancellationToken stop, int rounds = int.MaxValue)
    {
        using ServerConnection connection = server.Connect();
        connection.InitDb(database, CancellationToken.None);
        var random = new Random(number);
        for (int i = 0; i < rounds && !stop.IsCancellationRequested; i++)
        {
            Thread.Sleep(2);
            int id = 1 + number + 3 * random.Next(1000);
            string[] statements = random.Next(8) switch
            {
                0 => [$"INSERT IGNORE INTO numbered VALUES ({id}, {i}, 'new')"],
                1 => [$"DELETE FROM numbered WHERE id = {id}"],
                2 => [$"UPDATE IGNORE numbered SET id = {id} + 9000 WHERE id = {id}"],
                3 => [$"UPDATE IGNORE numbered SET id = id - 9000, v = 1 WHERE id = {id} + 9000"],
                4 => ["BEGIN", $"UPDATE numbered SET v = v + 1 WHERE id = {id}", $"UPDATE named SET v = v + 1 WHERE a = 'ä{id % 300}'",
                    "COMMIT"],
                5 => [$"UPDATE IGNORE named SET a = UPPER(a), v = {i} WHERE a = 'ä{id % 300}'"],
                6 => [$"DELETE FROM bare WHERE id = {id % 50} AND v = {i % 3} LIMIT 1",
                    $"INSERT INTO bare VALUES ({id % 50}, {i % 3}), ({id % 50}, 9)"],
                _ => ["BEGIN", $"DELETE FROM numbered WHERE id BETWEEN {id} AND {id} + 3", "ROLLBACK"],
            };
            foreach (string statement in statements)
            {
                try
                {
                    connection.Execute(statement, CancellationToken.None);
                }
                catch (RecoveryException e) when (e.Message.Contains("eadlock", StringComparison.Ordinal)
                    || e.Message.Contains("timeout", StringComparison.Ordinal))
                {
                    break;
                }
            }
        }
    }
}
