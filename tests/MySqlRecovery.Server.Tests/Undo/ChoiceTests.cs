using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Undo;

/// <summary>What a choice leaves out, and what it asks for in vain, is said.</summary>
public abstract class ChoiceTests(ServerFixture fixture)
{
    private MySqlServer Server => fixture.Server;

    [Theory]
    [InlineData("general_ci", true)]
    [InlineData("bin", false)]
    public void A_key_that_the_server_takes_for_the_same_is_the_same_row(string collation, bool isSame)
    {
        string database = $"same_{collation}";
        Server.Sql($"CREATE DATABASE {database}; CREATE TABLE {database}.t (w VARCHAR(20) PRIMARY KEY, "
            + $"v INT) CHARACTER SET utf8mb4 COLLATE utf8mb4_{collation}");
        Server.Sql("INSERT INTO t VALUES ('müller', 1), ('x', 1)", database);
        string schema = DatabaseState.WriteSchema(Server, database);
        Server.FlushLogs();
        uint session = Session("DELETE FROM t", database);
        Server.Sql("INSERT INTO t VALUES ('MULLER', 2)", database);
        string log = Server.FlushLogs();

        var reader = new BinlogReader([log]) { ThreadId = [session], SchemaPath = schema };
        if (!Server.Flavour.IsMariaDb || Server.Flavour == ServerFlavour.MariaDb118)
            Assert.Equal(isSame ? 1 : 0, reader.WriteSql(NewPath(), reverse: true).LaterChange!.Length);
    }

    [Theory]
    [InlineData("FULL")]
    [InlineData("NOBLOB")]
    [InlineData("MINIMAL")]
    public void A_row_without_key_that_was_changed_again_is_found_whatever_its_image_lacks(string image)
    {
        string database = $"again_{image.ToLowerInvariant()}";
        Server.Sql($"CREATE DATABASE {database}; CREATE TABLE {database}.t (v INT, b TEXT, w INT, c TEXT)");
        Server.Sql("INSERT INTO t VALUES (1, 'b', NULL, NULL), (5, NULL, 5, 'c')", database);
        string schema = DatabaseState.WriteSchema(Server, database);
        Server.FlushLogs();
        Server.Sql($"SET binlog_row_image = {image}; UPDATE t SET v = 2 WHERE v = 1; UPDATE t SET b = 'x', w = 3 WHERE v = 2", database);
        string log = Server.FlushLogs();

        var reader = new BinlogReader([log]) { Where = new Dictionary<string, object> { ["v"] = 1 }, SchemaPath = schema };
        Assert.Single(reader.WriteUndoBinlog(NewPath()).LaterChange!);
    }

    [Fact]
    public void Transactions_that_are_asked_for_and_not_there_are_named()
    {
        Server.Sql("CREATE DATABASE in_vain; CREATE TABLE in_vain.t (id INT PRIMARY KEY)");
        Server.FlushLogs();
        Server.Sql("INSERT INTO t VALUES (1)", "in_vain");
        string log = Server.FlushLogs();
        string gtid = new BinlogReader([log]).ReadRowChanges().Single().Gtid!;
        string absent = Server.Flavour.IsMariaDb ? $"{gtid[..gtid.LastIndexOf('-')]}-999999"
            : $"{gtid[..gtid.IndexOf(':', StringComparison.Ordinal)]}:999999";

        Assert.Empty(new BinlogReader([log]) { Gtid = [gtid] }.WriteUndoBinlog(NewPath()).Reason);
        UndoBinlog undo = new BinlogReader([log]) { Gtid = [gtid, absent] }.WriteUndoBinlog(NewPath());
        Assert.False(undo.IsComplete);
        Assert.Contains(absent, Assert.Single(undo.Reason));
    }

    [Fact]
    public void Statements_are_of_the_databases_whose_tables_they_name()
    {
        Server.Sql("CREATE DATABASE stands_here; CREATE DATABASE names_this; CREATE TABLE names_this.t (id INT); "
            + "CREATE TABLE stands_here.u (id INT)");
        Server.FlushLogs();
        Server.Sql("TRUNCATE TABLE names_this.t; ALTER TABLE u ADD v INT; CREATE PROCEDURE p() SELECT 1", "stands_here");
        string log = Server.FlushLogs();

        string[] Statements(string database) =>
            [.. new BinlogReader([log]) { Database = [database] }.ReadEvents().Select(e => e.Statement?.Split(' ')[0] ?? "")
                .Where(s => s is "TRUNCATE" or "ALTER" or "CREATE")];
        Assert.Equal(["TRUNCATE"], Statements("names_this"));
        Assert.Equal(["ALTER", "CREATE"], Statements("stands_here"));
    }

    [Fact]
    public void Rows_that_foreign_keys_changed_and_the_choice_leaves_out_are_named_where_the_log_has_them()
    {
        Server.Sql("""
            CREATE DATABASE kin_left; USE kin_left; CREATE TABLE parent (id INT PRIMARY KEY, v INT);
            CREATE TABLE stranger (id INT PRIMARY KEY);
            CREATE TABLE child (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE);
            CREATE TABLE grandchild (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES child (id) ON DELETE CASCADE);
            INSERT INTO parent VALUES (1, 1), (2, 2); INSERT INTO child VALUES (1, 1), (2, 2);
            INSERT INTO grandchild VALUES (1, 1), (2, 2); INSERT INTO stranger VALUES (1)
            """);
        string schema = DatabaseState.WriteSchema(Server, "kin_left");
        Server.FlushLogs();
        Server.Sql("DELETE FROM parent WHERE id = 1; UPDATE parent SET v = 3; DELETE FROM stranger", "kin_left");
        string log = Server.FlushLogs();

        foreach (string? path in (string?[])[null, schema])
        {
            string[] reasons = new BinlogReader([log]) { Table = ["parent"], SchemaPath = path }.WriteUndoBinlog(NewPath()).Reason;
            bool knows = Server.Flavour == ServerFlavour.MySql;
            Assert.Equal(knows ? 2 : path == null ? 0 : 1, reasons.Length);
            Assert.Equal(knows || path != null, reasons.Any(r => r.Contains("kin_left.child", StringComparison.Ordinal)));
            Assert.Equal(knows, reasons.Any(r => r.Contains("kin_left.grandchild", StringComparison.Ordinal)));
        }

        if (Server.Flavour == ServerFlavour.MySql)
            Assert.Empty(new BinlogReader([log]) { ExcludeTable = ["stranger"] }.WriteUndoBinlog(NewPath()).Reason);
    }

    private uint Session(string sql, string database) =>
        uint.Parse(Server.Client($"{sql}; SELECT CONNECTION_ID()", database).Split('\n')[^2],
            System.Globalization.CultureInfo.InvariantCulture);

    private string NewPath() => Path.Combine(Server.FolderPath, Guid.NewGuid().ToString("N"));
}
