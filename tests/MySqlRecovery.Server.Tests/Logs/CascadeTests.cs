using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>What foreign keys change in other tables is not in the log of MariaDB and of MySQL before 9.6.</summary>
public abstract class CascadeTests(ServerFixture fixture)
{
    private const string Setup = """
        CREATE TABLE parent (id INT PRIMARY KEY, code INT UNIQUE, v INT) ENGINE = InnoDB;
        CREATE TABLE child (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES parent (id) ON DELETE CASCADE) ENGINE = InnoDB;
        CREATE TABLE note (id INT PRIMARY KEY, code INT, FOREIGN KEY (code) REFERENCES parent (code) ON UPDATE CASCADE) ENGINE = InnoDB;
        INSERT INTO parent VALUES (1, 10, 0), (2, 20, 0), (3, 30, 0); INSERT INTO child VALUES (11, 1), (22, 2), (33, 3); INSERT INTO note VALUES (1, 10);
        """;

    [Fact]
    public void With_a_schema_the_rows_that_foreign_keys_changed_are_named()
    {
        var database = new DamagedDatabase(
            fixture.Server, "cascades", Setup, "UPDATE parent SET v = 1; UPDATE parent SET code = 11 WHERE id = 1; DELETE FROM parent WHERE id = 3")
        {
            WithSchema = true,
        };
        UndoBinlog undo = database.Undo();

        Assert.Equal("1:10:0,2:20:0,3:30:0", fixture.Server.Scalar("SELECT GROUP_CONCAT(id, ':', code, ':', v ORDER BY id) FROM parent", "cascades"));
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
}
