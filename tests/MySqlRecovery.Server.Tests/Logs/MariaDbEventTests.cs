using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>What only MariaDB writes.</summary>
public abstract class MariaDbEventTests(ServerFixture fixture)
{
    private const string Setup = "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(2000)); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')";

    private MySqlServer Server => fixture.Server;

    [Fact]
    public void Compressed_events_are_undone()
    {
        DamagedDatabase database;
        Server.Sql("SET GLOBAL log_bin_compress = ON, GLOBAL log_bin_compress_min_len = 10");
        try
        {
            database = new DamagedDatabase(
                Server, "compressed", Setup,
                """
                UPDATE t SET v = REPEAT('x', 1500) WHERE id < 3; INSERT INTO t VALUES (4, REPEAT('d', 2000)); DELETE FROM t WHERE id = 3;
                SET binlog_format = STATEMENT; INSERT INTO t VALUES (9, REPEAT('a long statement', 10));
                DELETE FROM t WHERE id = 9 AND v LIKE '%a long statement%';
                """);
        }
        finally
        {
            Server.Sql("SET GLOBAL log_bin_compress = OFF");
        }

        BinlogEventType[] types = [.. database.Events.Select(e => e.EventType)];
        Assert.Contains(BinlogEventType.MariaDbQueryCompressed, types);
        Assert.Contains(types,
            type => type is BinlogEventType.MariaDbUpdateRowsCompressedV1 or BinlogEventType.MariaDbUpdateRowsCompressed);
        database.AssertUndoneInPart(
            ("SELECT GROUP_CONCAT(id, v ORDER BY id) AS t FROM t", "t 1a,2b,3c"), "INSERT INTO t VALUES (9", "DELETE FROM t WHERE id = 9");
    }

    [Fact]
    public void Rows_that_broke_a_CHECK_come_back_as_they_were() => new DamagedDatabase(
        Server, "broken_checks",
        """
        CREATE TABLE t (id INT PRIMARY KEY, v INT, CONSTRAINT positive CHECK (v > 0));
        SET check_constraint_checks = 0; INSERT INTO t VALUES (1, -1), (2, 2), (3, -3);
        """,
        "DELETE FROM t WHERE id = 1; UPDATE t SET v = 3 WHERE id = 3").AssertUndone();

    [Fact]
    public void Columns_that_only_MariaDB_has_are_undone() => new DamagedDatabase(
        Server, "columns",
        """
        CREATE TABLE t (id UUID PRIMARY KEY, a INET6, b INET4, c VARCHAR(1000) COMPRESSED, d TEXT COMPRESSED, e BLOB COMPRESSED,
          f TIME(3), g TIMESTAMP(6) NULL, h JSON);
        INSERT INTO t VALUES
          ('123e4567-e89b-12d3-a456-426655440000', '2001:db8::ff00:42:8329', '192.0.2.1', REPEAT('c', 900), REPEAT('d', 60000),
          REPEAT(0xFF, 500), '-838:59:58.999', '2020-02-29 12:34:56.789012', '{"a": 1}'),
          ('ffffffff-0000-0000-0000-000000000001', '::', '0.0.0.0', '', 'short', '', '00:00:00.001', NULL, '[]'),
          ('00000000-0000-0000-0000-000000000002', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
        """,
        """
        UPDATE t SET a = '::1', b = '10.0.0.1', c = CONCAT(c, 'x'), d = 'small', e = REPEAT('e', 5000);
        UPDATE t SET id = '99999999-9999-1999-8999-999999999999' WHERE id = 'ffffffff-0000-0000-0000-000000000001';
        DELETE FROM t WHERE f IS NOT NULL;
        """).AssertUndone();

    [Fact]
    public void Times_in_the_format_of_before_5_6_are_undone()
    {
        Server.Sql("SET GLOBAL mysql56_temporal_format = OFF");
        try
        {
            new DamagedDatabase(
                Server, "old_times",
                """
                CREATE TABLE t (id INT PRIMARY KEY, a TIME, b DATETIME, c TIMESTAMP NULL, d DATE, e YEAR);
                INSERT INTO t VALUES (1, '-838:59:59', '1000-01-01 00:00:00', '1970-01-02 00:00:00', '9999-12-31', 2155),
                  (2, '23:59:59', '9999-12-31 23:59:59', '2038-01-01 00:00:00', NULL, NULL), (3, NULL, NULL, NULL, '2024-02-29', 1901);
                """,
                "UPDATE t SET a = '00:00:01', b = '2020-02-29 12:34:56', c = NOW(); DELETE FROM t WHERE id > 1").AssertUndone();
        }
        finally
        {
            Server.Sql("SET GLOBAL mysql56_temporal_format = ON");
        }
    }

