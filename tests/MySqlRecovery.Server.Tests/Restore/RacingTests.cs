using System.Globalization;
using MySqlRecovery.Client;
using MySqlRecovery.Model;
using MySqlRecovery.Restore;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Restore;

/// <summary>
/// Random schemas and incidents, with another session that writes while rows are restored, between whatever two commands of
/// the restoring: no value that it wrote may be lost, each row has one verdict, and without it all is as if nothing had been.
/// RESTORE_RACES says how many are tried (10 by default), RESTORE_SEED with which one it starts.
/// </summary>
public abstract class RacingTests(ServerFixture fixture)
{
    private static readonly int Count =
        int.Parse(Environment.GetEnvironmentVariable("RESTORE_RACES") ?? "10", CultureInfo.InvariantCulture);
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("RESTORE_SEED") ?? "1", CultureInfo.InvariantCulture);

    private MySqlServer Server => fixture.Server;

    [Fact]
    public void No_value_that_anyone_wrote_since_is_lost()
    {
        for (int seed = Seed; seed < Seed + Count; seed++)
            Race(seed);
    }

    [Fact]
    public void Without_other_writers_all_is_as_if_nothing_had_been()
    {
        for (int seed = Seed; seed < Seed + Count; seed++)
        {
            var incident = new RandomIncident(Server, seed);
            Dictionary<string, string> before = incident.State();
            string log = incident.Damage();
            List<RowVerdict> done = new Restoring(Server, log) { Options = incident.Options }.Run();
            Assert.All(done, v => Assert.True(v.IsApplied || v.Verdict == RestoreVerdict.AlreadyRestored, $"seed {seed}: {v}"));
            RandomIncident.AssertSame(before, incident.State(), seed);
        }
    }

    [Fact]
    public void A_session_that_is_killed_anywhere_and_goes_on_comes_to_the_same_end()
    {
        for (int seed = Seed; seed < Seed + Count; seed++)
        {
            var incident = new RandomIncident(Server, seed);
            Dictionary<string, string> before = incident.State();
            string log = incident.Damage();
            var random = new Random(seed);
            for (int deaths = 0; deaths < 5; deaths++)
            {
                int at = random.Next(40);
                var killed = new Restoring(Server, log)
                {
                    Options = incident.Options,
                    // From a program of its own: MySQL 5.6 and 5.7 may keep the locks of a session that is killed while it turns idle.
                    Wrap = c => new BetweenCommands(c, n => { if (n == at) Server.Client($"KILL {c.ConnectionId}"); })
                };
                try
                {
                    killed.Run();
                }
                catch (RecoveryException e)
                {
                    Assert.True(e.ErrorId is "ServerConnectionLost" or "ServerProtocolError", $"seed {seed}: {e}");
                }
            }

            new Restoring(Server, log) { Options = incident.Options }.Run();
            RandomIncident.AssertSame(before, incident.State(), seed);
        }
    }

    private void Race(int seed)
    {
        var incident = new RandomIncident(Server, seed);
        string log = incident.Damage();
        var random = new Random(seed);
        using ServerConnection other = Server.Connect();

        // It does not wait for locks: what it cannot write now it does not write.
        other.Query("SET innodb_lock_wait_timeout = 1", CancellationToken.None).Dispose();
        var written = new HashSet<(string Table, string Column, string Value)>();
        var restoring = new Restoring(Server, log)
        {
            Options = incident.Options,
            Wrap = c => new BetweenCommands(c, _ =>
            {
                if (random.Next(4) == 0)
                    incident.WriteMore(other, random, written);
            }),
        };
        for (int i = 0; i < 4; i++)
            incident.WriteMore(other, random, written);
        List<RowVerdict> done = restoring.Run();

        Assert.Equal(done.Count, done.DistinctBy(v => (v.Table, v.Key!["id"], v.Before?["id"], v.After?["id"])).Count());
        foreach ((string table, string column, string value) in written)
        {
            string? count = other.QueryScalar($"SELECT COUNT(*) FROM race.{table} WHERE {column} = '{value}'", CancellationToken.None);
            Assert.True(count == "1", $"seed {seed}: {table}.{column} = {value}, which another session wrote, is there {count} times");
        }

        Assert.Equal("0", Server.Scalar(RandomIncident.Orphans));
    }
}

