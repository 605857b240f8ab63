using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Server.Tests.Undo;
using Xunit;

namespace MySqlRecovery.Server.Tests.Restore;

/// <summary>Rows that ON DELETE CASCADE took along, on servers that do not log them.</summary>
public abstract class CascadeTests(ServerFixture fixture)
{
    private MySqlServer Server => fixture.Server;

    [Theory]
    [InlineData(1)]
    [InlineData(500)]
    public void Children_come_back_by_their_last_image_and_the_others_are_named(int batchSize)
    {
        // Rows 1 and 10 are older than the logs; 41 is gone before, and 30 is another parent's by then.
        Make("INSERT INTO p VALUES (1, 'one', 71), (2, 'two', 72), (3, 'three', 73); INSERT INTO c VALUES (10, 1, 'old');");
        string first = Server.FlushLogs();
        Server.Sql("""
            INSERT INTO c VALUES (20, 2, 'a'), (21, 2, NULL), (30, 2, 'b'), (41, 2, 'x'), (50, 1, 'c');
            INSERT INTO g VALUES (200, 20), (201, 20), (500, 50);
            INSERT INTO byname VALUES (7, 71), (8, 72); UPDATE c SET t = 'b2' WHERE id = 20; UPDATE c SET p = 3 WHERE id = 30;
            DELETE FROM c WHERE id = 41;
            """, "cascades");
        string second = Server.FlushLogs(), before = DatabaseState.Read(Server, "cascades");
        const string Damage = "INSERT INTO c VALUES (60, 2, 'new'); UPDATE c SET t = 'b3' WHERE id = 20; DELETE FROM p WHERE id IN (1, 2)";
        Server.Sql(Damage, "cascades");
        string log = Server.FlushLogs();
        Assert.Equal("1", Server.Scalar("SELECT COUNT(*) FROM c", "cascades"));

        var restoring = new Restoring(Server, log) { CascadeLogs = [second, log], Options = new() { BatchSize = batchSize } };
        List<RowVerdict> without = restoring.Run(out List<RestoreResult> results);
        Assert.Equal(["c", "c", "p", "p"], without.Select(v => v.Table).Order());
        Assert.Contains(results.Find(r => r.Table == "p")!.Reason, r => r.StartsWith(
            "cascades.p: 4 rows of cascades.c, which the foreign key c_p took along (ON DELETE CASCADE), stand in the logs: -Cascade",
            StringComparison.Ordinal));
        Server.Sql("DELETE FROM p WHERE id IN (1, 2)", "cascades");

        restoring = restoring with { Cascade = true };
        List<RowVerdict> told = restoring.Test(), done = restoring.Run(out results);
        Assert.All(told, v => Assert.True(v.Verdict is RestoreVerdict.Clean or RestoreVerdict.AlreadyRestored, v.ToString()));
        Assert.Equal(
            ["byname 7", "byname 8", "c 20", "c 21", "c 50", "g 200", "g 201", "g 500"],
            done.Where(v => v is { IsCascaded: true, IsApplied: true }).Select(v => $"{v.Table} {v.Key!["id"]}")
                .Order(StringComparer.Ordinal));
        RestoreResult result = results.Find(r => r.Table == "p")!;
        Assert.False(result.IsComplete);
        Assert.Contains(result.Reason, r => r.Contains(
            "other rows of cascades.c, which the foreign key c_p took along (ON DELETE CASCADE), are in none of the logs given",
            StringComparison.Ordinal));

        // All but the row that no log has, and that the log inserts itself.
        Server.Sql("INSERT INTO c VALUES (10, 1, 'old')", "cascades");
        DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "cascades"));
        Assert.All(restoring.Run(), v => Assert.Equal(RestoreVerdict.AlreadyRestored, v.Verdict));
    }

    [Fact]
    public void Children_of_an_earlier_life_of_the_row_and_of_emptied_tables_stay_gone()
    {
        Make("INSERT INTO p VALUES (1, 'one', 71);");
        Server.FlushLogs();
        Server.Sql("""
            INSERT INTO c VALUES (10, 1, 'first life'); DELETE FROM p WHERE id = 1; INSERT INTO p VALUES (1, 'again', 71);
            INSERT INTO c VALUES (11, 1, 'second');
            INSERT INTO byname VALUES (7, 71); TRUNCATE TABLE byname; INSERT INTO byname VALUES (9, 71);
            """, "cascades");
        string first = Server.FlushLogs(), before = DatabaseState.Read(Server, "cascades");
        Server.Sql("DELETE FROM p WHERE id = 1", "cascades");
        string log = Server.FlushLogs();
        Server.Sql("INSERT INTO c VALUES (11, NULL, 'a customer''s')", "cascades");
        var restoring = new Restoring(Server, log) { CascadeLogs = [first, log], Cascade = true };
        Restoring piped = restoring with { IsPiped = true, LogsBeside = restoring.CascadeLogs };
        foreach (List<RowVerdict> done in (List<RowVerdict>[])[piped.Test(), restoring.Run()])
        {
            Assert.Equal(
                ["byname 9 Clean", "c 11 Occupied", "p 1 Clean"],
                done.Where(v => v.IsCascaded || v.Table == "p").Select(v => $"{v.Table} {v.Key!["id"]} {v.Verdict}")
                    .Order(StringComparer.Ordinal));
        }

        Server.Sql("UPDATE c SET p = 1, t = 'second' WHERE id = 11", "cascades");
        DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "cascades"));
    }

    [Fact]
    public void A_tree_that_refers_to_itself_comes_back_level_by_level()
    {
        Make(string.Empty);
        Server.FlushLogs();
        Server.Sql("INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2), (4, 3), (5, NULL)", "cascades");
        string first = Server.FlushLogs(), before = DatabaseState.Read(Server, "cascades");
        Server.Sql("DELETE FROM tree WHERE id = 1", "cascades");
        Assert.Equal("1", Server.Scalar("SELECT COUNT(*) FROM tree", "cascades"));
        string log = Server.FlushLogs();
        List<RowVerdict> done = new Restoring(Server, log) { CascadeLogs = [first, log], Cascade = true }.Run();
        Assert.Equal(4, done.Count(v => v.IsApplied));
        DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "cascades"));
    }

    private void Make(string rows) => Server.Sql($"""
        DROP DATABASE IF EXISTS cascades; CREATE DATABASE cascades CHARACTER SET utf8mb4; USE cascades;
        CREATE TABLE p (id INT PRIMARY KEY, t VARCHAR(20), name INT, UNIQUE (name));
        CREATE TABLE c (id INT PRIMARY KEY, p INT, t VARCHAR(20), CONSTRAINT c_p FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE);
        CREATE TABLE g (id INT PRIMARY KEY, c INT, CONSTRAINT g_c FOREIGN KEY (c) REFERENCES c (id) ON DELETE CASCADE);
        CREATE TABLE byname (id INT PRIMARY KEY, p INT, CONSTRAINT b_p FOREIGN KEY (p) REFERENCES p (name) ON DELETE CASCADE);
        CREATE TABLE tree (id INT PRIMARY KEY, up INT, FOREIGN KEY (up) REFERENCES tree (id) ON DELETE CASCADE);
        {rows}
        """);
}

public sealed class MySql57CascadedRowTests(MySql57Fixture fixture) : CascadeTests(fixture), IClassFixture<MySql57Fixture>;

public sealed class MySql56CascadedRowTests(MySql56Fixture fixture) : CascadeTests(fixture), IClassFixture<MySql56Fixture>;

public sealed class MariaDbCascadedRowTests(MariaDbFixture fixture) : CascadeTests(fixture), IClassFixture<MariaDbFixture>;

public sealed class MariaDb118CascadedRowTests(MariaDb118Fixture fixture) : CascadeTests(fixture), IClassFixture<MariaDb118Fixture>;