    [Fact]
    public void Annotations_are_the_statements_of_the_rows()
    {
        var database = new DamagedDatabase(Server, "annotated", Setup, "UPDATE t SET v = 'x' WHERE id = 1; DELETE FROM t WHERE id = 2");

        Assert.Equal(
            ["UPDATE t SET v = 'x' WHERE id = 1", "DELETE FROM t WHERE id = 2"],
            BinlogRecovery.ReadRowChanges(database.Events).Select(row => row.Statement));
        Assert.All(database.Events.Where(e => e.Operation != null), e => Assert.Matches(@"^0-\d+-\d+$", e.Gtid));
        database.AssertUndone();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_column_that_was_made_invisible_keeps_its_rows_where_the_columns_have_names(bool hasNames)
    {
        const string Hide = "ALTER TABLE i MODIFY v INT INVISIBLE, MODIFY w VARCHAR(10) CHARACTER SET utf8mb4 INVISIBLE";
        Server.Sql($"SET GLOBAL binlog_row_metadata = {(hasNames ? "FULL" : "MINIMAL")}");
        try
        {
            var database = new DamagedDatabase(
                Server, $"invisible_{hasNames}".ToLowerInvariant(),
                "CREATE TABLE i (id INT PRIMARY KEY, v INT, w VARCHAR(10)) CHARACTER SET utf8mb4; INSERT INTO i VALUES (1, 1, 'a')",
                $"DELETE FROM i; {Hide}; INSERT INTO i (id, v, w) VALUES (2, 2, 'b')");
            if (hasNames)
                database.AssertUndoneInPart(("SELECT GROUP_CONCAT(id, v, w) AS i FROM i", "i 11a"), Hide);
            else
                Assert.Contains(database.WriteUndo(database.Log).Reason, r => r.Contains("put them out of reach"));
        }
        finally
        {
            Server.Sql("SET GLOBAL binlog_row_metadata = FULL");
        }
    }

    [Fact]
    public void Tables_with_versions_get_their_rows_back()
    {
        var database = new DamagedDatabase(
            Server, "versioned", "CREATE TABLE t (id INT PRIMARY KEY, v INT) WITH SYSTEM VERSIONING; "
                + "INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)",
            "UPDATE t SET v = 10 WHERE id = 1; DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (4, 4)");
        database.Undo();

        Assert.Equal("1:1,2:2,3:3", Server.Scalar("SELECT GROUP_CONCAT(id, ':', v ORDER BY id) FROM t", "versioned"));
    }

    [Fact]
    public void Savepoints_and_tables_that_cannot_roll_back_are_followed() => new DamagedDatabase(
        Server, "savepoint",
        Setup + "; CREATE TABLE m (id INT PRIMARY KEY, v INT) ENGINE = MyISAM; INSERT INTO m VALUES (1, 1), (2, 2)",
        """
        BEGIN; UPDATE t SET v = 'x' WHERE id = 1; SAVEPOINT s; DELETE FROM t WHERE id = 2; ROLLBACK TO s; DELETE FROM t WHERE id = 3;
        COMMIT;
        BEGIN; UPDATE t SET v = 'y'; DELETE FROM m WHERE id = 1; ROLLBACK;
        """).AssertUndone();

    [Fact]
    public void Statements_in_a_transaction_leave_it_whole()
    {
        var database = new DamagedDatabase(
            Server, "mixed", Setup,
            "SET binlog_format = MIXED; BEGIN; UPDATE t SET v = 'x' WHERE id = 1; UPDATE t SET v = UUID() WHERE id = 2; "
                + "DELETE FROM t WHERE id = 2 AND v <> UUID(); COMMIT");

        BinlogEvent[] rows = [.. database.Events.Where(e => e.Operation != null)];
        Assert.Equal(2, rows.Length);
        Assert.Single(rows.Select(e => (e.Gtid, e.TransactionPosition)).Distinct());
        Assert.NotNull(rows[0].Gtid);
        UndoBinlog undo = database.AssertUndoneInPart(("SELECT GROUP_CONCAT(id, v ORDER BY id) AS t FROM t", "t 1x,2b,3c"),
            "UPDATE t SET v = 'x'");
        Assert.Equal(1, undo.TransactionCount);
    }

    [Fact]
    public void Ddl_between_rows_is_named_and_leaves_later_rows_in_reach()
    {
        var database = new DamagedDatabase(
            Server, "ddl", Setup,
            "UPDATE t SET v = 'x' WHERE id = 1; CREATE OR REPLACE TABLE t (id INT PRIMARY KEY, w INT); INSERT INTO t VALUES (7, 7)");

        database.AssertUndoneInPart(("SELECT COUNT(*) AS n FROM t", "n 0"), "CREATE OR REPLACE TABLE t", "ddl.t: 1 rows");
    }

    [Theory]
    [InlineData("commit", "XA PREPARE 'x'; XA COMMIT 'x'; DELETE FROM t WHERE id = 3")]
    [InlineData("rollback", "XA PREPARE 'x'; XA ROLLBACK 'x'; DELETE FROM t WHERE id = 3")]
    [InlineData("one_phase", "XA COMMIT 'x' ONE PHASE; DELETE FROM t WHERE id = 3")]
    public void Xa_transactions_are_undone_as_they_were_decided(string name, string decision) => new DamagedDatabase(
        Server, $"xa_{name}", Setup, $"XA START 'x'; UPDATE t SET v = 'x' WHERE id = 1; XA END 'x'; {decision}").AssertUndone();

    [Theory]
    [InlineData("plain", "OFF")]
    [InlineData("small", "ON")]
    public void What_was_rolled_back_is_named_and_not_undone(string name, string compress)
    {
        DamagedDatabase database;
        Server.Sql($"SET GLOBAL log_bin_compress = {compress}, GLOBAL log_bin_compress_min_len = 10");
        try
        {
            // A temporary table in MIXED format makes the server log the rollback.
            database = new DamagedDatabase(
                Server, $"rollback_{name}", Setup,
                """
                SET binlog_format = MIXED;
                BEGIN; CREATE TEMPORARY TABLE tmp (a INT) ENGINE = InnoDB; UPDATE t SET v = UUID() WHERE id = 1; ROLLBACK;
                BEGIN; CREATE TEMPORARY TABLE tmp2 (a INT) ENGINE = MyISAM; UPDATE t SET v = UUID() WHERE id = 2; DROP TEMPORARY TABLE tmp2;
                SAVEPOINT s; INSERT INTO t VALUES (4, UUID()); ROLLBACK TO s; DELETE FROM t WHERE v IN ('c', UUID()); COMMIT;
                """);
        }
        finally
        {
            Server.Sql("SET GLOBAL log_bin_compress = OFF");
        }

        BinlogEvent[] rows = [.. database.Events.Where(e => e.Operation != null)];
        Assert.Equal([TransactionEnd.Rollback, TransactionEnd.Commit, TransactionEnd.Rollback, TransactionEnd.Commit],
            rows.Select(r => r.TransactionEnd!.Value));
        Assert.Equal(rows.Count(r => r.TransactionEnd == TransactionEnd.Commit), database.WriteUndo(database.Log).RowCount);
        UndoBinlog undo = database.Undo(rows);

        Assert.Contains("2 rows", Assert.Single(undo.Reason));
        Assert.Contains("rolled back", undo.Reason[0]);
        Undo.DatabaseState.AssertEqual(database.Before, database.State());
    }

    [Fact]
    public void Minimal_images_are_counted()
    {
        var database = new DamagedDatabase(
            Server, "counted", Setup,
            "SET binlog_row_image = MINIMAL; INSERT INTO t VALUES (4, 'd'); UPDATE t SET v = 'x' WHERE id < 3; DELETE FROM t WHERE id = 3");

        database.AssertUndoneInPart(("SELECT GROUP_CONCAT(id, v ORDER BY id) AS t FROM t", "t 1x,2x"), "counted.t: 2 rows",
            "counted.t: 1 rows");
    }
}