/// <summary>Three tables with unique keys and foreign keys, a random damage to them, and random writes afterwards.</summary>
internal sealed class RandomIncident
{
    public const string Orphans = """
        SELECT (SELECT COUNT(*) FROM race.c LEFT JOIN race.p ON c.p = p.id WHERE c.p IS NOT NULL AND p.id IS NULL)
             + (SELECT COUNT(*) FROM race.c LEFT JOIN race.c up ON c.up = up.id WHERE c.up IS NOT NULL AND up.id IS NULL)
        """;

    private const int Rows = 30;
    private static readonly string[] Tables = ["p", "c", "w"];
    private readonly MySqlServer _server;
    private readonly Random _random;
    private int _lastValue = 1000;

    public RandomIncident(MySqlServer server, int seed)
    {
        _server = server;
        _random = new Random(seed * 7919);
        Options = new RestoreOptions { BatchSize = new[] { 1, 3, 7, 500 }[_random.Next(4)] };
        string key = new[] { "INT", "BIGINT UNSIGNED", "SMALLINT" }[_random.Next(3)];
        string action = new[] { "", " ON DELETE CASCADE", " ON DELETE SET NULL" }[_random.Next(3)];
        _server.Sql($"""
            DROP DATABASE IF EXISTS race; CREATE DATABASE race CHARACTER SET utf8mb4; USE race;
            CREATE TABLE p (id {key} PRIMARY KEY, a INT, b VARCHAR(20), u INT, UNIQUE (u));
            CREATE TABLE c (id {key} PRIMARY KEY, a INT, b VARCHAR(20), u INT, p {key}, up {key}, UNIQUE (u),
                FOREIGN KEY (p) REFERENCES p (id),
                    FOREIGN KEY (up) REFERENCES c (id){(_server.Version.StartsWith("9.", StringComparison.Ordinal) ? action : "")});
            CREATE TABLE w (id VARCHAR(20) PRIMARY KEY, a INT, b VARCHAR(20), u INT, UNIQUE (u, a));
            """);
        using ServerConnection connection = _server.Connect();
        for (int i = 1; i <= Rows; i++)
        {
            string up = i > 5 && _random.Next(2) == 0 ? _random.Next(1, i).ToString(CultureInfo.InvariantCulture) : "NULL";
            connection.Change(
                $"INSERT INTO race.p VALUES ({i}, {i}, 'p{i}', {i}); INSERT INTO race.c VALUES ({i}, {i}, 'c{i}', {i}, "
                    + $"{_random.Next(1, i + 1)}, {up}); INSERT INTO race.w VALUES ({WordOf(i)}, {i}, 'w{i}', {i});",
                CancellationToken.None);
        }
    }

    public RestoreOptions Options { get; }

    /// <summary>Every row as one text, by table and key.</summary>
    public Dictionary<string, string> State() => StateOf(_server);

    /// <summary>The same of another server that has the tables.</summary>
    public static Dictionary<string, string> StateOf(MySqlServer server) => Tables
        .SelectMany(t => server.Query($"SELECT * FROM {t}", "race").Select(r => (t, r)))
        .ToDictionary(x => $"{x.t} {x.r[0]}", x => string.Join(", ", x.r));

    /// <summary>Fails where two states differ, and says in which rows.</summary>
    public static void AssertSame(Dictionary<string, string> before, Dictionary<string, string> after, int seed)
    {
        string[] other = [.. before.Keys.Union(after.Keys).Where(k => before.GetValueOrDefault(k) != after.GetValueOrDefault(k)).Take(5)
            .Select(k => $"seed {seed}, {k}: was {before.GetValueOrDefault(k)}, is {after.GetValueOrDefault(k)}")];
        Assert.True(other.Length == 0, string.Join('\n', other));
    }

