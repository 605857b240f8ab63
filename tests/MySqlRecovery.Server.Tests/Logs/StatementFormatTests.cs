using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>Changes that the log holds as statements cannot be undone from it: they are named, with their place.</summary>
[Collection(MySqlLogs.Name)]
public sealed class StatementFormatTests(MySqlFixture fixture)
{
    private const string Setup =
        "CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(40)); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')";

    private MySqlServer Server => fixture.Server;

    [Fact]
    public void Statements_alone_are_refused_and_named()
    {
        var database = new DamagedDatabase(
            Server, "statements", Setup,
            """
            SET binlog_format = STATEMENT;
            UPDATE t SET v = 'x' WHERE id = 1;
            DELETE FROM t WHERE id = 2;
            INSERT INTO t (v) VALUES ('n');
            REPLACE INTO t VALUES (3, 'r');
            /* told apart */ UPDATE t SET v = 'y';
            WITH c AS (SELECT 3 AS id) DELETE FROM t WHERE id IN (SELECT id FROM c);
            """);

        database.AssertRefused(
            "UPDATE t SET v = 'x'", "DELETE FROM t WHERE id = 2", "INSERT INTO t (v)", "REPLACE INTO t", "UPDATE t SET v = 'y'",
            "WITH c AS");
    }

    [Fact]
    public void Of_mixed_logs_the_rows_come_back_and_the_statements_are_named()
    {
        var database = new DamagedDatabase(
            Server, "mixed", Setup,
            """
            SET binlog_format = MIXED;
            INSERT INTO t (v) VALUES ('statement');
            INSERT INTO t (v) VALUES (UUID());
            SET @v = 'variable', binlog_format = ROW; DELETE FROM t WHERE id = 1;
            SET binlog_format = STATEMENT; INSERT INTO t (v) VALUES (@v), (RAND() > 2);
            """);

        database.AssertUndoneInPart(
            ("SELECT GROUP_CONCAT(id, v ORDER BY id) AS t FROM t", "t 1a,2b,3c,4statement,6variable,70"),
            "('statement')", "(@v)");
    }

    [Fact]
    public void A_file_loaded_in_row_format_is_undone_and_as_a_statement_it_is_named()
    {
        File.WriteAllText(Path.Combine(Server.FilesPath, "load.csv"), "10,ten\n11,eleven\n");
        string load = $"LOAD DATA INFILE '{Server.FilesPath}/load.csv' INTO TABLE t FIELDS TERMINATED BY ','";
        new DamagedDatabase(Server, "loaded", Setup, load).AssertUndone();

        var database = new DamagedDatabase(Server, "loaded_statement", Setup,
            $"SET binlog_format = STATEMENT; {load}; SET binlog_format = ROW; DELETE FROM t WHERE id = 1");
        Assert.Contains(database.Events, e => e.EventType == BinlogEventType.BeginLoadQuery);
        database.AssertUndoneInPart(("SELECT COUNT(*) AS n FROM t", "n 5"), "LOAD DATA");
    }

    [Fact]
    public void Select_into_a_new_table_is_undone_as_far_as_its_rows_and_the_table_is_named()
    {
        var database = new DamagedDatabase(Server, "selected", Setup,
            "CREATE TABLE n (id INT PRIMARY KEY) SELECT id FROM t; DELETE FROM t WHERE id = 1");

        database.AssertUndoneInPart(("SELECT COUNT(*) AS t FROM t; SELECT COUNT(*) AS n FROM n", "t 3 n 0"), "CREATE TABLE `n`");
    }
}
