using MySqlRecovery.Client;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Repair;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Server.Tests.Schema;

/// <summary>Table definitions from each server.</summary>
public abstract class ServerSchemaTests(ServerFixture fixture)
{
    protected MySqlServer Server => fixture.Server;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Columns_keys_and_triggers_come_as_the_table_has_them()
    {
        Server.Sql(
            """
            CREATE DATABASE plain CHARACTER SET latin1; USE plain;
            CREATE TABLE `odd ``name'` (a INT UNSIGNED AUTO_INCREMENT, `b'` VARCHAR(20) CHARACTER SET utf8mb4 NOT NULL,
              c ENUM('x','it''s','y\\z'),
              d DECIMAL(9,2), t TIMESTAMP NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP, s TEXT, PRIMARY KEY (a),
                UNIQUE KEY u (`b'`, s(10)));
            CREATE TRIGGER after_it AFTER UPDATE ON `odd ``name'` FOR EACH ROW SET @x = 1;
            CREATE VIEW looking AS SELECT 1;
            """);
        using ServerConnection connection = Server.Connect();

        TableSchema table = Assert.Single(ServerSchema.Read(
            connection, [new TableName("plain", "odd `name'"), new TableName("plain", "looking"), new TableName("plain", "nowhere")],
            Token));
        Assert.Null(table.UnknownReason);
        Assert.Equal(("plain", "odd `name'"), (table.Database, table.Name));
        Assert.Equal(["a", "b'", "c", "d", "t", "s"], table.Columns.Select(c => c.Name));
        Assert.Equal(["int", "varchar", "enum", "decimal", "timestamp", "text"], table.Columns.Select(c => c.DataType));
        Assert.Equal(("utf8mb4", "latin1"), (table.Columns[1].CharacterSet, table.Columns[5].CharacterSet));
        Assert.Equal(["x", "it's", @"y\z"], table.Columns[2].Members);
        Assert.True(table.Columns[0].IsUnsigned);
        Assert.True(table.Columns[4].HasOnUpdateNow);
        Assert.Equal("a", Assert.Single(table.PrimaryKey!.Parts).Column);
        Assert.Equal(["b'", "s"], table.Keys.Single(k => k.Name == "u").Parts.Select(p => p.Column));
        Assert.Equal([new TriggerSchema("after_it", "AFTER", "UPDATE")], table.Triggers);
    }

    [Fact]
    public void Foreign_keys_lead_to_the_tables_that_change_along()
    {
        Server.Sql(
            """
            CREATE DATABASE family; USE family;
            CREATE TABLE parent (id INT PRIMARY KEY);
            CREATE TABLE child (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE);
            CREATE TABLE loose (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id));
            """);
        using ServerConnection connection = Server.Connect();

        TableName child = Assert.Single(ServerSchema.FindCascades(connection, Token),
            c => c.Parent == new TableName("family", "parent")).Child;
        Assert.Equal(new TableName("family", "child"), child);
        ForeignKeySchema key = Assert.Single(Assert.Single(ServerSchema.Read(connection, [child], Token)).ForeignKeys);
        Assert.Equal((new TableName("family", "parent"), ReferentialAction.Cascade), (key.ReferencedTable, key.OnDelete));
    }

    [Theory]
    [InlineData("MODIFY a INT AFTER c, MODIFY c INT FIRST")]
    [InlineData("MODIFY c INT FIRST, MODIFY a INT AFTER c")]
    [InlineData("MODIFY a INT AFTER b, MODIFY b INT AFTER a")]
    [InlineData("CHANGE c y INT FIRST, MODIFY a INT AFTER y")]
    [InlineData("ADD d INT AFTER a, MODIFY a INT AFTER c")]
    [InlineData("CHANGE a b INT AFTER c, CHANGE b a INT")]
    [InlineData("ALTER c SET DEFAULT 3, MODIFY a INT AFTER c")]
    [InlineData("ADD d INT, MODIFY d INT FIRST")]
    [InlineData("ADD d INT FIRST, ADD e INT AFTER d, MODIFY d INT AFTER c")]
    [InlineData("ADD d INT, MODIFY d INT FIRST, MODIFY d INT AFTER b")]
    [InlineData("CHANGE a z INT AFTER c, ALTER z SET DEFAULT 4")]
    [InlineData("MODIFY b INT FIRST, ALTER b SET DEFAULT 5")]
    public void Columns_that_change_places_end_where_the_server_puts_them(string changes)
    {
        const string Create = "CREATE TABLE t (a INT, b INT, c INT, e2 INT)";
        Server.Sql($"DROP DATABASE IF EXISTS places; CREATE DATABASE places; USE places; {Create}");
        try
        {
            Server.Sql($"ALTER TABLE t {changes}", "places");
        }
        catch (InvalidOperationException)
        {
            return; // MySQL looks for columns among the old ones only.
        }

        SchemaCatalog catalog = SchemaCatalog.Parse($"USE places; {Create}; ALTER TABLE t {changes}");
        const string Columns =
            "SELECT GROUP_CONCAT(COLUMN_NAME ORDER BY ORDINAL_POSITION) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'places'";
        TableSchema table = catalog.Find("places", "t")!;
        Assert.Null(table.UnknownReason);
        Assert.Equal(Server.Scalar(Columns), string.Join(',', table.Columns.Select(c => c.Name)));
    }