    /// <summary>Does damage, and gives the log that holds it alone.</summary>
    public string Damage()
    {
        _server.FlushLogs();
        using ServerConnection connection = _server.Connect();
        connection.InitDb("race", CancellationToken.None);
        for (int i = 0; i < 25; i++)
        {
            try
            {
                connection.Change(Next() + ";", CancellationToken.None);
            }
            catch (RecoveryException e) when (e.ErrorId == "ServerQueryFailed")
            {
                // A key forbids it.
            }
        }

        return _server.FlushLogs();
    }

    /// <summary>Writes something as another session, and notes what it wrote.</summary>
    public void WriteMore(ServerConnection other, Random random, HashSet<(string Table, string Column, string Value)> written)
    {
        string table = Tables[random.Next(3)], column = random.Next(2) == 0 ? "a" : "b";
        string id = IdOf(table, random.Next(1, Rows + 20)), value = (++_lastValue).ToString(CultureInfo.InvariantCulture);
        try
        {
            other.Change("START TRANSACTION;", CancellationToken.None);
            if (random.Next(3) > 0)
            {
                string? old = other.QueryScalar($"SELECT {column} FROM race.{table} WHERE id = {id} FOR UPDATE", CancellationToken.None);
                bool isThere = other.Change($"UPDATE race.{table} SET {column} = '{value}' WHERE id = {id};", CancellationToken.None) == 1;
                other.Change("COMMIT;", CancellationToken.None);
                written.Remove((table, column, old ?? ""));
                if (isThere)
                    written.Add((table, column, value));
            }
            else
            {
                string rest = table == "c" ? ", NULL, NULL" : "";
                other.Change($"INSERT INTO race.{table} VALUES ({id}, {value}, 'b{value}', {random.Next(1, 60)}{rest}); COMMIT;",
                    CancellationToken.None);
                written.UnionWith([(table, "a", value), (table, "b", $"b{value}")]);
            }
        }
        catch (RecoveryException)
        {
            // The key or the lock is another's.
            other.Change("ROLLBACK;", CancellationToken.None);
        }
    }

    private string Next()
    {
        string table = Tables[_random.Next(3)], id = IdOf(table, _random.Next(1, Rows + 5)),
            other = IdOf(table, _random.Next(1, Rows + 15));
        return _random.Next(8) switch
        {
            0 or 1 => $"DELETE FROM {table} WHERE id = {id}",
            2 => $"UPDATE {table} SET a = a + 100 WHERE id = {id}",
            3 => $"UPDATE {table} SET a = 7, b = CONCAT(b, 'x') WHERE id IN ({id}, {other})",
            4 => $"UPDATE {table} SET id = {other} WHERE id = {id}",
            5 => $"UPDATE {table} SET u = {_random.Next(1, 45)} WHERE id = {id}",
            6 => $"INSERT INTO {table} (id, a, b, u) VALUES ({other}, {_random.Next(9)}, 'new', {_random.Next(1, 60)})",
            _ => table == "c" ? $"UPDATE c SET p = {_random.Next(1, Rows)}, up = {_random.Next(1, Rows)} WHERE id = {id}"
                : $"UPDATE {table} SET b = NULL WHERE id = {id}",
        };
    }

    private static string IdOf(string table, int number) => table == "w" ? WordOf(number) : number.ToString(CultureInfo.InvariantCulture);

    // Letters that are the same to the server and not to a byte.
    private static string WordOf(int number) => $"'{(number % 3 == 0 ? "Wort" : "wort")}{number % 40}'";
}

public sealed class MySqlRacingTests(MySqlFixture fixture) : RacingTests(fixture), IClassFixture<MySqlFixture>;

public sealed class MySql56RacingTests(MySql56Fixture fixture) : RacingTests(fixture), IClassFixture<MySql56Fixture>;

public sealed class MariaDbRacingTests(MariaDbFixture fixture) : RacingTests(fixture), IClassFixture<MariaDbFixture>;

public sealed class MySql57RacingTests(MySql57Fixture fixture) : RacingTests(fixture), IClassFixture<MySql57Fixture>;

public sealed class MariaDb118RacingTests(MariaDb118Fixture fixture) : RacingTests(fixture), IClassFixture<MariaDb118Fixture>;
