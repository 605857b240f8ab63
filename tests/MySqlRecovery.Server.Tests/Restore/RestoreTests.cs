using MySqlRecovery.Client;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Server.Tests.Undo;
using Xunit;

namespace MySqlRecovery.Server.Tests.Restore;

/// <summary>Verdicts and restoring on a real server; the classes that derive name the server.</summary>
public abstract class RestoreTests(ServerFixture fixture)
{
    private MySqlServer Server => fixture.Server;

    [Fact]
    public void Of_rows_deleted_all_come_back_but_the_one_whose_key_a_customer_has_taken()
    {
        string log = Incident("incident", """
            CREATE TABLE orders (id INT PRIMARY KEY, customer VARCHAR(40), total DECIMAL(9,2), note TEXT);
            """, Rows(4000), "DELETE FROM orders WHERE id <= 4000");
        Server.Sql("INSERT INTO orders VALUES (17, 'the customer', 1.5, NULL)", "incident");

        List<RowVerdict> told = new Restoring(Server, log).Test();
        Assert.Equal(4000, told.Count);
        RowVerdict occupied = Assert.Single(told, v => v.Verdict != RestoreVerdict.Clean);
        Assert.Equal((RestoreVerdict.Occupied, 17, "the customer"), (occupied.Verdict, occupied.Key!["id"], occupied.Now!["customer"]));
        Assert.Equal("1", Server.Scalar("SELECT COUNT(*) FROM orders", "incident"));

        List<RowVerdict> done = new Restoring(Server, log).Run(out List<RestoreResult> results);
        Assert.Equal(3999, done.Count(v => v.IsApplied));
        RestoreResult result = Assert.Single(results);
        Assert.Equal((4000, 3999, 0, 1, false),
            (result.RowCount, result.RestoredCount, result.AlreadyRestoredCount, result.LeftCount, result.IsComplete));
        Assert.Equal("the customer", Server.Scalar("SELECT customer FROM orders WHERE id = 17", "incident"));
        Assert.Equal("4000", Server.Scalar("SELECT COUNT(*) FROM orders", "incident"));

        List<RowVerdict> again = new Restoring(Server, log).Run(out results);
        Assert.Equal(3999, again.Count(v => v.Verdict == RestoreVerdict.AlreadyRestored));
        Assert.Equal(0, results[0].RestoredCount);
    }

    [Fact]
    public void Values_of_every_type_come_back_exactly()
    {
        const string Schema = """
            CREATE TABLE everything (id BIGINT UNSIGNED PRIMARY KEY, t TINYINT, tu TINYINT(1) UNSIGNED, s SMALLINT ZEROFILL, m MEDIUMINT,
              i INT UNSIGNED,
                d DECIMAL(30,10), f FLOAT, db DOUBLE, y YEAR, bi BIT(10), e ENUM('a','b,c','ü'), st SET('x','y','z'),
                da DATE, ti TIME(3), dt DATETIME(6), ts TIMESTAMP NULL DEFAULT NULL, c CHAR(10), vc VARCHAR(20) CHARACTER SET latin1,
                  tx TEXT,
                b BINARY(6), vb VARBINARY(20), bl LONGBLOB, g GEOMETRY, u VARCHAR(20) CHARACTER SET utf16) DEFAULT CHARSET utf8mb4;
            """;
        const string Values = """
            SET sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO'; SET NAMES utf8mb4; SET time_zone = '+00:00';
            INSERT INTO everything VALUES
            (0, -128, 200, 5, -8388608, 4294967295, -12345678901234567890.0123456789, 0.1, 1e300, 1901, b'1000000001', 'ü', 'x,z',
             '2024-02-31', '-838:59:58.123', '9999-12-31 23:59:59.999999',
             '2001-01-01 00:00:01', 'ä  ', 'é\\''"', 'line\nü€', 0x0100, 0xFF00, 0x00FF27, ST_GeomFromText('POINT(1 2)'), '€uro'),
            (18446744073709551615, 127, 1, 0, 8388607, 0, 0, -0.0, -0.0, 2155, b'0', 'a', '', '0000-00-00', '838:59:59',
            '0000-00-00 00:00:00', NULL, '', '', '', '', '', '', NULL, ''),
            (7, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
            NULL, NULL, NULL, NULL),
            (8, 1, 2, 3, 4, 5, 0.5, 16777217, 0.30000000000000004, 2000, b'1', 'nothing', 'y', '2020-05-05', '00:00:00',
            '2020-01-01 00:00:00.5', '2020-01-01 00:00:00', 'A', 'a', 'b', 0x41, 0x42, 0x43, NULL, 'x');
            """;
        foreach (string damage in (string[])["DELETE FROM everything",
            "UPDATE everything SET t = 3, f = 1.1, db = 2, d = 1, e = 'b,c', dt = '2000-01-01', vc = 'x', bl = 'y', st = 'z', b = 'b', "
                + "g = NULL, ts = '2002-01-01'"])
        {
            string log = Incident("types", Schema, Values, damage, out string before);
            List<RowVerdict> told = new Restoring(Server, log).Test();
            Assert.All(told, v => Assert.Equal(RestoreVerdict.Clean, v.Verdict));
            List<RowVerdict> done = new Restoring(Server, log).Run();
            Assert.All(done, v => Assert.True(v.IsApplied, v.ToString()));
            DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "types"));
            Assert.All(new Restoring(Server, log).Test(), v => Assert.Equal(RestoreVerdict.AlreadyRestored, v.Verdict));
            foreach (RowVerdict verdict in new Restoring(Server, log).Test())
                Assert.Equal(verdict.Before!.Values.Cast<object?>().ToArray(), verdict.Now!.Values.Cast<object?>().ToArray());

