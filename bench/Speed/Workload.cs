using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Bench.Speed;

/// <summary>What a server does so that a log becomes of it.</summary>
/// <param name="Name">Of the log's file.</param>
/// <param name="Flavour">The server.</param>
/// <param name="Settings">Lines of its option file.</param>
/// <param name="Setup">Statements that are not in the log; DELIMITER works.</param>
/// <param name="Step">Called again and again until the log is large enough.</param>
internal sealed record Workload(string Name, ServerFlavour Flavour, string[] Settings, string Setup, string Step)
{
    private const string Numbers = """
        CREATE TABLE seq (i INT PRIMARY KEY);
        INSERT INTO seq SELECT a.n + 10 * b.n + 100 * c.n FROM
          (SELECT 0 n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4
            UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9) a,
          (SELECT 0 n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4
            UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9) b,
          (SELECT 0 n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4
            UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9) c;

        """;

    /// <summary>sysbench's table and the three operations, a thousand rows a transaction.</summary>
    public static Workload Bulk { get; } = new(
        "bulk", ServerFlavour.MySql, [],
        Numbers + $"""
        {SysbenchTable("sbtest1")}
        DELIMITER //
        CREATE PROCEDURE step() BEGIN
          DECLARE j INT DEFAULT 0;
          DECLARE a INT;
          WHILE j < 20 DO
            INSERT INTO sbtest1 (k, c, pad) SELECT {SysbenchRow} FROM seq;
            SET a = LAST_INSERT_ID();
            UPDATE sbtest1 SET k = k + 1 WHERE id BETWEEN a AND a + 999;
            DELETE FROM sbtest1 WHERE id BETWEEN a - 20000 AND a - 19001;
            SET j = j + 1;
          END WHILE;
        END//
        """,
        "CALL step()");

    /// <summary>The same on MariaDB.</summary>
    public static Workload MariaDbBulk { get; } = Bulk with { Name = "mariadb", Flavour = ServerFlavour.MariaDb };

    /// <summary>The same, compressed by the server.</summary>
    public static Workload Compressed { get; } = Bulk with { Name = "compressed", Settings = ["binlog-transaction-compression=ON"] };

    /// <summary>Two short rows a transaction, and now and then one of a rare table.</summary>
    public static Workload Small { get; } = new(
        "small", ServerFlavour.MySql, [],
        Numbers + """
        CREATE TABLE account (id INT PRIMARY KEY, owner VARCHAR(40), balance DECIMAL(12,2),
          updated TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP);
        INSERT INTO account SELECT i, CONCAT('owner ', i), 1000, NOW() FROM seq;
        CREATE TABLE booking (id BIGINT AUTO_INCREMENT PRIMARY KEY, account_id INT, amount DECIMAL(12,2), note VARCHAR(60));
        CREATE TABLE rare (id INT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(20));
        DELIMITER //
        CREATE PROCEDURE step() BEGIN
          DECLARE j INT DEFAULT 0;
          WHILE j < 20000 DO
            START TRANSACTION;
            UPDATE account SET balance = balance + 1 WHERE id = j % 1000;
            INSERT INTO booking (account_id, amount, note) VALUES (j % 1000, 1, CONCAT('payment ', j));
            IF j % 1000 = 0 THEN INSERT INTO rare (what) VALUES ('noted'); END IF;
            COMMIT;
            SET j = j + 1;
          END WHILE;
        END//
        """,
        "CALL step()");

    /// <summary>The same on MariaDB.</summary>
    public static Workload MariaDbSmall { get; } = Small with { Name = "mariadb-small", Flavour = ServerFlavour.MariaDb };

    /// <summary>One row a transaction, in one of a thousand tables after the other.</summary>
    public static Workload Tables { get; } = new(
        "tables", ServerFlavour.MySql, [],
        $"""
        {string.Concat(Enumerable.Range(0, 1000).Select(
            n => $"CREATE TABLE t{n} (id INT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(100));\n"))}
        DELIMITER //
        CREATE PROCEDURE step() BEGIN
          {string.Concat(Enumerable.Range(0, 1000).Select(n => $"INSERT INTO t{n} (what) VALUES ('this is a row of table {n}');\n"))}
        END//
        """,
        string.Concat(Enumerable.Repeat("CALL step();", 10)));

    /// <summary>Sixty columns and a BLOB of up to 64 KB a row.</summary>
    public static Workload Wide { get; } = new(
        "wide", ServerFlavour.MySql, [],
        Numbers + $"""
        CREATE TABLE wide (id INT AUTO_INCREMENT PRIMARY KEY, {string.Join(", ", WideColumns.Select(c => c.Definition))}, body MEDIUMBLOB);
        DELIMITER //
        CREATE PROCEDURE step() BEGIN
          INSERT INTO wide ({string.Join(", ", WideColumns.Select(c => c.Name))}, body)
            SELECT {string.Join(", ", WideColumns.Select(c => c.Value))}, REPEAT(RANDOM_BYTES(1000), 1 + i % 64) FROM seq WHERE i < 100;
          UPDATE wide SET i0 = i0 + 1, v1 = 'changed' WHERE id % 7 = 0;
          DELETE FROM wide;
        END//
        """,
        "CALL step()");

    /// <summary>The columns of sysbench's oltp tables.</summary>
    public static string SysbenchTable(string name) =>
        $"CREATE TABLE {name} (id INT AUTO_INCREMENT PRIMARY KEY, k INT NOT NULL DEFAULT 0, c CHAR(120) NOT NULL DEFAULT '', "
        + $"pad CHAR(60) NOT NULL DEFAULT '', KEY k_1 (k));";

    /// <summary>Values of a row of such a table, for each row of seq.</summary>
    public static string SysbenchRow => $"FLOOR(RAND() * 100000), {Groups(10)}, {Groups(5)}";

    private static IEnumerable<(string Name, string Definition, string Value)> WideColumns =>
        Enumerable.Range(0, 60).Select(n => (n % 5) switch
    {
        0 => ($"i{n}", $"i{n} INT", "i"),
        1 => ($"v{n}", $"v{n} VARCHAR(50)", $"CONCAT('value ', i)"),
        2 => ($"d{n}", $"d{n} DECIMAL(14,4)", "i / 7"),
        3 => ($"t{n}", $"t{n} DATETIME(3)", "NOW(3)"),
        _ => ($"f{n}", $"f{n} DOUBLE", "i / 3"),
    });

    private static string Groups(int count) =>
        $"CONCAT_WS('-', {string.Join(", ", Enumerable.Repeat("LPAD(FLOOR(RAND() * 1e11), 11, '0')", count))})";
}