    [Fact]
    public void The_session_does_not_matter_and_stays_as_it_was()
    {
        Server.Sql("CREATE DATABASE modes; CREATE TABLE modes.t (s VARCHAR(9)) CHARACTER SET latin2");
        using ServerConnection connection = Server.Connect();
        connection.Execute("SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', sql_quote_show_create = 0", Token);

        TableSchema table = Assert.Single(ServerSchema.Read(connection, [new TableName("modes", "t")], Token));
        Assert.Equal("latin2", table.Columns[0].CharacterSet);
        Assert.Equal("ANSI_QUOTES,NO_BACKSLASH_ESCAPES 0",
            connection.QueryScalar("SELECT CONCAT(@@sql_mode, ' ', @@sql_quote_show_create = 1)", Token));
    }

    [Fact]
    public void An_account_that_may_only_read_is_enough()
    {
        Server.Sql(
            """
            CREATE DATABASE mine; CREATE TABLE mine.seen (id INT PRIMARY KEY); CREATE TABLE mine.hidden (id INT PRIMARY KEY);
            CREATE USER looker@'%' IDENTIFIED BY 'Look-4-it'; GRANT SELECT ON mine.seen TO looker@'%';
            """);
        ConnectionOptions options = Server.TcpOptions("looker", "Look-4-it", SslMode.Preferred);
        options.GetServerPublicKey = true;
        using ServerConnection connection = options.Open();

        IEnumerable<TableSchema> tables =
            ServerSchema.Read(connection, [new TableName("mine", "hidden"), new TableName("mine", "seen")], Token);
        Assert.Equal("seen", Assert.Single(tables, table => table.UnknownReason == null).Name);
    }

    [Fact]
    public void The_dictionary_tells_the_tablespace_id_and_row_format_of_every_file()
    {
        Server.Sql(
            """
            CREATE DATABASE `my-ids`; USE `my-ids`; CREATE TABLE `Ta ble#1` (a INT PRIMARY KEY) ENGINE=InnoDB;
            CREATE TABLE `été` (a INT PRIMARY KEY) ENGINE=InnoDB ROW_FORMAT=REDUNDANT;
            CREATE TABLE parted (a INT PRIMARY KEY) ENGINE=InnoDB PARTITION BY HASH (a) PARTITIONS 2;
            CREATE USER noprocess@localhost IDENTIFIED BY 'No-process1';
            FLUSH TABLES `Ta ble#1`, `été`, parted FOR EXPORT;
            """);
        using ServerConnection connection = Server.Connect();
        ServerTablespaces ids = ServerTablespaces.Read(connection, Token);
        string[] files = Directory.GetFiles(Path.Combine(Server.DataPath, "my@002dids"), "*.ibd");
        Assert.Equal(4, files.Length);
        foreach (string file in files)
        {
            using TablespaceFile tablespace = TablespaceFile.Open(file);
            Assert.Equal(tablespace.SpaceId, ids.Find(file));
        }

        Assert.Null(ids.Find("my@002dids/unknown.ibd"));
        Assert.Equal("REDUNDANT", ids.FindFormat(files.Single(f => f.Contains("t@", StringComparison.Ordinal)
            && !f.Contains("Ta", StringComparison.Ordinal))));
        ConnectionOptions options = Server.SocketOptions();
        (options.User, options.Password) = ("noprocess", "No-process1");
        using ServerConnection blind = options.Open();
        Assert.Equal("ServerPrivilegeMissing", Assert.Throws<RecoveryException>(() => ServerTablespaces.Read(blind, Token)).ErrorId);
    }

    [Fact]
    public void A_server_that_is_gone_is_the_error_that_is_thrown()
    {
        using ServerConnection connection = Server.Connect();
        Server.Sql($"KILL {connection.ConnectionId}");
        var lost = Assert.Throws<RecoveryException>(() => ServerSchema.Read(connection, [new TableName("mysql", "user")], Token));
        Assert.Equal("ServerConnectionLost", lost.ErrorId);
    }
}
