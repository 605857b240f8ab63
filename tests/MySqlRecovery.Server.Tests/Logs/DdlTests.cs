using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Server.Tests.Undo;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>DDL between the changes: it is named, and rows are refused only where it put them out of reach.</summary>
public abstract class DdlTests(ServerFixture fixture)
{
    private const string Setup = """
        CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(10)); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c');
        CREATE TABLE other (id INT PRIMARY KEY, v VARCHAR(10)); INSERT INTO other VALUES (1, 'a'), (2, 'b');
        CREATE TABLE u (id INT PRIMARY KEY, v INT, INDEX i (v), INDEX j (v, id)); INSERT INTO u VALUES (1, 1);
        """;

    private MySqlServer Server => fixture.Server;

    [Theory]
    [InlineData("index", "ALTER TABLE t ADD INDEX (v)")]
    [InlineData("create_index", "CREATE INDEX i ON t (v)")]
    [InlineData("default", "ALTER TABLE t ALTER v SET DEFAULT 'z'")]
    [InlineData("drop_index", "DROP INDEX i ON u")]
    [InlineData("drop_key", "ALTER TABLE u DROP KEY i, RENAME INDEX j TO k")]
    [InlineData("comment", "ALTER TABLE t COMMENT = 'c'")]
    [InlineData("analyze", "ALTER TABLE t ENGINE = InnoDB")]
    [InlineData("modify_same", "ALTER TABLE u MODIFY v INT NULL DEFAULT 5")]
    public void What_leaves_the_columns_alone_is_named_and_all_rows_come_back(string name, string ddl)
    {
        var database = new DamagedDatabase(
            Server, $"ddl_{name}", Setup,
            $"UPDATE t SET v = 'x' WHERE id = 1; DELETE FROM u; {ddl}; DELETE FROM t WHERE id = 2; DELETE FROM other WHERE id = 1");

        database.AssertUndoneInPart(
            ("SELECT GROUP_CONCAT(id, v ORDER BY id) AS t FROM t; SELECT COUNT(*) AS o FROM other; SELECT COUNT(*) AS u FROM u",
                "t 1a,2b,3c o 2 u 1"), ddl);
    }

