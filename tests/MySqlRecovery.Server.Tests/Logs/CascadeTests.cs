using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Server.Tests.Undo;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>What foreign keys change in other tables is not in the log of MariaDB and of MySQL before 9.6.</summary>
public abstract class CascadeTests(ServerFixture fixture)
{
    private const string Setup = """
        CREATE TABLE parent (id INT PRIMARY KEY, code INT UNIQUE, v INT) ENGINE = InnoDB;
        CREATE TABLE child (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES parent (id) ON DELETE CASCADE) ENGINE = InnoDB;
        CREATE TABLE note (id INT PRIMARY KEY, code INT, FOREIGN KEY (code) REFERENCES parent (code) ON UPDATE CASCADE) ENGINE = InnoDB;
        INSERT INTO parent VALUES (1, 10, 0), (2, 20, 0), (3, 30, 0); INSERT INTO child VALUES (11, 1), (22, 2), (33, 3);
        INSERT INTO note VALUES (1, 10);
        """;

    [Fact]
    public void With_a_schema_the_rows_that_foreign_keys_changed_are_named()
    {
        var database = new DamagedDatabase(
            fixture.Server, "cascades", Setup,
            "UPDATE parent SET v = 1; UPDATE parent SET code = 11 WHERE id = 1; DELETE FROM parent WHERE id = 3")
        {
            WithSchema = true,
        };
        UndoBinlog undo = database.Undo();

        Assert.Equal("1:10:0,2:20:0,3:30:0",
            fixture.Server.Scalar("SELECT GROUP_CONCAT(id, ':', code, ':', v ORDER BY id) FROM parent", "cascades"));
        Assert.Equal("2", fixture.Server.Scalar("SELECT COUNT(*) FROM child", "cascades"));
        Assert.False(undo.IsComplete);
        Assert.Equal(2, undo.Reason.Length);
        Assert.All(undo.Reason, reason => Assert.StartsWith("cascades.parent: 1 rows", reason));
        Assert.Contains("cascades.note", undo.Reason[0]);
        Assert.Contains("cascades.child", undo.Reason[1]);
    }

    [Fact]
    public void Changes_that_no_foreign_key_carries_on_are_undone() => new DamagedDatabase(
        fixture.Server, "no_cascades", Setup, "UPDATE parent SET v = 1; DELETE FROM child WHERE id = 11")
    {
        WithSchema = true,
    }.AssertUndone();

    [Theory]
    [InlineData(1)]
    [InlineData(500)]
    public void Keys_that_foreign_keys_carried_on_go_back_and_forth_in_SQL_with_the_rows_that_refer_to_them(int batchSize)
    {
        const string Referring = """
            CREATE TABLE parent (id INT PRIMARY KEY, code INT UNIQUE, v INT) ENGINE = InnoDB;
            CREATE TABLE child (id INT PRIMARY KEY, parent INT,
              FOREIGN KEY (parent) REFERENCES parent (id) ON UPDATE CASCADE) ENGINE = InnoDB;
            CREATE TABLE note (id INT PRIMARY KEY, code INT, FOREIGN KEY (code) REFERENCES parent (code) ON UPDATE CASCADE) ENGINE = InnoDB;
            INSERT INTO parent VALUES (1, 10, 0), (2, 20, 0), (3, 30, 0); INSERT INTO child VALUES (11, 1), (22, 2), (33, 3);
            INSERT INTO note VALUES (1, 10);
            """;
        string name = $"carried_on{batchSize}";
        var database = new DamagedDatabase(
            fixture.Server, name, Referring,
            "UPDATE parent SET id = id + 100; INSERT INTO child VALUES (44, 101), (55, 101); UPDATE parent SET code = code + 1, v = 7;"
                + "DELETE FROM child WHERE id = 22; UPDATE child SET parent = 101 WHERE id = 33; DELETE FROM parent WHERE id = 103");
        var reversal = new Reversal(database.Log) { SchemaPath = database.SchemaPath, Form = new SqlForm { BatchSize = batchSize } };

        string back = Path.Combine(fixture.Server.FolderPath, $"{name}-back.sql"),
            forth = Path.Combine(fixture.Server.FolderPath, $"{name}-forth.sql");
        reversal.WriteSql(back);
        fixture.Server.RunFile(back);
        DatabaseState.AssertEqual(database.Before, database.State());
        reversal.WriteSql(forth, reverse: false);
        fixture.Server.RunFile(forth);
        DatabaseState.AssertEqual(database.After, database.State());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(500)]
    public void Rows_that_a_key_took_along_go_again_with_their_parents(int batchSize)
    {
        const string Kin = Setup + """
            CREATE TABLE tree (id INT PRIMARY KEY, up INT, FOREIGN KEY (up) REFERENCES tree (id)) ENGINE = InnoDB;
            INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2), (4, NULL), (5, 4);
            """;
        string name = $"again{batchSize}", path = Path.Combine(fixture.Server.FolderPath, $"{name}.sql");
        var database = new DamagedDatabase(fixture.Server, name, Kin,
            "DELETE FROM parent WHERE id > 1; BEGIN; DELETE FROM tree WHERE id = 3; DELETE FROM tree WHERE id = 2; "
                + "DELETE FROM tree WHERE id = 1; DELETE FROM tree WHERE id = 5; DELETE FROM tree WHERE id = 4; COMMIT");
        fixture.Server.Sql($"DROP DATABASE {name}; CREATE DATABASE {name}; USE {name}; {Kin}");
        DatabaseState.AssertEqual(database.Before, database.State());
        Assert.Empty(new Reversal(database.Log) { SchemaPath = database.SchemaPath, Form = new SqlForm { BatchSize = batchSize } }
            .WriteSql(path, reverse: false));
        fixture.Server.RunFile(path);
        DatabaseState.AssertEqual(database.After, database.State());
    }

    [Fact]
    public void A_sum_of_changes_that_are_done_again_names_the_rows_that_a_key_took_along()
    {
        var database = new DamagedDatabase(fixture.Server, "folded_again", Setup, "DELETE FROM parent WHERE id > 1");
        string reason = Assert.Single(new Reversal(database.Log) { SchemaPath = database.SchemaPath, Form = new SqlForm { Fold = true } }
            .WriteSql(Path.Combine(fixture.Server.FolderPath, "folded_again.sql"), reverse: false));
        Assert.StartsWith("folded_again.parent: 2 rows", reason);
        Assert.Contains("folded_again.child", reason);
    }

    [Fact]
    public void A_key_that_was_changed_without_foreign_key_checks_is_carried_on_to_nobody()
    {
        var database = new DamagedDatabase(fixture.Server, "unchecked", Setup,
            "SET foreign_key_checks = 0; UPDATE parent SET code = 11 WHERE id = 1")
        {
            WithSchema = true,
        };
        database.AssertUndone();
    }

    [Fact]
    public void A_sum_of_changes_says_that_foreign_keys_may_have_followed_a_key()
    {
        if (!fixture.Server.Flavour.HasRowMetadata)
            return;
        var database = new DamagedDatabase(fixture.Server, "folded_keys", Setup,
            "DELETE FROM child WHERE id = 11; UPDATE parent SET id = 9 WHERE id = 1");
        string path = Path.Combine(fixture.Server.FolderPath, "folded_keys.sql");
        string reason = Assert.Single(new Reversal(database.Log) { Form = new SqlForm { Fold = true } }.WriteSql(path));
        Assert.Contains("ON UPDATE CASCADE", reason);
        Assert.Contains(reason, File.ReadAllText(path));
    }
}
