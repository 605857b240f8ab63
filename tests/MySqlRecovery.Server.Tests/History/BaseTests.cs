using System.Globalization;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.History;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Server.Tests.History;

/// <summary>Tables as they were, from a dump and the log after it; the classes that derive name the server.</summary>
public abstract class BaseTests(ServerFixture fixture)
{
    private MySqlServer Server => fixture.Server;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void A_table_that_was_emptied_or_dropped_since_comes_back_as_it_was_at_the_moment()
    {
        Create("base_gone", """
            CREATE TABLE orders (id INT PRIMARY KEY, customer VARCHAR(30), total DECIMAL(9,2), note TEXT CHARACTER SET latin1,
              made DATETIME(3), seen TIMESTAMP NULL DEFAULT NULL);
            CREATE TABLE bare (id INT, v VARCHAR(10));
            """);
        Server.Sql("SET NAMES utf8mb4; INSERT INTO orders VALUES " + string.Join(',', Enumerable.Range(1, 1500).Select(
            i => $"({i}, 'é''\\n;{i}', {i}.25, {(i % 3 == 0 ? "NULL" : $"'ä{i}'")}, '2026-01-01 00:00:00.125', '2026-01-02 03:04:05')"))
            + "; INSERT INTO bare VALUES (1, 'a'), (1, 'a'), (2, 'b')", "base_gone");
        string dump = BaseDump.Write(Server, "base_gone");
        Server.Sql("""
            UPDATE orders SET total = 0 WHERE id <= 10; DELETE FROM orders WHERE id = 11;
            INSERT INTO orders VALUES (11, 'new', 1, NULL, NULL, NULL), (9999, 'nine', 9, 'n', NULL, NULL);
            UPDATE orders SET id = 5000 WHERE id = 12; DELETE FROM bare WHERE id = 1 LIMIT 1; INSERT INTO bare VALUES (3, 'c'), (3, 'c');
            UPDATE bare SET v = 'bb' WHERE id = 2;
            """, "base_gone");
        var rows = new Dictionary<string, string[]>
        {
            ["orders"] = Present("base_gone", "orders"),
            ["bare"] = Present("base_gone", "bare")
        };
        BinlogPosition at = Server.Position();
        string first = Server.BinlogFiles.First(f => Path.GetFileName(f) == at.File);
        Server.Sql("TRUNCATE TABLE orders; INSERT INTO orders (id) VALUES (1); DROP TABLE bare", "base_gone");
        var moment = new Moment { Place = (at.File, at.Offset) };
        string[] logs = [Server.FlushLogs()];
        Assert.Equal(first, logs[0]);
        foreach (string table in rows.Keys)
        {
            Assert.Equal(rows[table], Rows(dump, "base_gone", table, moment));
            Assert.Equal(rows[table], Rows(dump, "base_gone", table, moment, logs));
        }

        // And what became of them since.
        Assert.Equal(["id=1 customer=NULL total=NULL note=NULL made=NULL seen=NULL"], Rows(dump, "base_gone", "orders", new Moment()));
        Assert.Equal("AsOfTableNotFound", Assert.Throws<RecoveryException>(() => Rows(dump, "base_gone", "bare", new Moment())).ErrorId);
    }

    [Fact]
    public void Definitions_after_the_dump_are_followed_and_what_it_cannot_tell_is_named()
    {
        Create("base_ddl", "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(10), b INT); "
            + "INSERT INTO t VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3)");
        string dump = BaseDump.Write(Server, "base_ddl");
        Server.Sql("UPDATE t SET b = 20 WHERE id = 2; ALTER TABLE t DROP COLUMN b; RENAME TABLE t TO u; DELETE FROM u WHERE id = 3; "
            + "INSERT INTO u VALUES (4, 'four')", "base_ddl");
        Assert.Equal(["id=1 a=one", "id=2 a=two", "id=4 a=four"], Rows(dump, "base_ddl", "u", new Moment()));
        Server.Sql("ALTER TABLE u ADD COLUMN c INT DEFAULT 5", "base_ddl");
        RecoveryException error = Assert.Throws<RecoveryException>(() => Rows(dump, "base_ddl", "u", new Moment()));
        Assert.Equal("AsOfDefinitionChanged", error.ErrorId);
        Assert.Equal(["id=1 a=one", "id=2 a=two", "id=4 a=four"], Rows(dump, "base_ddl", "u", new Moment(), columns: ["id", "a"]));
        Server.Sql("DROP TABLE u; CREATE TABLE u (id INT PRIMARY KEY, other INT); INSERT INTO u VALUES (7, 7)", "base_ddl");
        Assert.Equal(["id=7 other=7"], Rows(dump, "base_ddl", "u", new Moment()));

        string plain = Path.Combine(Server.FolderPath, "plain.sql");
        File.WriteAllText(plain, Server.Dump("base_ddl"));
        Assert.Equal("DumpNotUsable", Assert.Throws<RecoveryException>(() => Rows(plain, "base_ddl", "u", new Moment())).ErrorId);
    }

