using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.InnoDb;

/// <summary>The tables of the repair tests: every row format with off-page columns, secondary indexes, deleted and updated rows.</summary>
internal static class OrphanedTables
{
    public const string Database = "rep";

    private const int Rows = 3000;
    private const int ManyRows = 50_000;

    private static readonly Dictionary<string, string> Formats = new()
    {
        ["redundant"] = "ROW_FORMAT=REDUNDANT",
        ["compact"] = "ROW_FORMAT=COMPACT",
        ["dynamic"] = "ROW_FORMAT=DYNAMIC",
        ["compressed8"] = "ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8",
        ["compressed4"] = "ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=4",
    };

    /// <summary>CREATE TABLE by table.</summary>
    public static IReadOnlyDictionary<string, string> Definitions { get; } = Formats.SelectMany(f => (KeyValuePair<string, string>[])
    [
        new(f.Key, $"""
            CREATE TABLE {f.Key} (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, k INT NOT NULL, v VARCHAR(120), c CHAR(20),
            d DATETIME, e DECIMAL(14,4), l CHAR(9) CHARACTER SET latin1, en ENUM('x','y','z'), ts TIMESTAMP NULL, lob LONGBLOB,
            txt MEDIUMTEXT, KEY (k), UNIQUE KEY (v), KEY (c(5), e)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 {f.Value}
            """),
        new(f.Key + "_wide_key", $"""
            CREATE TABLE {f.Key}_wide_key (b VARCHAR(40) NOT NULL, a INT NOT NULL, n VARCHAR(300), bt BIT(10), t TIME,
            PRIMARY KEY (b, a), KEY (n(20))) ENGINE=InnoDB DEFAULT CHARSET=latin1 {f.Value}
            """),
        new(f.Key + "_no_key", $"CREATE TABLE {f.Key}_no_key (a INT, b TEXT, c DOUBLE) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 {f.Value}"),
    ]).ToDictionary();

    /// <summary>Makes and fills the tables on an instance whose transaction ids and LSN are well ahead of a fresh one's.</summary>
    public static void Fill(MySqlServer server)
    {
        server.Sql($"CREATE DATABASE {Database}");
        server.Sql("CREATE TABLE junk (a INT AUTO_INCREMENT PRIMARY KEY, b VARCHAR(200)) ENGINE=InnoDB;" +
            string.Concat(Enumerable.Repeat("INSERT INTO junk (b) VALUES (REPEAT('j', 200));", 2000)) + "DROP TABLE junk", Database);
        server.Sql("CREATE TABLE num (n INT PRIMARY KEY); INSERT INTO num VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9);" +
            "INSERT INTO num SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n FROM num a, num b, num c, num d, "
            + "num e WHERE b.n + c.n + d.n + e.n > 0", Database);
        foreach (string definition in Definitions.Values)
            server.Sql(definition, Database);
        foreach (string format in Formats.Keys)
            server.Sql(Contents(format, format == "dynamic" ? ManyRows : Rows), Database);
        server.Sql("DROP TABLE num", Database);
    }

    /// <summary>Makes the same tables, empty, in another order and with other tables before them.</summary>
    public static void MakeEmpty(MySqlServer server)
    {
        server.Sql($"CREATE DATABASE {Database}");
        server.Sql(string.Concat(Enumerable.Range(0, 7).Select(i => $"CREATE TABLE filler{i} (a INT) ENGINE=InnoDB;")), Database);
        foreach (string definition in Definitions.Values.Reverse())
            server.Sql(definition, Database);
    }

    /// <summary>Statements that use a table in every way; each table has these columns by its name.</summary>
    public static string Exercise(string table) => (table.EndsWith("_wide_key", StringComparison.Ordinal) ? $"""
            INSERT INTO {table} (b, a, n) VALUES ('zz', -5, REPEAT('q', 299));
            UPDATE {table} SET n = CONCAT('Z', LEFT(n, 200)); DELETE FROM {table} WHERE a % 3 = 0;
            """
        : table.EndsWith("_no_key", StringComparison.Ordinal) ? $"""
            INSERT INTO {table} SELECT * FROM {table} WHERE a < 100; UPDATE {table} SET b = CONCAT(b, 'x');
            DELETE FROM {table} WHERE a % 2 = 0;
            """
        : $"""
            SET @next = (SELECT CONCAT('ALTER TABLE {table} AUTO_INCREMENT = ', MAX(id) + 1) FROM {table}); PREPARE p FROM @next; EXECUTE p;
            INSERT INTO {table} (k, v, lob, txt) VALUES (1, 'new', REPEAT('N', 50000), REPEAT('M', 30000)), (2, 'new2', NULL, NULL);
            UPDATE {table} SET lob = REPEAT('W', 9000) WHERE k < 20; UPDATE {table} SET k = k + 3; DELETE FROM {table} WHERE id % 5 = 0;
            """) + $"""
        ALTER TABLE {table} ADD COLUMN added INT NOT NULL DEFAULT 7, ALGORITHM=INPLACE;
        ALTER TABLE {table} ADD KEY (added), ALGORITHM=INPLACE;
        OPTIMIZE TABLE {table};
        """;

    private static string Contents(string format, int rows) => $"""
        SET sql_mode = '';
        INSERT INTO {format} (k, v, c, d, e, l, en, ts, lob, txt) SELECT n % 997, CONCAT('v', n, 'ü', SHA2(n, 224)), CONCAT('c', n % 1000,
          'é'),
          '2024-01-01' + INTERVAL n MINUTE, n * 1.25, HEX(n), 1 + n % 3, IF(n % 5, '2024-02-02' + INTERVAL n SECOND, NULL),
          IF(n % {rows / 60} = 0, REPEAT(SHA2(n, 256), 50 + n % 800), IF(n % 3, NULL, SHA2(n, 256))),
          IF(n % {rows / 43} = 0, REPEAT(CONCAT('ä', SHA2(n, 256)), 150), 't')
          FROM num WHERE n < {rows};
        INSERT INTO {format}_wide_key SELECT LEFT(SHA2(n, 256), 32), n, REPEAT(CHAR(65 + n % 26), n % 300), n % 1024,
          SEC_TO_TIME(n) FROM num WHERE n < {rows / 5};
        INSERT INTO {format}_no_key SELECT n, IF(n % 40 = 0, REPEAT(SHA2(n, 256), 300), SHA2(n, 256)), n / 7 FROM num WHERE n < {rows / 10};
        DELETE FROM {format} WHERE id % 11 = 0; UPDATE {format} SET lob = REPEAT('U', 20000) WHERE id % {rows / 30} = 0;
        UPDATE {format} SET k = k + 1, v = CONCAT(v, 'x') WHERE id % 13 = 0; DELETE FROM {format}_wide_key WHERE a % 17 = 0;
        BEGIN; UPDATE {format} SET k = 5 WHERE id < 50; ROLLBACK;
        """;
}
