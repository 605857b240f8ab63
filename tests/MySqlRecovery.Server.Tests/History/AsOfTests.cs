using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Client;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.History;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Server.Tests.History;

/// <summary>Tables as they were, on a real server; the classes that derive name the server.</summary>
public abstract class AsOfTests(ServerFixture fixture)
{
    private MySqlServer Server => fixture.Server;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Under_traffic_every_table_is_as_it_was_when_nobody_could_write()
    {
        Create("asof_traffic", TableTraffic.Tables);
        using var stop = new CancellationTokenSource();
        Task[] traffic = [.. Enumerable.Range(0, 3).Select(
            n => Task.Run(() => TableTraffic.Write(Server, "asof_traffic", n, stop.Token), Stop))];
        string[] tables = ["numbered", "named", "bare", "still"];
        var moments = new List<(Moment[] Forms, Dictionary<string, string[]> Rows)>();
        try
        {
            for (int i = 0; i < 3; i++)
            {
                Thread.Sleep(300);
                moments.Add(Freeze("asof_traffic", tables));
            }

            Thread.Sleep(300);
            foreach ((Moment[] forms, Dictionary<string, string[]> rows) in moments)
            {
                foreach (string table in tables)
                {
                    foreach (Moment moment in forms)
                        Assert.Equal(rows[table], Rows("asof_traffic", table, moment));
                }
            }
        }
        finally
        {
            stop.Cancel();
            await Task.WhenAll(traffic).WaitAsync(Stop);
        }

        // With next to no memory for the keys.
        Assert.Equal(moments[0].Rows["numbered"], Rows("asof_traffic", "numbered", moments[0].Forms[0], memory: 0));
    }

    [Fact]
    public void Columns_that_were_added_or_renamed_and_tables_that_were_renamed_are_as_they_were()
    {
        Create("asof_ddl", """
            CREATE TABLE orders (id INT PRIMARY KEY, customer VARCHAR(30), total DECIMAL(9,2), KEY (customer));
            INSERT INTO orders VALUES (1, 'Ada', 1.5), (2, 'Bob', 2), (3, 'Cyd', 3), (4, 'Dot', 4), (5, 'Eve', NULL);
            """);
        string definition = Server.Query("SHOW CREATE TABLE orders", "asof_ddl")[0][1];
        (Moment[] forms, Dictionary<string, string[]> rows) = Freeze("asof_ddl", ["orders"]);
        bool canRename = !Server.Flavour.IsServerAlone;
        string rename = canRename ? "RENAME COLUMN customer TO buyer" : "CHANGE customer buyer VARCHAR(30)";
        Server.Sql($"""
            UPDATE orders SET total = 99 WHERE id = 1;
            ALTER TABLE orders ADD COLUMN extra INT NOT NULL DEFAULT 7 AFTER id, ADD COLUMN last VARCHAR(10);
            UPDATE orders SET extra = 8, total = 98 WHERE id = 2;
            ALTER TABLE orders {rename};
            UPDATE orders SET buyer = 'changed', id = 30 WHERE id = 3;
            RENAME TABLE orders TO old_orders;
            DELETE FROM old_orders WHERE id = 4;
            INSERT INTO old_orders VALUES (4, 1, 'another', 5, 'x'), (6, 1, 'new', 6, 'y');
            CREATE TABLE orders (id INT PRIMARY KEY); INSERT INTO orders VALUES (1), (77);
            UPDATE old_orders SET id = 3 WHERE id = 30;
            """, "asof_ddl");
        SchemaCatalog schema = SchemaCatalog.Parse(definition);
        foreach (Moment moment in forms)
        {
            if (canRename)
                Assert.Equal(rows["orders"], Rows("asof_ddl", "orders", moment));
            Assert.Equal(rows["orders"], Rows("asof_ddl", "orders", moment, schema: schema));
        }

        if (canRename)
        {
            Assert.Equal(["customer=Cyd"], Rows("asof_ddl", "orders", forms[0], ["customer"], new Hashtable { ["id"] = 3 }));
            return;
        }

        // The log of these servers says too little of a column to know that CHANGE has only renamed it.
        RecoveryException error = Assert.Throws<RecoveryException>(() => Rows("asof_ddl", "orders", forms[0]));
        Assert.Equal("AsOfDefinitionChanged", error.ErrorId);
        Assert.Contains("CHANGE customer buyer", error.Message, StringComparison.Ordinal);
        Assert.Equal(rows["orders"].Length, Rows("asof_ddl", "orders", forms[0], ["id", "total"]).Length);
    }

