using MySqlRecovery.Output.Sql;
using MySqlRecovery.Server.Tests.Logs;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Undo;

/// <summary>Tables that foreign keys tie together, of whose changes only some are undone: no reference may lead nowhere.</summary>
public abstract class KinTests(ServerFixture fixture)
{
    private const string Setup = """
        CREATE TABLE par (id INT PRIMARY KEY, code INT) ENGINE = InnoDB;
        CREATE TABLE chi (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES par (id)) ENGINE = InnoDB;
        INSERT INTO par VALUES (1, 10), (2, 20), (3, 30); INSERT INTO chi VALUES (11, 1), (12, 1), (22, 2), (33, 3);
        """;

    private MySqlServer Server => fixture.Server;

    [Theory]
    [InlineData("deleted", "DELETE FROM chi WHERE p = 1", "DELETE FROM par WHERE id = 1", "ERROR 1452 ")]
    [InlineData("moved", "UPDATE chi SET p = 2 WHERE p = 1", "DELETE FROM par WHERE id = 1", "ERROR 1452 ")]
    [InlineData("inserted", "INSERT INTO par VALUES (5, 50)", "INSERT INTO chi VALUES (55, 5)", "ERROR 1451 ")]
    public void What_others_did_since_to_the_rows_of_the_other_table_stops_the_undo(string name, string damage, string others, string error)
    {
        (Reversal chosen, DamagedDatabase database) = Choose($"kin_{name}", damage, others);
        string state = database.State();

        string binlog = Path.Combine(Server.FolderPath, $"kin_{name}.binlog"), sql = Path.Combine(Server.FolderPath, $"kin_{name}.sql");
        chosen.WriteBinlog(binlog);
        Assert.Contains(error, Assert.Throws<InvalidOperationException>(() => Server.ApplyBinlog(binlog)).Message);
        Assert.Empty(chosen.WriteSql(sql));
        Assert.Contains(error, Assert.Throws<InvalidOperationException>(() => Server.RunFile(sql)).Message);
        DatabaseState.AssertEqual(state, database.State());
    }

    [Fact]
    public void Rows_that_come_back_in_one_statement_find_the_rows_that_they_refer_to()
    {
        (Reversal chosen, _) = Choose("kin_batch", "DELETE FROM chi WHERE p = 1", "DELETE FROM par WHERE id = 1");
        string sql = Path.Combine(Server.FolderPath, "kin_batch.sql");
        (chosen with { Form = new SqlForm { BatchSize = 100 } }).WriteSql(sql);
        Assert.Contains("ERROR 1452 ", Assert.Throws<InvalidOperationException>(() => Server.RunFile(sql)).Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void Rows_that_refer_to_rows_of_their_own_table_go_and_come_together(int batchSize)
    {
        var database = new DamagedDatabase(
            Server, $"own_kin{batchSize}",
            """
            CREATE TABLE person (id INT PRIMARY KEY, boss INT, FOREIGN KEY (boss) REFERENCES person (id)) ENGINE = InnoDB;
            INSERT INTO person VALUES (5, NULL), (3, 5), (4, 3), (1, 4);
            """,
            """
            INSERT INTO person VALUES (6, NULL), (7, 6), (8, 7); INSERT INTO person VALUES (9, 8);
            DELETE FROM person WHERE id = 1; DELETE FROM person WHERE id IN (3, 4) ORDER BY id DESC; DELETE FROM person WHERE id = 5;
            """);
        string sql = Path.Combine(Server.FolderPath, $"own_kin{batchSize}.sql");
        var reversal = new Reversal(database.Log) { SchemaPath = database.SchemaPath, Form = new SqlForm { BatchSize = batchSize } };
        Assert.Empty(reversal.WriteSql(sql));
        Server.RunFile(sql);
        DatabaseState.AssertEqual(database.Before, database.State());
    }

    [Fact]
    public void References_that_led_nowhere_before_do_so_again() => new DamagedDatabase(
        Server, "kinless", $"{Setup} SET foreign_key_checks = 0; INSERT INTO chi VALUES (99, 999)",
        "SET foreign_key_checks = 0; DELETE FROM chi WHERE id = 99; DELETE FROM par WHERE id = 3")
    {
        WithSchema = true,
    }.AssertUndone();

    private (Reversal Chosen, DamagedDatabase Database) Choose(string name, string damage, string others)
    {
        // The log of the damage ends before what the others do.
        var database = new DamagedDatabase(Server, name, Setup, damage);
        Server.Sql(others, name);
        return (new Reversal(database.Log) { SchemaPath = database.SchemaPath }, database);
    }
}
