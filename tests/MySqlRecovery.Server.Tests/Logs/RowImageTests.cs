using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>binlog_row_image MINIMAL and NOBLOB: what the log does not hold is counted, and the rest comes back.</summary>
public abstract class RowImageTests(ServerFixture fixture)
{
    private const string Setup = """
        CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(10), b TEXT);
        CREATE TABLE plain (id INT PRIMARY KEY, v VARCHAR(10));
        CREATE TABLE keyless (v VARCHAR(10), b TEXT);
        INSERT INTO t VALUES (1, 'a', 'A'), (2, 'b', 'B'), (3, 'c', 'C'), (4, 'd', 'D');
        INSERT INTO plain VALUES (1, 'a'), (2, 'b'), (3, 'c');
        INSERT INTO keyless VALUES ('a', 'A'), ('b', 'B');
        """;

    private MySqlServer Server => fixture.Server;

    [Fact]
    public void Of_minimal_images_only_inserts_and_rows_without_key_come_back()
    {
        var database = new DamagedDatabase(
            Server, "minimal", Setup,
            """
            SET binlog_row_image = MINIMAL;
            INSERT INTO t VALUES (5, 'e', 'E'), (6, 'f', NULL);
            INSERT INTO plain VALUES (9, 'i');
            UPDATE t SET v = 'x' WHERE id < 3;
            DELETE FROM t WHERE id IN (2, 3, 4);
            DELETE FROM plain WHERE id = 2;
            DELETE FROM keyless WHERE v = 'a';
            """);

        UndoBinlog undo = database.AssertUndoneInPart(
            ("SELECT GROUP_CONCAT(id, v ORDER BY id) AS t FROM t; SELECT GROUP_CONCAT(id ORDER BY id) AS p FROM plain; "
                + "SELECT COUNT(*) AS k FROM keyless",
                "t 1x p 1,3 k 2"),
            "minimal.t: 2 rows", "minimal.t: 3 rows", "minimal.plain: 1 rows");
        Assert.Equal(4, undo.RowCount);
        Assert.Contains("the changed columns", undo.Reason[0]);
        Assert.Contains("only some columns of the deleted rows", undo.Reason[1]);
    }

    [Fact]
    public void An_insert_that_left_columns_to_their_defaults_is_undone_by_its_key()
    {
        var database = new DamagedDatabase(Server, "minimal_insert", Setup,
            "SET binlog_row_image = MINIMAL; INSERT INTO plain (id) VALUES (9)");
        Assert.True(database.Undo().IsComplete);
        Assert.Equal(database.Before, database.State());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_insert_of_nothing_but_defaults_is_named_where_the_log_has_no_value_of_it(bool reverse)
    {
        string name = $"minimal_defaults_{reverse}".ToLowerInvariant();
        var database = new DamagedDatabase(Server, name, "CREATE TABLE d (v INT DEFAULT 5, w INT DEFAULT 6)",
            "SET binlog_row_image = MINIMAL; INSERT INTO d () VALUES (); INSERT INTO d (v, w) VALUES (7, 8)");
        string path = Path.Combine(Server.FolderPath, $"{name}.sql");

        SqlExport sql = new BinlogReader([database.Log]) { SchemaPath = database.SchemaPath }.WriteSql(path, reverse);
        // MariaDB logs all columns of a new row.
        Assert.Equal(Server.Flavour.IsMariaDb, sql.IsComplete);
        Assert.Equal(Server.Flavour.IsMariaDb, sql.Reason.Length == 0);
        Assert.All(sql.Reason, reason => Assert.Contains("nothing but default values", reason));
        Assert.Equal(Server.Flavour.IsMariaDb ? 2 : 1, sql.RowCount);
        Assert.Contains("7", File.ReadAllText(path));
    }

    [Fact]
    public void Without_blobs_what_does_not_concern_a_blob_comes_back()
    {
        var database = new DamagedDatabase(
            Server, "noblob", Setup,
            """
            SET binlog_row_image = NOBLOB;
            UPDATE t SET v = 'x' WHERE id < 3;
            UPDATE plain SET v = 'y';
            DELETE FROM plain WHERE id = 2;
            INSERT INTO t VALUES (5, 'e', 'E');
            UPDATE t SET b = 'Z' WHERE id = 4;
            DELETE FROM t WHERE id = 3;
            """);

        UndoBinlog undo = database.AssertUndoneInPart(
            ("SELECT GROUP_CONCAT(id, v, b ORDER BY id) AS t FROM t; SELECT GROUP_CONCAT(id, v ORDER BY id) AS p FROM plain",
                "t 1aA,2bB,4dZ p 1a,2b,3c"),
            "noblob.t: 1 rows", "noblob.t: 1 rows");
        Assert.Equal(7, undo.RowCount);
    }

    [Fact]
    public void Nothing_but_minimal_images_is_refused_and_sums_say_why()
    {
        var database = new DamagedDatabase(Server, "minimal_only", Setup,
            "SET binlog_row_image = MINIMAL; DELETE FROM t; DELETE FROM plain");

        database.AssertRefused("minimal_only.t: 4 rows", "minimal_only.plain: 3 rows");
        IReadOnlyList<BinlogSummary> sums = BinlogRecovery.Measure(database.Events, BinlogSummaryKind.Table);
        Assert.Equal([("plain", 3L, false), ("t", 4L, false)], sums.Select(s => (s.Table, s.RowCount, s.IsComplete)));
        // From a log of MariaDB 11.8 alone, a column that the setting left out cannot be told from a generated one.
        bool isNewMariaDb = Server.Version.Contains("11.8", StringComparison.Ordinal);
        Assert.All(sums, s => Assert.Contains(isNewMariaDb ? "generated columns" : "binlog_row_image", Assert.Single(s.Reason)));
    }
}