    [Fact]
    public void A_new_table_is_named_unless_only_certain_operations_are_undone()
    {
        var database = new DamagedDatabase(
            Server, "ddl_new", Setup, "CREATE TABLE n (id INT PRIMARY KEY); INSERT INTO n VALUES (1); DELETE FROM t WHERE id = 2");

        Assert.Contains("CREATE TABLE n", Assert.Single(database.WriteUndo(database.Log).Reason));
        var deletes = new EventFilter { Operations = [RowOperation.Delete], WithStatements = true };
        using var scan = new EventScan([LogRange.Whole(database.Log)], deletes, TestContext.Current.CancellationToken);
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse: true);
        Assert.Empty(index.Reasons);
        Assert.Equal(1, index.RowCount);
    }

    [Theory]
    [InlineData("add", "ALTER TABLE t ADD COLUMN w INT", "1x,2b,3c", false)]
    [InlineData("drop_column", "ALTER TABLE t ADD COLUMN w INT; ALTER TABLE t DROP COLUMN w", "1x,2b,3c", false)]
    [InlineData("modify", "ALTER TABLE t MODIFY v VARCHAR(20)", "1x,2b,3c", false)]
    [InlineData("charset", "ALTER TABLE t MODIFY v VARCHAR(10) CHARACTER SET latin1", "1x,2b,3c", false)]
    [InlineData("truncate", "TRUNCATE TABLE t; INSERT INTO t VALUES (2, 'n')", "2n", true)]
    [InlineData("recreate", "DROP TABLE t; CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(10)); INSERT INTO t VALUES (2, 'n')", "2n", true)]
    public void Rows_before_what_puts_them_out_of_reach_are_refused_and_rows_after_it_come_back(string name, string ddl, string expected,
        bool isEmptied)
    {
        var database = new DamagedDatabase(
            Server, $"reach_{name}", Setup,
            $"UPDATE t SET v = 'x' WHERE id = 1; {ddl}; DELETE FROM t WHERE id = 2; DELETE FROM other WHERE id = 1");

        UndoBinlog undo = database.Undo();
        string left = Server.Scalar("SELECT GROUP_CONCAT(id, v ORDER BY id) FROM t", $"reach_{name}");
        Assert.Equal(isEmptied ? "NULL" : expected, left);
        Assert.Equal("2", Server.Scalar("SELECT COUNT(*) FROM other", $"reach_{name}"));
        Assert.Contains(undo.Reason, r => r.Contains(ddl[..10]));
        Assert.Contains(undo.Reason, r => r.StartsWith($"reach_{name}.t: 1 rows", StringComparison.Ordinal) && r.Contains("out of reach"));
    }

    [Fact]
    public void A_renamed_table_keeps_its_earlier_rows_out_of_reach()
    {
        var database = new DamagedDatabase(
            Server, "renamed", Setup,
            "UPDATE t SET v = 'x' WHERE id = 1; RENAME TABLE t TO w, other TO t; UPDATE w SET v = 'y' WHERE id = 2; "
                + "DELETE FROM t WHERE id = 1");

        database.AssertUndoneInPart(
            ("SELECT GROUP_CONCAT(id, v ORDER BY id) AS w FROM w; SELECT COUNT(*) AS t FROM t", "w 1x,2b,3c t 2"),
            "RENAME TABLE t TO w", "renamed.t: 1 rows");
    }

    [Theory]
    [InlineData("truncate_partition", "ALTER TABLE p TRUNCATE PARTITION low")]
    [InlineData("drop_partition", "ALTER TABLE p DROP PARTITION low")]
    public void Rows_that_went_with_a_partition_are_refused(string name, string ddl)
    {
        var database = new DamagedDatabase(
            Server, name, "CREATE TABLE p (id INT PRIMARY KEY) PARTITION BY RANGE (id) (PARTITION low VALUES LESS THAN (10), "
                + "PARTITION high VALUES LESS THAN (100))",
            $"INSERT INTO p VALUES (1), (50); {ddl}; INSERT INTO p VALUES (60)");

        database.AssertUndoneInPart(("SELECT GROUP_CONCAT(id ORDER BY id) AS p FROM p", "p 50"), ddl, $"{name}.p: 2 rows");
    }

    [Theory]
    [InlineData(true, "1x,3ü")]
    [InlineData(false, "1ä,2ö,3ü")]
    public void Text_that_was_converted_comes_back_as_SQL_and_its_earlier_bytes_are_out_of_reach_of_a_binlog(bool asBinlog, string expected)
    {
        string database = $"converted_{asBinlog}".ToLowerInvariant();
        Server.Sql($"CREATE DATABASE {database}; CREATE TABLE {database}.t (id INT PRIMARY KEY, v VARCHAR(20)) CHARACTER SET latin1; "
            + $"INSERT INTO {database}.t VALUES (1, 'ä'), (2, 'ö'), (3, 'ü')");
        string schema = DatabaseState.WriteSchema(Server, database), path = Path.Combine(Server.FolderPath, $"{database}.undo");
        Server.FlushLogs();
        Server.Sql("UPDATE t SET v = 'x' WHERE id = 1; DELETE FROM t WHERE id = 2; ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4; "
            + "UPDATE t SET v = 'y' WHERE id = 3; INSERT INTO t VALUES (4, 'ß')", database);
        var reader = new BinlogReader([Server.FlushLogs()]) { SchemaPath = schema };

        string[] reasons = asBinlog ? reader.WriteUndoBinlog(path).Reason : reader.WriteSql(path, reverse: true).Reason;
        Assert.Contains("ALTER TABLE t CONVERT TO", reasons[0]);
        Assert.Equal(
            asBinlog ? [$"{database}.t: 2 rows"] : [], reasons.Skip(1).Select(r => r[..r.IndexOf(" from ", StringComparison.Ordinal)]));
        if (asBinlog)
            Server.ApplyBinlog(path);
        else
            Server.RunFile(path);
        Assert.Equal(expected, Server.Scalar("SELECT GROUP_CONCAT(id, v ORDER BY id) FROM t", database));
    }

    [Fact]
    public void A_dropped_database_is_named()
    {
        Server.Sql("CREATE DATABASE gone; CREATE TABLE gone.t (id INT PRIMARY KEY)");
        var database = new DamagedDatabase(
            Server, "drop_database", Setup, "INSERT INTO gone.t VALUES (1), (2); DROP DATABASE gone; DELETE FROM t WHERE id = 1");

        database.AssertUndoneInPart(("SELECT COUNT(*) AS n FROM t", "n 3"), "DROP DATABASE gone", "gone.t: 2 rows");
    }

    [Fact]
    public void A_schema_follows_the_log_through_its_changes()
    {
        string rename = Server.Flavour.IsServerAlone ? "CHANGE v z VARCHAR(10)" : "RENAME COLUMN v TO z";
        var database = new DamagedDatabase(
            Server, "ddl_followed", Setup,
            $"ALTER TABLE t ADD COLUMN w INT GENERATED ALWAYS AS (id * 2) AFTER id, {rename}; DELETE FROM t WHERE id = 2; "
                + $"UPDATE t SET z = 'x'")
        {
            WithSchema = true,
        };

        database.AssertUndoneInPart(("SELECT GROUP_CONCAT(id, ':', w, z ORDER BY id) AS t FROM t", "t 1:2a,2:4b,3:6c"),
            "ALTER TABLE t ADD COLUMN w");
    }

    [Fact]
    public void Temporary_tables_do_not_stand_in_the_way_of_tables_of_their_name() => new DamagedDatabase(
        Server, "temporary", Setup,
        """
        UPDATE t SET v = 'x' WHERE id = 1;
        CREATE TEMPORARY TABLE t (a INT); INSERT INTO t VALUES (1); TRUNCATE t; DROP TEMPORARY TABLE t;
        SET binlog_format = STATEMENT; CREATE TEMPORARY TABLE other (a INT); DROP TEMPORARY TABLE other; SET binlog_format = ROW;
        DELETE FROM other WHERE id = 1;
        """).AssertUndone();
}
