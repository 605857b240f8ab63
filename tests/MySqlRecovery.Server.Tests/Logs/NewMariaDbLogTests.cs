using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Server.Tests.Undo;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>What MariaDB 11.8 logs otherwise than the servers before it: all of it is undone, on the server itself.</summary>
public abstract class NewMariaDbLogTests(ServerFixture fixture)
{
    private MySqlServer Server => fixture.Server;

    [Fact]
    public void Updates_without_duplicate_columns_are_undone() => new DamagedDatabase(
        Server, "nodup",
        """
        CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(2000), c BLOB, d DECIMAL(20,5), e BIT(9), f ENUM('x','y'), g DATETIME(3),
          h JSON, i INT NOT NULL);
        CREATE TABLE two (a INT, b INT, c MEDIUMTEXT, PRIMARY KEY (a, b));
        CREATE TABLE keyless (a INT, b VARCHAR(20), c TEXT);
        INSERT INTO t VALUES (1, 10, 'x', REPEAT(0xFF, 3000), 1.5, b'1', 'x', '2024-02-29 01:02:03.004', '{"a": 1}', 1),
          (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2),
          (3, 30, REPEAT('é', 300), '', -1, b'111111111', 'y', '1000-01-01', '[]', 3);
        INSERT INTO two VALUES (1, 1, 'a'), (1, 2, NULL), (2, 1, REPEAT('c', 70000));
        INSERT INTO keyless VALUES (1, 'a', 'A'), (1, 'a', 'A'), (NULL, NULL, NULL), (2, 'b', NULL);
        """,
        """
        SET SESSION binlog_row_image = FULL_NODUP;
        UPDATE t SET a = a + 1; UPDATE t SET a = NULL, b = 'now' WHERE id = 1; UPDATE t SET c = 'blob', h = NULL WHERE id IN (1, 2);
        UPDATE t SET id = id + 10, e = NULL; UPDATE t SET i = -i, g = NOW(3), f = 'x'; DELETE FROM t WHERE id = 13;
        UPDATE two SET b = b + 5; UPDATE two SET c = NULL WHERE a = 2; UPDATE two SET a = 9, c = 'both' WHERE b = 7;
        UPDATE keyless SET b = 'z' LIMIT 1; UPDATE keyless SET c = 'C' WHERE a IS NULL; DELETE FROM keyless WHERE a = 2;
        INSERT INTO keyless VALUES (5, 'e', 'E');
        """).AssertUndone();

    [Fact]
    public void Rows_without_their_generated_columns_are_undone_with_a_schema()
    {
        var database = new DamagedDatabase(
            Server, "computed",
            """
            CREATE TABLE v (id INT PRIMARY KEY, a INT, b INT AS (a * 2) VIRTUAL, c VARCHAR(20), KEY (b));
            CREATE TABLE s (id INT PRIMARY KEY, b INT AS (a * 3) PERSISTENT, a INT, UNIQUE (b));
            CREATE TABLE keyless (a INT, c INT AS (a * 3) PERSISTENT, d INT);
            INSERT INTO v (id, a, c) VALUES (1, 1, 'x'), (2, NULL, NULL), (3, 3, 'z');
            INSERT INTO s (id, a) VALUES (1, 1), (2, 2), (3, NULL);
            INSERT INTO keyless (a, d) VALUES (1, 1), (1, 1), (2, 2);
            """,
            """
            DELETE FROM v WHERE id = 1; UPDATE v SET a = 20 WHERE id = 2; INSERT INTO v (id, a) VALUES (4, 4);
            DELETE FROM s WHERE id > 1; UPDATE s SET a = 7;
            DELETE FROM keyless WHERE a = 1 LIMIT 1; UPDATE keyless SET d = 9 WHERE a = 2;
            SET SESSION binlog_row_image = FULL_NODUP; UPDATE v SET c = 'y' WHERE id = 3; UPDATE v SET a = 30 WHERE id = 3;
            UPDATE keyless SET a = 8 WHERE d = 9;
            """)
        {
            WithSchema = true,
        };

        database.AssertUndone();
    }