    [Theory]
    [InlineData("DELETE FROM parent WHERE id = 1", "child")]
    [InlineData("UPDATE parent SET id = 9 WHERE id = 1", "child")]
    [InlineData("DELETE FROM parent WHERE id = 1", "grandchild")]
    [InlineData("DELETE FROM tree WHERE id = 1", "tree")]
    public void Rows_that_a_foreign_key_changed_unlogged_since_the_dump_are_not_told(string statement, string table)
    {
        Create("base_kin", """
            CREATE TABLE parent (id INT PRIMARY KEY);
            CREATE TABLE child (id INT PRIMARY KEY, parent INT,
              FOREIGN KEY (parent) REFERENCES parent (id) ON DELETE CASCADE ON UPDATE CASCADE);
            CREATE TABLE grandchild (id INT PRIMARY KEY, child INT, FOREIGN KEY (child) REFERENCES child (id) ON DELETE SET NULL);
            CREATE TABLE tree (id INT PRIMARY KEY, up INT, FOREIGN KEY (up) REFERENCES tree (id) ON DELETE CASCADE);
            INSERT INTO parent VALUES (1), (2); INSERT INTO child VALUES (1, 1), (2, 2); INSERT INTO grandchild VALUES (1, 1);
            INSERT INTO tree VALUES (1, NULL), (2, 1);
            """);
        string dump = BaseDump.Write(Server, "base_kin");
        Server.Sql(statement, "base_kin");
        if (Server.Flavour == ServerFlavour.MySql)
        {
            Assert.Equal(Present("base_kin", table), Rows(dump, "base_kin", table, new Moment()));
            return;
        }

        RecoveryException error = Assert.Throws<RecoveryException>(() => Rows(dump, "base_kin", table, new Moment()));
        Assert.Equal("AsOfNotInLog", error.ErrorId);
        Assert.Contains("a foreign key changed rows of", error.Message, StringComparison.Ordinal);
    }

    private void Create(string database, string statements)
    {
        Server.Sql($"DROP DATABASE IF EXISTS {database}; CREATE DATABASE {database} CHARACTER SET utf8mb4");
        Server.Sql(statements, database);
    }

    private string[] Present(string database, string table)
    {
        var request = new AsOfRequest { Table = new TableName(database, table) };
        using ServerAsOf asOf = ServerAsOf.Open(Server.SocketOptions(), request, new Moment(), _ => { }, Stop);
        return [.. asOf.Rows().Select(Text).Order(StringComparer.Ordinal)];
    }

    private string[] Rows(string dump, string database, string table, Moment moment, string[]? logs = null, string[]? columns = null)
    {
        var file = DumpFile.Open(dump, Stop);
        var request = new AsOfRequest { Table = new TableName(database, table), Columns = columns ?? [], MaximumMemory = 1 << 20 };
        using var based = new BaseAsOf(
            file, request, logs == null
                ? LogSinceDump.OfServer(Server.SocketOptions(), file, moment, _ => { }, Stop)
                : LogSinceDump.OfFiles(logs, file, moment, keyring: null, catalogs: null, Stop), Stop);
        based.Prepare();
        return [.. based.Rows().Select(Text).Order(StringComparer.Ordinal)];
    }

    private static string Text(TableRow row) => string.Join(' ', row.Value.Keys.Cast<string>().Select(k => $"{k}={row.Value[k] switch
    {
        null => "NULL",
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        var value => Convert.ToString(value, CultureInfo.InvariantCulture),
    }}"));
}

[Collection<MySqlServers>]
public sealed class MySqlBaseTests(MySqlFixture fixture) : BaseTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57BaseTests(MySql57Fixture fixture) : BaseTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56BaseTests(MySql56Fixture fixture) : BaseTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbBaseTests(MariaDbFixture fixture) : BaseTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118BaseTests(MariaDb118Fixture fixture) : BaseTests(fixture);