    [Fact]
    public void What_a_dropped_column_held_is_said_to_be_lost_and_the_other_columns_come()
    {
        Create("asof_drop", """
            CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(10), b INT NOT NULL);
            INSERT INTO t VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3);
            """);
        string definition = Server.Query("SHOW CREATE TABLE t", "asof_drop")[0][1];
        (Moment[] forms, _) = Freeze("asof_drop", []);
        Server.Sql("DELETE FROM t WHERE id = 1; ALTER TABLE t DROP COLUMN a; UPDATE t SET b = 22 WHERE id = 2", "asof_drop");
        RecoveryException error = Assert.Throws<RecoveryException>(() => Rows("asof_drop", "t", forms[0]));
        Assert.Equal("AsOfDefinitionChanged", error.ErrorId);
        Assert.Contains("DROP COLUMN a", error.Message, StringComparison.Ordinal);
        string[] expected = ["id=1 b=1", "id=2 b=2", "id=3 b=3"];
        Assert.Equal(expected, Rows("asof_drop", "t", forms[0], ["id", "b"], schema: SchemaCatalog.Parse(definition)));
        Assert.Equal(expected, Rows("asof_drop", "t", forms[0], ["id", "b"]));
    }

    [Theory]
    [InlineData("TRUNCATE TABLE t", "TRUNCATE TABLE t")]
    [InlineData("DROP TABLE t; CREATE TABLE t (id INT PRIMARY KEY, v INT)", "DROP TABLE")]
    [InlineData("SET SESSION binlog_row_image = 'MINIMAL'; UPDATE t SET v = 2 WHERE id = 1", "binlog_row_image is not FULL")]
    [InlineData("SET SESSION binlog_format = 'STATEMENT'; UPDATE t SET v = 2 WHERE id = 1", "without row images")]
    [InlineData("DELETE FROM parent WHERE id = 1", "foreign key changed rows of asof_way.child")]
    [InlineData("UPDATE parent SET id = 9 WHERE id = 1", "foreign key changed rows of asof_way.child")]
    [InlineData("UPDATE parent SET id = 9 WHERE id = 1; ALTER TABLE parent ADD COLUMN x INT FIRST", "changed rows of asof_way.child")]
    [InlineData("DELETE FROM tree WHERE id = 1", "foreign key changed rows of asof_way.tree")]
    [InlineData(
        "RENAME TABLE tree TO wood; DELETE FROM wood WHERE id = 1; RENAME TABLE wood TO tree", "foreign key changed rows of asof_way.tree")]
    [InlineData("ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (id, v)", "another key")]
    [InlineData("ALTER TABLE t MODIFY v VARCHAR(20)", "another type")]
    public void What_stands_in_the_way_is_named_before_any_row(string statements, string named)
    {
        const string Database = "asof_way";
        string table = named.Contains('.', StringComparison.Ordinal) ? named[(named.IndexOf('.', StringComparison.Ordinal) + 1)..] : "t";
        bool logsCascades = Server.Flavour == ServerFlavour.MySql && table != "t";
        Create(Database, """
            CREATE TABLE parent (id INT PRIMARY KEY);
            CREATE TABLE t (id INT NOT NULL, v INT NOT NULL, PRIMARY KEY (id));
            CREATE TABLE child (id INT PRIMARY KEY, parent INT, 
              FOREIGN KEY (parent) REFERENCES parent (id) ON DELETE CASCADE ON UPDATE CASCADE);
            CREATE TABLE tree (id INT PRIMARY KEY, up INT, FOREIGN KEY (up) REFERENCES tree (id) ON DELETE CASCADE);
            INSERT INTO parent VALUES (1), (2); INSERT INTO child VALUES (1, 1), (2, 2); INSERT INTO t VALUES (1, 1), (2, 2);
            INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2);
            """);
        (Moment[] forms, Dictionary<string, string[]> rows) = Freeze(Database, [table]);
        Server.Sql("INSERT INTO t VALUES (3, 3); UPDATE t SET v = 5 WHERE id = 2; " + statements, Database);
        if (logsCascades)
        {
            Assert.Equal(rows[table], Rows(Database, table, forms[0]));
            return;
        }

        RecoveryException error = Assert.Throws<RecoveryException>(() => Rows(Database, table, forms[0]));
        Assert.StartsWith("AsOf", error.ErrorId, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_of_every_type_are_the_same_from_the_log_and_from_the_table()
    {
        Create("asof_types", """
            CREATE TABLE everything (id BIGINT UNSIGNED PRIMARY KEY, t TINYINT, tu TINYINT(1) UNSIGNED, s SMALLINT ZEROFILL, m MEDIUMINT,
              i INT UNSIGNED,
                d DECIMAL(30,10), f FLOAT, db DOUBLE, y YEAR, bi BIT(10), e ENUM('a','b,c','ü'), st SET('x','y','z'),
                da DATE, ti TIME(3), dt DATETIME(6), ts TIMESTAMP NULL DEFAULT NULL, c CHAR(10), vc VARCHAR(20) CHARACTER SET latin1,
                  tx TEXT,
                b BINARY(6), vb VARBINARY(20), bl LONGBLOB, g GEOMETRY, u VARCHAR(20) CHARACTER SET utf16) DEFAULT CHARSET utf8mb4;
            SET sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO'; SET NAMES utf8mb4; SET time_zone = '+00:00';
            INSERT INTO everything VALUES
            (0, -128, 200, 5, -8388608, 4294967295, -12345678901234567890.0123456789, 0.1, 1e300, 1901, b'1000000001', 'ü', 'x,z',
             '2024-02-31', '-838:59:58.123', '9999-12-31 23:59:59.999999',
             '2001-01-01 00:00:01', 'ä  ', 'é\\''"', 'line\nü€', 0x0100, 0xFF00, 0x00FF27, ST_GeomFromText('POINT(1 2)'), '€uro'),
            (18446744073709551615, 127, 1, 0, 8388607, 0, 0, -0.0, -0.0, 2155, b'0', 'a', '', '0000-00-00', '838:59:59',
            '0000-00-00 00:00:00', NULL, '', '', '', '', '', '', NULL, ''),
            (7, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
            NULL, NULL, NULL, NULL),
            (8, 1, 2, 3, 4, 5, 0.5, 16777217, 0.30000000000000004, 2000, b'1', 'nothing', 'y', '2020-05-05', '00:00:00',
            '2020-01-01 00:00:00.5', '2020-01-01 00:00:00', 'A', 'a', 'b', 0x41, 0x42, 0x43, NULL, 'x');
            """);
        (Moment[] forms, Dictionary<string, string[]> rows) = Freeze("asof_types", ["everything"]);
        Server.Sql("UPDATE everything SET id = 9 WHERE id = 8; DELETE FROM everything WHERE id <> 9", "asof_types");
        Assert.Equal(rows["everything"], Rows("asof_types", "everything", forms[0]));
        Assert.Equal(["id=7"], Rows("asof_types", "everything", forms[^1], ["id"], new Hashtable { ["id"] = 7 }));
    }

    [Fact]
    public void Rows_are_as_they_were_at_a_time_be_it_given_in_whole_seconds()
    {
        Create("asof_time", "CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 2)");
        string[] before = Rows("asof_time", "t", new Moment());
        // Logs have whole seconds, but for commits of MySQL 8.0.1 and later.
        Thread.Sleep(1100);
        DateTime time = DateTime.UtcNow;
        Thread.Sleep(1100);
        Server.Sql("UPDATE t SET v = 9 WHERE id = 1; DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (3, 3)", "asof_time");
        Assert.Equal(before, Rows("asof_time", "t", new Moment { Time = time }));
        Assert.Equal(["id=1 v=9", "id=3 v=3"], Rows("asof_time", "t", new Moment { Time = DateTime.UtcNow.AddSeconds(1) }));
    }

    [Fact]
    public void A_position_within_a_transaction_is_refused_with_its_start_and_its_end()
    {
        Create("asof_within", "CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1)");
        BinlogPosition start = Server.Position();
        Server.Sql("BEGIN; UPDATE t SET v = 2; INSERT INTO t VALUES (2, 2); COMMIT", "asof_within");
        BinlogPosition end = Server.Position();
        Server.Sql("DELETE FROM t", "asof_within");
        long[] places = [.. Server.Query($"SHOW BINLOG EVENTS IN '{start.File}' FROM {start.Offset}")
            .Select(e => long.Parse(e[1], CultureInfo.InvariantCulture)).Where(p => p > start.Offset && p < end.Offset)];
        Assert.NotEmpty(places);
        foreach (long place in places)
        {
            RecoveryException error = Assert.Throws<RecoveryException>(
                () => Rows("asof_within", "t", new Moment { Place = (start.File, place) }));
            Assert.Equal("PositionNotABoundary", error.ErrorId);
            Assert.Contains($"from {start.Offset} to {end.Offset}", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["id=1 v=1"], Rows("asof_within", "t", new Moment { Place = (start.File, start.Offset) }));
        Assert.Equal(["id=1 v=2", "id=2 v=2"], Rows("asof_within", "t", new Moment { Place = (end.File, end.Offset) }));
    }

    private void Create(string database, string statements)
    {
        Server.Sql($"DROP DATABASE IF EXISTS {database}; CREATE DATABASE {database} CHARACTER SET utf8mb4");
        Server.Sql(statements, database);
    }

    /// <summary>Where the server is, in all forms, and the rows of tables then, read while nobody may write.</summary>
    private (Moment[] Forms, Dictionary<string, string[]> Rows) Freeze(string database, string[] tables)
    {
        using ServerConnection locker = Server.Connect();
        locker.Execute("FLUSH TABLES WITH READ LOCK", Stop);
        BinlogPosition at = Server.Position();
        string[] done = Server.Scalar($"SELECT {Server.Flavour.GtidVariable}").Replace("\n", "", StringComparison.Ordinal).Split(',');
        var rows = tables.ToDictionary(t => t, t => Rows(database, t, new Moment()));
        foreach (string table in tables)
            Assert.Equal(Server.Scalar($"SELECT COUNT(*) FROM {table}", database),
                rows[table].Length.ToString(CultureInfo.InvariantCulture));
        locker.Execute("UNLOCK TABLES", Stop);
        var forms = new List<Moment> { new() { Place = (at.File, at.Offset) } };
        if (done.Length == 1)
            forms.Add(Moment.Of(null, done[0], null, null));
        return ([.. forms], rows);
    }

    private string[] Rows(
        string database, string table, Moment moment, string[]? columns = null, IDictionary? where = null, SchemaCatalog? schema = null,
        long memory = 32 << 20)
    {
        var request = new AsOfRequest
        {
            Table = new TableName(database, table),
            Columns = columns ?? [],
            Where = where == null ? null : new RowPredicate(where),
            Schema = schema,
            MaximumMemory = memory,
        };
        using ServerAsOf asOf = ServerAsOf.Open(Server.SocketOptions(), request, moment, _ => { }, Stop);
        return [.. asOf.Rows().Select(r => Text(r.Value)).Order(StringComparer.Ordinal)];
    }

    private static string Text(OrderedDictionary row) => string.Join(' ', row.Keys.Cast<string>().Select(k => $"{k}={Text(row[k])}"));

    private static string Text(object? value) => value switch
    {
        null => "NULL",
        byte[] bytes => "0x" + Convert.ToHexString(bytes),
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}

[Collection<MySqlServers>]
public sealed class MySqlAsOfTests(MySqlFixture fixture) : AsOfTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57AsOfTests(MySql57Fixture fixture) : AsOfTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56AsOfTests(MySql56Fixture fixture) : AsOfTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbAsOfTests(MariaDbFixture fixture) : AsOfTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118AsOfTests(MariaDb118Fixture fixture) : AsOfTests(fixture);