            // And forward again.
            List<RowVerdict> forward = new Restoring(Server, log) { Forward = true }.Run();
            Assert.All(forward, v => Assert.True(v.IsApplied, v.ToString()));
            Assert.All(new Restoring(Server, log) { Forward = true }.Test(), v => Assert.Equal(RestoreVerdict.AlreadyRestored, v.Verdict));
        }
    }

    [Fact]
    public void Addresses_and_UUIDs_come_back_exactly()
    {
        Assert.SkipWhen(!Server.Flavour.IsMariaDb, "no other server has such types");
        string log = Incident("addresses", """
            CREATE TABLE keyed (u UUID PRIMARY KEY, a INET4, b INET6); CREATE TABLE loose (u UUID, a INET4, b INET6);
            """, """
            INSERT INTO keyed VALUES ('123e4567-e89b-12d3-a456-426655440000', '192.0.2.1', '2001:db8::1'),
              ('123e4567-e89b-72d3-a456-426655440000', '0.0.0.0', '::ffff:192.0.2.1'),
                ('00000000-0000-0000-0000-000000000000', NULL, '::'), ('ffffffff-ffff-ffff-ffff-ffffff000000', '1.0.0.0', '1::');
            INSERT INTO loose SELECT * FROM keyed;
            """, "DELETE FROM loose; DELETE FROM keyed WHERE a > '1.0.0.0'; UPDATE keyed SET b = '::7', a = '0.0.0.1'", out string before);
        Server.Sql("INSERT INTO keyed VALUES ('123e4567-e89b-12d3-a456-426655440000', NULL, NULL)", "addresses");
        RowVerdict taken = Assert.Single(new Restoring(Server, log).Run(), v => !v.IsApplied);
        Assert.Equal((RestoreVerdict.Occupied, "123e4567-e89b-12d3-a456-426655440000", "2001:db8::1"),
            (taken.Verdict, taken.Key!["u"], taken.Before!["b"]));
        Server.Sql("DELETE FROM keyed WHERE b IS NULL", "addresses");
        Assert.Single(new Restoring(Server, log).Run(), v => v.IsApplied);
        DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "addresses"));
    }

    [Fact]
    public void Each_verdict_says_what_became_of_the_row()
    {
        string log = Incident("verdicts", """
            CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, u INT UNIQUE,
              touched TIMESTAMP NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP);
            """, """
            INSERT INTO t (id, a, b, u) VALUES (1, 1, 1, 1), (2, 2, 2, 2), (3, 3, 3, 3), (4, 4, 4, 4), (5, 5, 5, 5), (6, 6, 6, 6),
              (7, 7, 7, 7), (8, 8, 8, 8), (9, 9, 9, 9);
            """, "UPDATE t SET a = a + 100 WHERE id <= 5; DELETE FROM t WHERE id IN (6, 7, 8); "
                + "INSERT INTO t VALUES (10, 10, 10, 10, NULL), (11, 11, 11, 11, NULL); UPDATE t SET u = 90 WHERE id = 9");
        Server.Sql("""
            SET timestamp = 2000000000; UPDATE t SET b = 77 WHERE id = 2; UPDATE t SET a = 55 WHERE id = 3; DELETE FROM t WHERE id = 4;
            UPDATE t SET a = 5 WHERE id = 5;
            INSERT INTO t VALUES (6, 0, 0, 60, NULL), (70, 0, 0, 7, NULL), (900, 0, 0, 9, NULL); UPDATE t SET b = 0 WHERE id = 11;
            """, "verdicts");

        var told = new Restoring(Server, log).Test().ToDictionary(v => (int)v.Key!["id"]!);
        Assert.Equal(
            [
                (1, RestoreVerdict.Clean, ""), (2, RestoreVerdict.Mergeable, "b,touched"), (3, RestoreVerdict.ChangedSince, "a"),
                (4, RestoreVerdict.Gone, ""),
                (5, RestoreVerdict.AlreadyRestored, ""), (6, RestoreVerdict.Occupied, "a,b,u"), (7, RestoreVerdict.UniqueTaken, "u"),
                (8, RestoreVerdict.Clean, ""),
                (9, RestoreVerdict.UniqueTaken, "u"), (10, RestoreVerdict.Clean, ""), (11, RestoreVerdict.ChangedSince, "b,touched"),
            ],
            told.OrderBy(v => v.Key).Select(v => (v.Key, v.Value.Verdict, string.Join(',', v.Value.Column))));
        Assert.Contains("id=70", told[7].Reason, StringComparison.Ordinal);

        List<RowVerdict> done = new Restoring(Server, log).Run();
        Assert.Equal(told.Values.OrderBy(v => (int)v.Key!["id"]!).Select(v => v.Verdict),
            done.OrderBy(v => (int)v.Key!["id"]!).Select(v => v.Verdict));
        Assert.Equal(
            [["1", "1", "1", "1"], ["2", "2", "77", "2"], ["3", "55", "3", "3"], ["5", "5", "5", "5"], ["6", "0", "0", "60"],
                ["8", "8", "8", "8"], ["9", "9", "9", "90"], ["11", "11", "0", "11"], ["70", "0", "0", "7"], ["900", "0", "0", "9"]],
            Server.Query("SELECT id, a, b, u FROM t ORDER BY id", "verdicts"));
    }

    [Fact]
    public void Rows_that_others_hold_are_not_waited_for_unless_they_are_meant()
    {
        string log = Incident("held", """
            CREATE TABLE parent (id INT PRIMARY KEY, note VARCHAR(9));
            CREATE TABLE t (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES parent (id));
            """, "INSERT INTO parent (id) VALUES (1), (2); "
                + "INSERT INTO t VALUES (1, 1), (2, 1), (3, 1), (9, 2)", "DELETE FROM t WHERE id < 4");
        using ServerConnection other = Server.Connect();
        other.Change("BEGIN; DELETE FROM held.t WHERE id = 9; UPDATE held.parent SET note = 'x' WHERE id = 2;", CancellationToken.None);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.All(new Restoring(Server, log).Run(), v => Assert.True(v.IsApplied, v.ToString()));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(40), "the lock of another session was waited for");
    }

    [Fact]
    public void Where_the_server_logs_statements_rows_are_logged_or_the_error_says_so()
    {
        string log = Incident("statements", "CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1), (2)", "DELETE FROM t");
        Server.Sql("SET GLOBAL binlog_format = 'STATEMENT'; CREATE USER writer@localhost; "
            + "GRANT SELECT, INSERT, UPDATE, DELETE, TRIGGER ON statements.* TO writer@localhost");
        try
        {
            var restoring = new Restoring(Server, log);
            Assert.Equal("StatementLogging", Assert.Throws<RecoveryException>(() => (restoring with { User = "writer" }).Run()).ErrorId);
            Assert.All((restoring with { User = "writer" }).Test(), v => Assert.Equal(RestoreVerdict.Clean, v.Verdict));
            Assert.All(restoring.Run(), v => Assert.True(v.IsApplied, v.ToString()));
        }
        finally
        {
            Server.Sql("SET GLOBAL binlog_format = 'ROW'; DROP USER writer@localhost");
        }
    }

    private string Incident(string database, string schema, string rows, string damage) => Incident(database, schema, rows, damage, out _);

    /// <summary>Makes a database, damages it, and gives the log of the damage alone.</summary>
    private string Incident(string database, string schema, string rows, string damage, out string before)
    {
        Server.Sql($"DROP DATABASE IF EXISTS {database}; CREATE DATABASE {database} CHARACTER SET utf8mb4");
        Server.Sql(schema, database);
        Server.Sql(rows, database);
        before = DatabaseState.Read(Server, database);
        Server.FlushLogs();
        Server.Sql(damage, database);
        return Server.FlushLogs();
    }

    private static string Rows(int count) =>
        "INSERT INTO orders VALUES " + string.Join(", ", Enumerable.Range(1, count).Select(i => $"({i}, 'customer {i}', {i}.25, 'note')"));
}

public sealed class MySqlRestoreTests(MySqlFixture fixture) : RestoreTests(fixture), IClassFixture<MySqlFixture>;

public sealed class MySql57RestoreTests(MySql57Fixture fixture) : RestoreTests(fixture), IClassFixture<MySql57Fixture>;

public sealed class MariaDb118RestoreTests(MariaDb118Fixture fixture) : RestoreTests(fixture), IClassFixture<MariaDb118Fixture>;

public sealed class MySql56RestoreTests(MySql56Fixture fixture) : RestoreTests(fixture), IClassFixture<MySql56Fixture>;

public sealed class MariaDbRestoreTests(MariaDbFixture fixture) : RestoreTests(fixture), IClassFixture<MariaDbFixture>;