    [Fact]
    public void A_row_without_a_key_is_known_again_where_later_images_lack_its_generated_columns()
    {
        DamagedDatabase database = ChangeRowsWithoutKey("known_again");
        string path = Path.Combine(Server.FolderPath, "known_again.undo");
        BinlogReader Choose(RowOperation operation, bool leavesOut = false) =>
            new([database.Log]) { SchemaPath = database.SchemaPath, Operation = [operation], ExcludeLaterChange = leavesOut };

        UndoBinlog whole = Choose(RowOperation.Insert).WriteUndoBinlog(path, overwrite: true);
        UndoBinlog part = Choose(RowOperation.Insert, leavesOut: true).WriteUndoBinlog(path, overwrite: true);
        SqlExport forward = Choose(RowOperation.Delete).WriteSql(path, reverse: false, overwrite: true);

        Assert.Equal(2, whole.LaterChange!.Length);
        Assert.Equal((2, 1), (part.ExcludedRowCount, part.RowCount));
        Assert.Contains(" was made by ", Assert.Single(forward.LaterChange!));
    }

    [Fact]
    public void A_row_without_a_key_may_be_any_where_nothing_tells_which_columns_are_generated()
    {
        DamagedDatabase database = ChangeRowsWithoutKey("any_row");
        string path = Path.Combine(Server.FolderPath, "any_row.undo");
        BinlogReader Choose(bool leavesOut) =>
            new([database.Log]) { Operation = [RowOperation.Insert], ExcludeLaterChange = leavesOut };

        UndoBinlog whole = Choose(leavesOut: false).WriteUndoBinlog(path, overwrite: true);
        var refused = Assert.Throws<RecoveryException>(() => Choose(leavesOut: true).WriteUndoBinlog(path, overwrite: true));

        Assert.Contains("only some columns", Assert.Single(whole.LaterChange!));
        Assert.Equal("LaterChangeUnknown", refused.ErrorId);
        Assert.Contains("only some columns", refused.Message);
    }

    private DamagedDatabase ChangeRowsWithoutKey(string name) => new(
        Server, name, "CREATE TABLE t (a INT, s INT AS (a * 2) STORED, v INT AS (a + 1) VIRTUAL, b INT)",
        "INSERT INTO t (a, b) VALUES (1, 1), (2, 2), (3, 3); DELETE FROM t WHERE a = 1; UPDATE t SET b = 4 WHERE a = 2;");

    [Fact]
    public void Rows_without_their_generated_columns_are_summed_up_and_undone()
    {
        Server.Sql("""
            CREATE DATABASE summed_up; USE summed_up;
            CREATE TABLE g (id INT PRIMARY KEY, a INT, s INT AS (a * 2) PERSISTENT, v INT AS (a + 1) VIRTUAL, c INT, KEY (v));
            INSERT INTO g (id, a, c) VALUES (1, 1, 1), (2, NULL, 2), (3, 3, 3), (4, 4, NULL);
            """);
        string before = DatabaseState.Read(Server, "summed_up"), schema = DatabaseState.WriteSchema(Server, "summed_up");
        Server.FlushLogs();
        Server.Sql("""
            UPDATE g SET a = a + 10; UPDATE g SET c = 9 WHERE id < 3; DELETE FROM g WHERE id = 1; INSERT INTO g (id, a) VALUES (5, 5);
            UPDATE g SET a = 6 WHERE id = 5;
            UPDATE g SET id = 20 WHERE id = 2; DELETE FROM g WHERE id = 4; INSERT INTO g (id, a, c) VALUES (4, 4, NULL);
            """, "summed_up");
        string log = Server.FlushLogs(), path = Path.Combine(Server.FolderPath, "summed_up.sql");
        using var scan = new EventScan(
            LogRange.Of([log], null, null), new EventFilter { WithStatements = true }, TestContext.Current.CancellationToken,
            LogSchema.Load(schema));
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse: true);
        SqlExport sql = RowSqlExport.WriteFile(
            index, null, new SqlForm { Reverse = true, Fold = true }, path, overwrite: false, TestContext.Current.CancellationToken);
        Server.RunFile(path);

