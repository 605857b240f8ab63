using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Restore;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Server.Tests.Undo;
using Xunit;

namespace MySqlRecovery.Server.Tests.Restore;

/// <summary>Rows that stand in each other's way: swapped values, moved and equal keys, foreign keys, rows without key.</summary>
public abstract class HardRowTests(ServerFixture fixture)
{
    private MySqlServer Server => fixture.Server;

    [Theory]
    [InlineData("""
        UPDATE swaps SET u = 100 WHERE id = 1; UPDATE swaps SET u = 1 WHERE id = 2; UPDATE swaps SET u = 2 WHERE id = 3;
        UPDATE swaps SET u = 3 WHERE id = 1;
        """)]
    [InlineData("UPDATE swaps SET id = 100 WHERE id = 1; UPDATE swaps SET id = 1 WHERE id = 2; UPDATE swaps SET id = 2 WHERE id = 100")]
    [InlineData("UPDATE swaps SET id = id + 10 ORDER BY id DESC")]
    [InlineData("UPDATE swaps SET id = id + 1 ORDER BY id DESC")]
    [InlineData("DELETE FROM swaps WHERE id = 1; UPDATE swaps SET id = 1, u = 1 WHERE id = 2; INSERT INTO swaps VALUES (2, 2, 'new')")]
    [InlineData("UPDATE swaps SET id = 9 WHERE id = 1; INSERT INTO swaps VALUES (1, 1000, 'new'); DELETE FROM swaps WHERE id = 9")]
    [InlineData("DELETE FROM words WHERE w = 'abc'; INSERT INTO words VALUES ('ABC', 5); "
        + "UPDATE words SET w = 'Zweig' WHERE w = 'zweig'; UPDATE words SET w = 'ABc', v = 6 WHERE w = 'abc'")]
    [InlineData("UPDATE floats SET v = v + 1; DELETE FROM floats WHERE v = 2; UPDATE floats SET f = -f ORDER BY f DESC")]
    [InlineData("DELETE FROM pairs WHERE a = 1; UPDATE pairs SET b = CONCAT(b, 'x'); INSERT INTO pairs VALUES (1, 'x', 5, 55)")]
    [InlineData("UPDATE nokey SET v = 3 WHERE v = 1; INSERT INTO nokey VALUES (NULL, 'new'), (7, 'seven'), (7, 'seven'); "
        + "UPDATE nokey SET v = 8 WHERE v = 7; DELETE FROM nokey WHERE v = 3 AND t = 'b'")]
    [InlineData("DELETE FROM child; DELETE FROM middle; DELETE FROM parent; UPDATE tree SET up = NULL; DELETE FROM tree")]
    [InlineData("UPDATE tree SET up = NULL; DELETE FROM tree WHERE id = 2; UPDATE tree SET id = 2 WHERE id = 1")]
    [InlineData("INSERT INTO parent VALUES (50, 'p'); INSERT INTO middle VALUES (500, 50); INSERT INTO child VALUES (5000, 500); "
        + "INSERT INTO tree VALUES (90, NULL), (91, 90), (92, 91)")]
    [InlineData("UPDATE computed SET a = a * 2; DELETE FROM computed WHERE id = 2; INSERT INTO computed (id, a) VALUES (9, 9)")]
    public void All_is_as_it_was_where_nothing_else_happened(string damage)
    {
        MakeTables();
        string before = DatabaseState.Read(Server, "hard");
        Server.FlushLogs();
        Server.Sql(damage, "hard");
        string log = Server.FlushLogs(), after = DatabaseState.Read(Server, "hard");
        foreach ((int size, bool asRowEvent) in ((int, bool)[])[(500, false), (1, false), (500, true)])
        {
            var options = new RestoreOptions { BatchSize = size, AsRowEvent = asRowEvent };
            List<RowVerdict> told = new Restoring(Server, log) { Options = options }.Test();
            Assert.All(told, v => Assert.True(v.Verdict is RestoreVerdict.Clean or RestoreVerdict.AlreadyRestored, v.ToString()));
            List<RowVerdict> done = new Restoring(Server, log) { Options = options }.Run();
            Assert.All(done, v => Assert.True(v.IsApplied || v.Verdict == RestoreVerdict.AlreadyRestored, v.ToString()));
            Assert.Equal(told.Count, done.Count);
            DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "hard"));
            // Where the log does not have the statements, it cannot be told whether equal rows were there before.
            Assert.All(new Restoring(Server, log).Run(), v => Assert.True(
                v.Verdict == RestoreVerdict.AlreadyRestored
                || (v is { Table: "nokey", Action: RowOperation.Insert, Verdict: RestoreVerdict.NotTold } && !Server.Flavour.IsMariaDb),
                v.ToString()));
            DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "hard"));
            Assert.All(new Restoring(Server, log) { Forward = true, Options = options }.Run(),
                v => Assert.True(v.IsApplied || v.Verdict == RestoreVerdict.AlreadyRestored, v.ToString()));
            DatabaseState.AssertEqual(after, DatabaseState.Read(Server, "hard"));
        }
    }

    [Fact]
    public void A_foreign_key_is_never_broken()
    {
        MakeTables();
        Server.FlushLogs();
        Server.Sql("DELETE FROM child WHERE id = 1001; INSERT INTO parent VALUES (60, 'new'); DELETE FROM tree WHERE id = 3", "hard");
        string log = Server.FlushLogs();
        Server.Sql("DELETE FROM child; DELETE FROM middle; INSERT INTO middle VALUES (600, 60); SET foreign_key_checks = 0; "
            + "DELETE FROM tree", "hard");
        foreach (List<RowVerdict> verdicts in (List<RowVerdict>[])[new Restoring(Server, log).Test(), new Restoring(Server, log).Run()])
        {
            Assert.Equal(RestoreVerdict.ParentMissing, verdicts.Find(v => v.Table == "child")!.Verdict);
            Assert.Equal(RestoreVerdict.ParentMissing, verdicts.Find(v => v.Table == "tree")!.Verdict);
            RowVerdict parent = verdicts.Find(v => v.Table == "parent")!;
            Assert.Equal(RestoreVerdict.ChildPresent, parent.Verdict);
            Assert.Contains("1 rows of hard.middle", parent.Reason, StringComparison.Ordinal);
            Assert.DoesNotContain(verdicts, v => v.IsApplied);
        }
    }

    [Fact]
    public void A_parent_that_is_referred_to_by_another_key_than_its_first_may_come_in_a_later_batch()
    {
        MakeTables();
        Server.Sql("""
            CREATE TABLE item (id INT PRIMARY KEY, code VARCHAR(10) NOT NULL, UNIQUE (code));
            CREATE TABLE part (id INT PRIMARY KEY, code VARCHAR(10), inside VARCHAR(10), UNIQUE (code),
                FOREIGN KEY (code) REFERENCES item (code), FOREIGN KEY (inside) REFERENCES part (code));
            INSERT INTO item VALUES (1, 'a'), (2, 'b'), (3, 'c'); INSERT INTO part VALUES (10, 'a', NULL), (20, 'b', 'a'), (30, 'c', 'c');
            """, "hard");
        string before = DatabaseState.Read(Server, "hard");
        Server.FlushLogs();
        Server.Sql("UPDATE part SET inside = NULL; DELETE FROM part WHERE id = 20; DELETE FROM part; DELETE FROM item", "hard");
        string log = Server.FlushLogs();
        foreach (int size in (int[])[1, 2, 500])
        {
            var restoring = new Restoring(Server, log) { Options = new RestoreOptions { BatchSize = size } };
            Assert.All(restoring.Test(), v => Assert.True(v.Verdict == RestoreVerdict.Clean, v.ToString()));
            Assert.All(restoring.Run(), v => Assert.True(v.IsApplied, v.ToString()));
            DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "hard"));
            Server.Sql("UPDATE part SET inside = NULL; DELETE FROM part; DELETE FROM item", "hard");
        }
    }

    [Fact]
    public void Rows_without_key_are_restored_where_they_can_be_told_apart()
    {
        MakeTables();
        Server.FlushLogs();
        Server.Sql("DELETE FROM nokey WHERE t = 'a' LIMIT 1; UPDATE nokey SET t = 'z' WHERE v = 2; DELETE FROM nokey WHERE t = 'only'",
            "hard");
        string log = Server.FlushLogs();
        Server.Sql("INSERT INTO nokey VALUES (2, 'z')", "hard");
        List<RowVerdict> done = new Restoring(Server, log).Run();
        Assert.Equal([RestoreVerdict.NotTold, RestoreVerdict.NotTold, RestoreVerdict.Clean],
            done.OrderBy(v => v.Before!["t"]).Select(v => v.Verdict == RestoreVerdict.Clean ? v.Verdict : RestoreVerdict.NotTold).Order()
                .Reverse());
        Assert.Equal("1", Server.Scalar("SELECT COUNT(*) FROM nokey WHERE t = 'only'", "hard"));
    }

    [Fact]
    public void Rows_without_key_that_a_statement_of_the_log_took_all_say_when_they_are_back()
    {
        MakeTables();
        string setting = Server.Flavour.IsMariaDb ? "binlog_annotate_row_events" : "binlog_rows_query_log_events";
        Server.FlushLogs();
        Server.Sql($"""
            SET {setting} = 1; DELETE FROM nokey WHERE v = 2 OR t = 'a'; UPDATE nokey SET v = 6 WHERE v IS NULL;
            DELETE FROM nokey WHERE v = 6; DELETE FROM nokey WHERE v = 5 LIMIT 1; SET {setting} = 0; DELETE FROM nokey
            """, "hard");
        string log = Server.FlushLogs();
        Assert.All(new Restoring(Server, log).Run(), v => Assert.True(v.IsApplied, v.ToString()));
        string before = DatabaseState.Read(Server, "hard");
        List<RowVerdict> again = new Restoring(Server, log).Run();
        Assert.Equal(
            [
                "(NULL) AlreadyRestored", "(NULL) AlreadyRestored", "1 AlreadyRestored", "1 AlreadyRestored", "1 NotTold",
                "2 AlreadyRestored", "5 NotTold",
            ],
            again.Select(v => $"{v.Before!["v"] ?? "(NULL)"} {v.Verdict}").Order(StringComparer.Ordinal));
        Assert.Contains("LIMIT", again.Find(v => v.Verdict == RestoreVerdict.NotTold)!.Reason, StringComparison.Ordinal);
        DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "hard"));
    }

    [Fact]
    public void Triggers_do_not_fire_unless_they_are_allowed_to()
    {
        MakeTables();
        Server.Sql("""
            CREATE TABLE told (what INT);
            CREATE TRIGGER tell1 AFTER INSERT ON swaps FOR EACH ROW INSERT INTO told VALUES (NEW.id);
            CREATE TRIGGER tell2 AFTER UPDATE ON swaps FOR EACH ROW INSERT INTO told VALUES (NEW.id);
            CREATE TRIGGER tell3 AFTER DELETE ON swaps FOR EACH ROW INSERT INTO told VALUES (OLD.id);
            """, "hard");
        string before = DatabaseState.Read(Server, "hard");
        Server.FlushLogs();
        Server.Sql("DELETE FROM swaps WHERE id = 2; UPDATE swaps SET t = NULL WHERE id = 3; INSERT INTO swaps VALUES (9, 9, 'nine')",
            "hard");
        string log = Server.FlushLogs();
        Server.Sql("UPDATE swaps SET u = 33 WHERE id = 3; DELETE FROM told", "hard");
        List<RowVerdict> done = new Restoring(Server, log).Run();
        Assert.All(done.Where(v => v.Table == "swaps"), v => Assert.True(v.IsApplied, v.ToString()));
        Assert.Equal("0", Server.Scalar("SELECT COUNT(*) FROM told", "hard"));
        Server.Sql("UPDATE swaps SET u = 3 WHERE id = 3; DELETE FROM told", "hard");
        DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "hard"));

        Assert.All(new Restoring(Server, log) { Forward = true, Options = new RestoreOptions { AllowTrigger = true } }.Run()
            .Where(v => v.Table == "swaps"), v => Assert.True(v.IsApplied, v.ToString()));
        Assert.Equal("3", Server.Scalar("SELECT COUNT(DISTINCT what) FROM told", "hard"));
    }

    [Fact]
    public void Chosen_columns_come_back_and_conflicts_are_overwritten_if_asked_for()
    {
        MakeTables();
        Server.FlushLogs();
        Server.Sql("UPDATE pairs SET c = 0, d = 0; DELETE FROM swaps WHERE id = 1", "hard");
        string log = Server.FlushLogs();
        Server.Sql("UPDATE pairs SET d = 99 WHERE a = 1; INSERT INTO swaps VALUES (1, 77, 'other')", "hard");
        Assert.All(
            new Restoring(Server, log) { Form = new SqlForm { Columns = ["c"] } }.Run().Where(v => v.Table == "pairs"),
            v => Assert.True(v.IsApplied, v.ToString()));
        Assert.Equal([["1", "99"], ["2", "0"]], Server.Query("SELECT c, d FROM pairs ORDER BY a", "hard"));
        Assert.Contains(new Restoring(Server, log).Run(), v => v is { Verdict: RestoreVerdict.ChangedSince, IsApplied: false });
        var stopping = new Restoring(Server, log) { Options = new RestoreOptions { OnConflict = ConflictAction.Stop } };
        Assert.Equal("RestoreConflict", Assert.Throws<RecoveryException>(() => stopping.Run()).ErrorId);
        Assert.All(
            new Restoring(Server, log) { Options = new RestoreOptions { OnConflict = ConflictAction.Overwrite } }.Run(),
            v => Assert.True(v.IsApplied || v.Verdict == RestoreVerdict.AlreadyRestored, v.ToString()));
        Assert.Equal([["1", "11"], ["2", "22"]], Server.Query("SELECT c, d FROM pairs ORDER BY a", "hard"));
        Assert.Equal("one", Server.Scalar("SELECT t FROM swaps WHERE id = 1", "hard"));
    }

    [Fact]
    public void Chosen_columns_of_a_table_that_has_no_key_or_not_one_of_them_are_said_not_to_come_back()
    {
        MakeTables();
        Server.FlushLogs();
        Server.Sql("UPDATE nokey SET v = 9, t = 'x' WHERE v = 5; UPDATE pairs SET c = 0; UPDATE floats SET v = 7", "hard");
        string log = Server.FlushLogs(), left = DatabaseState.Read(Server, "hard");
        List<RowVerdict> verdicts = new Restoring(Server, log) { Form = new SqlForm { Columns = ["c", "t"] } }.Run();
        Assert.Equal("-Column finds rows by their key, and the table has none", Assert.Single(ReasonsOf("nokey")));
        Assert.Equal("the table has none of the columns that -Column names", Assert.Single(ReasonsOf("floats").Distinct()));
        Assert.All(verdicts, v => Assert.Equal(v.Table == "pairs", v.IsApplied));
        Server.Sql("UPDATE pairs SET c = 0", "hard");
        DatabaseState.AssertEqual(left, DatabaseState.Read(Server, "hard"));

        IEnumerable<string?> ReasonsOf(string table) =>
            verdicts.Where(v => v.Table == table && v.Verdict == RestoreVerdict.NotInLog).Select(v => v.Reason);
    }

    private void MakeTables()
    {
        bool hasVirtual = Server.Flavour != ServerFlavour.MySql56, hasInvisible = hasVirtual && Server.Flavour != ServerFlavour.MySql57;
        Server.Sql($"""
            DROP DATABASE IF EXISTS hard; CREATE DATABASE hard CHARACTER SET utf8mb4; USE hard;
            CREATE TABLE swaps (id INT PRIMARY KEY, u INT NOT NULL UNIQUE, t VARCHAR(10));
            CREATE TABLE words (w VARCHAR(20) PRIMARY KEY, v INT);
            CREATE TABLE floats (f FLOAT PRIMARY KEY, v INT);
            CREATE TABLE pairs (a INT, b CHAR(5), c INT, d INT, PRIMARY KEY (a, b));
            CREATE TABLE nokey (v INT, t VARCHAR(10));
            CREATE TABLE parent (id INT PRIMARY KEY, t VARCHAR(10));
            CREATE TABLE middle (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES parent (id));
            CREATE TABLE child (id INT PRIMARY KEY, middle INT, FOREIGN KEY (middle) REFERENCES middle (id));
            CREATE TABLE tree (id INT PRIMARY KEY, up INT, FOREIGN KEY (up) REFERENCES tree (id));
            CREATE TABLE computed (id INT PRIMARY KEY,
              a INT{(hasVirtual ? ", twice INT AS (a * 2) VIRTUAL, thrice INT AS (a * 3) STORED" : "")}
                  {(hasInvisible ? ", hidden INT INVISIBLE DEFAULT 4" : "")});
            INSERT INTO swaps VALUES (1, 1, 'one'), (2, 2, 'two'), (3, 3, 'three');
            INSERT INTO words VALUES ('abc', 1), ('zweig', 2), ('ä', 3);
            INSERT INTO floats VALUES (0.1, 1), (1e30, 1), (0, 1), (16777217, 5);
            INSERT INTO pairs VALUES (1, 'a', 1, 11), (2, 'b', 2, 22);
            INSERT INTO nokey VALUES (1, 'a'), (1, 'a'), (1, 'b'), (2, 'c'), (NULL, NULL), (NULL, NULL), (5, 'only');
            INSERT INTO parent VALUES (1, 'a'), (2, 'b'); INSERT INTO middle VALUES (100, 1), (101, 2);
            INSERT INTO child VALUES (1000, 100), (1001, 101);
            INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2), (4, 4);
            INSERT INTO computed (id, a) VALUES (1, 1), (2, 2), (3, NULL);
            """);
    }
}

public sealed class MySqlHardRowTests(MySqlFixture fixture) : HardRowTests(fixture), IClassFixture<MySqlFixture>;

public sealed class MySql57HardRowTests(MySql57Fixture fixture) : HardRowTests(fixture), IClassFixture<MySql57Fixture>;

public sealed class MariaDb118HardRowTests(MariaDb118Fixture fixture) : HardRowTests(fixture), IClassFixture<MariaDb118Fixture>;

public sealed class MySql56HardRowTests(MySql56Fixture fixture) : HardRowTests(fixture), IClassFixture<MySql56Fixture>;

public sealed class MariaDbHardRowTests(MariaDbFixture fixture) : HardRowTests(fixture), IClassFixture<MariaDbFixture>;