        Assert.True(sql.IsComplete);
        Assert.Equal(5, File.ReadLines(path)
            .Count(l => l.Contains("`g`", StringComparison.Ordinal) && !l.StartsWith("--", StringComparison.Ordinal)));
        DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "summed_up"));
    }

    [Fact]
    public void An_alter_that_fails_after_its_start_was_logged_is_no_obstacle()
    {
        var database = new DamagedDatabase(
            Server, "failed_alter", "CREATE TABLE t (id INT PRIMARY KEY, a INT); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)",
            """
            DELETE FROM t WHERE id = 2; UPDATE t SET a = 9 WHERE id = 1;
            SET SESSION binlog_alter_two_phase = ON;
            BEGIN NOT ATOMIC
              DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
              ALTER TABLE t ADD COLUMN z INT DEFAULT 3, ADD CONSTRAINT c CHECK (a > 100), ALGORITHM = COPY;
            END;
            DELETE FROM t WHERE id = 3;
            """);

        Assert.Contains(database.Events, e => e.GtidFlags?.HasFlag(MariaDbGtidFlags.StartAlter) == true);
        Assert.Contains(database.Events, e => e.GtidFlags?.HasFlag(MariaDbGtidFlags.RollbackAlter) == true);
        database.AssertUndone();
    }

    [Fact]
    public void An_alter_in_two_phases_is_named_once()
    {
        var database = new DamagedDatabase(
            Server, "good_alter", "CREATE TABLE t (id INT PRIMARY KEY, a INT); INSERT INTO t VALUES (1, 1), (2, 2)",
            "DELETE FROM t WHERE id = 2; SET SESSION binlog_alter_two_phase = ON; ALTER TABLE t ADD KEY (a), ALGORITHM = COPY; "
                + "UPDATE t SET a = 9 WHERE id = 1");

        Assert.Contains(database.Events, e => e.GtidFlags?.HasFlag(MariaDbGtidFlags.CommitAlter) == true && e.AlterGtid != null);
        database.AssertUndoneInPart(("SELECT GROUP_CONCAT(id, ':', a ORDER BY id) AS t FROM t", "t 1:1,2:2"), "ALTER TABLE t ADD KEY");
    }

    [Fact]
    public void Vectors_come_back_bit_by_bit()
    {
        var database = new DamagedDatabase(
            Server, "vectors",
            """
            CREATE TABLE t (id INT PRIMARY KEY, e VECTOR(3) NOT NULL, v VECTOR(2), VECTOR INDEX (e));
            INSERT INTO t VALUES (1, VEC_FromText('[1,-2.5,0.1]'), NULL), (2, VEC_FromText('[0,0,1]'), VEC_FromText('[1.25,-0.1]')),
              (3, VEC_FromText('[7,8,9]'), NULL);
            """,
            "UPDATE t SET e = VEC_FromText('[4,5,6]') WHERE id = 1; DELETE FROM t WHERE id = 2; "
                + "UPDATE t SET v = VEC_FromText('[1,2]') WHERE id = 3; INSERT INTO t VALUES (4, VEC_FromText('[1,1,1]'), NULL)");

        RowChange deleted = BinlogRecovery.ReadRowChanges(database.Events).Single(r => r.Operation == RowOperation.Delete);
        Assert.Equal("00000000000000000000803F", Convert.ToHexString((byte[])deleted.Before!.Values.Cast<object>().ElementAt(1)));
        database.AssertUndone();
    }

    [Fact]
    public void A_transaction_that_became_a_log_of_its_own_is_undone()
    {
        Server.Sql("CREATE DATABASE large_transaction");
        Server.Sql("CREATE TABLE t (id INT PRIMARY KEY, b LONGBLOB); "
            + "INSERT INTO t SELECT seq, REPEAT(CHAR(65 + seq MOD 26), 100000) FROM seq_1_to_120", "large_transaction");
        string before = DatabaseState.Read(Server, "large_transaction");
        int first = Server.BinlogFiles.Count;
        Server.Sql("FLUSH BINARY LOGS; SET GLOBAL binlog_large_commit_threshold = 10485760");
        try
        {
            Server.Sql("DELETE FROM t WHERE id > 1", "large_transaction");
        }
        finally
        {
            Server.Sql("SET GLOBAL binlog_large_commit_threshold = DEFAULT; FLUSH BINARY LOGS");
        }

        string[] logs = [.. Server.BinlogFiles.Skip(first).SkipLast(1)];
        BinlogEvent[] events = [.. BinlogRecovery.ReadEvents(logs)];
        // The event fills the room that was kept for the start of the log.
        Assert.Contains(events, e => e.EventType == BinlogEventType.MariaDbGtid && e.Size > 100);
        Assert.All(events.Where(e => e.Operation != null), e => Assert.NotNull(e.ThreadId));
        UndoBinlog undo = BinlogRecovery.WriteUndoBinlog(events, Path.Combine(Server.FolderPath, "large.binlog"));
        Server.ApplyBinlog(undo.Path);

        Assert.Equal((119, true), (undo.RowCount, undo.IsComplete));
        DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "large_transaction"));
    }

    [Fact]
    public void Rows_are_found_by_their_session_and_the_log_names_it_on_every_event()
    {
        var database = new DamagedDatabase(Server, "sessions", "CREATE TABLE t (id INT PRIMARY KEY)",
            "INSERT INTO t VALUES (CONNECTION_ID())");

        RowChange row = Assert.Single(BinlogRecovery.ReadRowChanges(database.Events));

        Assert.Equal((uint)(int)row.After!.Values.Cast<object>().Single(), row.ThreadId);
    }
}
