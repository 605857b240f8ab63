using MySqlRecovery.Server.Tests.Logs;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Undo;

/// <summary>Changes that naive undos get wrong, each in a database of its own, undone by binlog and by SQL and back.</summary>
public abstract class HardCaseTests(ServerFixture fixture)
{
    protected MySqlServer Server => fixture.Server;

    // The default of its time, which takes accents and case for equal.
    private string Collation => Server.Flavour == ServerFlavour.MySql ? "utf8mb4_0900_ai_ci" : "utf8mb4_unicode_ci";

    [Fact]
    public void A_chain_over_a_unique_key_in_one_event_is_undone_backwards() => RoundTrip(
        "chain",
        """
        CREATE TABLE t (id INT PRIMARY KEY, u INT UNIQUE, v VARCHAR(10));
        INSERT INTO t VALUES (1, 10, 'a'), (2, 20, 'b'), (3, 30, 'c'), (4, 40, 'd');
        """,
        """
        UPDATE t SET id = id + 1 ORDER BY id DESC;
        UPDATE t SET u = u + 10 ORDER BY u DESC;
        BEGIN; UPDATE t SET id = -1 WHERE id = 2; UPDATE t SET id = 2 WHERE id = 3; UPDATE t SET id = 3 WHERE id = -1; COMMIT;
        """);

    [Fact]
    public void A_chain_over_a_nullable_unique_key_of_a_table_without_key_is_undone_row_by_row() => RoundTrip(
        "keyless_chain",
        """
        CREATE TABLE t (u INT NULL UNIQUE, v VARCHAR(10), q INT NULL);
        INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 1), (3, 'c', 2), (4, 'd', 3), (NULL, 'n', 1), (NULL, 'n', 1);
        CREATE TABLE w (u VARCHAR(10) NULL, v INT, UNIQUE (u)) COLLATE utf8mb4_unicode_ci;
        INSERT INTO w VALUES ('a', 1), ('B', 2), ('c', 3), (NULL, 4);
        """,
        """
        UPDATE t SET u = u + 1 ORDER BY u DESC;
        UPDATE t SET u = u - 4, q = q + 1 ORDER BY u;
        INSERT INTO t VALUES (0, 'o', 9), (0, 'o', 9) ON DUPLICATE KEY UPDATE q = t.q + 1;
        UPDATE w SET u = CASE u WHEN 'a' THEN 'x' WHEN 'b' THEN 'A' WHEN 'c' THEN 'b' END WHERE u IS NOT NULL ORDER BY u;
        """);

    [Fact]
    public void A_chain_over_a_nullable_key_of_two_columns_is_undone_where_a_schema_tells_of_the_key() => new DamagedDatabase(
        Server, "keyless_pair",
        "CREATE TABLE t (a INT NULL, b INT NOT NULL, v INT, UNIQUE (a, b)); "
            + "INSERT INTO t VALUES (1, 1, 1), (1, 2, 2), (1, 3, 3), (2, 1, 4)",
        "UPDATE t SET b = b + 1 ORDER BY b DESC; UPDATE t SET b = b - 2 ORDER BY b")
    {
        WithSchema = true,
    }.AssertUndone();

    [Fact]
    public void A_chain_over_the_beginning_of_a_column_or_over_an_expression_is_undone_row_by_row()
    {
        string expression = Server.Flavour == ServerFlavour.MySql ? "UNIQUE ((u * 2))" : "UNIQUE (u)";
        new DamagedDatabase(
            Server, "keyless_part",
            $"CREATE TABLE p (u VARCHAR(10) NOT NULL, v INT, UNIQUE (u(1))); INSERT INTO p VALUES ('a1', 1), ('b2', 2), ('c3', 3); "
                + $"CREATE TABLE e (u INT, v INT, {expression}); INSERT INTO e VALUES (1, 1), (2, 2), (3, 3), (NULL, 4)",
            "UPDATE p SET u = CONCAT(CHAR(ASCII(u) + 1), v) ORDER BY u DESC; UPDATE e SET u = u + 1 ORDER BY u DESC; "
                + "UPDATE e SET u = u - 3 ORDER BY u")
        {
            WithSchema = true,
        }.AssertUndone();
    }

    [Fact]
    public void Statements_over_two_tables_are_undone() => RoundTrip(
        "two_tables",
        """
        CREATE TABLE a (id INT PRIMARY KEY, v INT); CREATE TABLE b (id INT PRIMARY KEY, aid INT, v INT); CREATE TABLE c (aid INT, w INT);
        INSERT INTO a VALUES (1, 1), (2, 2), (3, 3); INSERT INTO b VALUES (1, 1, 1), (2, 1, 2), (3, 2, 3), (4, 3, 4);
        INSERT INTO c VALUES (1, 1), (1, 1), (2, 2);
        """,
        """
        UPDATE a JOIN b ON b.aid = a.id JOIN c ON c.aid = a.id SET a.v = a.v + 10, b.v = b.v + 100, c.w = 9 WHERE a.id < 3;
        DELETE a, b, c FROM a JOIN b ON b.aid = a.id LEFT JOIN c ON c.aid = a.id WHERE a.id <> 2;
        """);

    [Fact]
    public void Duplicate_rows_without_key_come_back_as_often_as_they_were() => RoundTrip(
        "duplicates",
        """
        CREATE TABLE t (a INT, b VARCHAR(10), f FLOAT);
        INSERT INTO t VALUES (1, 'x', 0.1), (1, 'x', 0.1), (1, 'x', 0.1), (1, 'x', 0.2), (NULL, NULL, NULL), (NULL, NULL, NULL);
        """,
        """
        DELETE FROM t WHERE a = 1 LIMIT 2;
        UPDATE t SET b = 'y';
        INSERT INTO t VALUES (1, 'x', 0.1), (1, 'x', 0.1), (1, 'y', 0.2), (NULL, 'y', NULL);
        DELETE FROM t WHERE a IS NULL LIMIT 1;
        """);

    [Fact]
    public void Upserts_and_moved_keys_are_undone() => RoundTrip(
        "upserts",
        """
        CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, u VARCHAR(10) UNIQUE, n INT);
        INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3), (10, 'j', 10);
        SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'; INSERT INTO t VALUES (0, 'zero', 0);
        """,
        """
        INSERT INTO t VALUES (1, 'x', 9), (4, 'd', 4) ON DUPLICATE KEY UPDATE n = n + 100;
        REPLACE INTO t VALUES (2, 'c', 22);
        REPLACE INTO t (u, n) VALUES ('a', 77);
        UPDATE t SET id = id + 1000 WHERE id IN (4, 10);
        DELETE FROM t WHERE id = 0;
        INSERT IGNORE INTO t VALUES (1004, 'nope', 1), (5, 'e', 5);
        """);

    [Fact]
    public void Rows_that_a_collation_takes_for_equal_are_told_apart() => RoundTrip(
        "collations",
        $"""
        CREATE TABLE ci (s VARCHAR(10) COLLATE {Collation});
        CREATE TABLE padded (s VARCHAR(10) COLLATE utf8mb4_general_ci, l TEXT CHARACTER SET latin1);
        CREATE TABLE tails (b BINARY(4), vb VARBINARY(4), c CHAR(4));
        INSERT INTO ci VALUES ('a'), ('A'), ('á'), ('ß'), ('ss');
        INSERT INTO padded VALUES ('a', 'x'), ('a ', 'x'), ('a  ', 'X'), ('A', 'x '), ('', NULL), (' ', '');
        INSERT INTO tails VALUES (0x61, 0x61, 'a'), (0x61, 0x6100, 'a'), (0x6120, 0x6120, 'A'), (0x00, X'', '');
        """,
        """
        INSERT INTO ci VALUES ('A'), ('á'), ('SS');
        UPDATE ci SET s = 'Á' WHERE s = BINARY 'ß';
        INSERT INTO padded VALUES ('a  ', 'x'), ('A ', 'X '), (' ', NULL), ('', ' ');
        UPDATE padded SET s = 'A ' WHERE s = BINARY 'a ' LIMIT 1;
        INSERT INTO tails VALUES (0x61, 0x610000, 'A'), (0x00, 0x00, ''), (0x20, X'', ' ');
        UPDATE tails SET vb = 0x6100 WHERE vb = 0x61;
        """);

    [Fact]
    public void Values_that_strict_modes_refuse_come_back() => RoundTrip(
        "lenient",
        """
        SET sql_mode = 'ALLOW_INVALID_DATES';
        CREATE TABLE t (id INT PRIMARY KEY, e ENUM('a', 'b') NOT NULL, d DATE NOT NULL, dt DATETIME(6) NOT NULL, ts TIMESTAMP NOT NULL,
          y YEAR, tm TIME(6), s SET('p', 'q') NOT NULL);
        CREATE TABLE without_key (e ENUM('', 'b') NOT NULL, d DATE, tm TIME(3));
        INSERT INTO t VALUES (1, 'wrong', '0000-00-00', '0000-00-00', '0000-00-00', 0, '-00:00:00.000001', ''),
          (2, 'a', '2023-02-31', '2023-00-31 01:02:03.5', '1970-01-01 00:00:01', 1901, '-838:59:58.999999', 'p,q');
        INSERT INTO without_key VALUES ('', '2023-02-31', '-12:00:00.5'), ('wrong', '0000-00-00', '-00:00:00.001'), ('wrong', NULL, NULL);
        """,
        """
        SET sql_mode = 'ALLOW_INVALID_DATES';
        DELETE FROM t WHERE id = 2; UPDATE t SET e = 'b', d = '2020-01-01';
        UPDATE without_key SET e = 1 WHERE e = 0 LIMIT 1; DELETE FROM without_key WHERE tm IS NOT NULL;
        INSERT INTO without_key VALUES ('wrong', NULL, NULL), ('', NULL, NULL);
        """);

    [Fact]
    public void Every_type_of_key_finds_its_row() => RoundTrip(
        "all_keys",
        """
        CREATE TABLE k_float (k FLOAT PRIMARY KEY, v INT); CREATE TABLE k_double (k DOUBLE PRIMARY KEY, v INT);
        CREATE TABLE k_decimal (k DECIMAL(40, 20) PRIMARY KEY, v INT); CREATE TABLE k_bit (k BIT(64) PRIMARY KEY, v INT);
        CREATE TABLE k_enum (k ENUM('a', 'b', '1') PRIMARY KEY, v INT); CREATE TABLE k_set (k SET('a', 'b', '1') PRIMARY KEY, v INT);
        CREATE TABLE k_bin (k BINARY(4) PRIMARY KEY, v INT); CREATE TABLE k_vb (k VARBINARY(4) PRIMARY KEY, v INT);
        CREATE TABLE k_ts (k TIMESTAMP(3) DEFAULT '2000-01-01' PRIMARY KEY, v INT); CREATE TABLE k_time (k TIME(6) PRIMARY KEY, v INT);
        CREATE TABLE k_utf16 (k VARCHAR(10) CHARACTER SET utf16 PRIMARY KEY, v INT);
        CREATE TABLE k_gbk (k CHAR(10) CHARACTER SET gbk PRIMARY KEY, v INT);
        CREATE TABLE k_text (k TEXT, v INT, PRIMARY KEY (k(5))); CREATE TABLE k_year (k YEAR PRIMARY KEY, v INT);
        CREATE TABLE k_big (k BIGINT UNSIGNED PRIMARY KEY, v INT);
        INSERT INTO k_float VALUES (0.1, 1), (1e-45, 2), (16777216, 3); INSERT INTO k_double VALUES (0.1, 1), (5e-324, 2), (1e300, 3);
        INSERT INTO k_decimal VALUES (0.00000000000000000001, 1), (-12345678901234567890.1, 2);
        INSERT INTO k_bit VALUES (18446744073709551615, 1), (0, 2);
        INSERT INTO k_enum VALUES ('a', 1), ('b', 2), ('1', 3); INSERT INTO k_set VALUES ('a,b', 1), ('', 2), ('1', 3);
        INSERT INTO k_bin VALUES (0x61, 1), (0x6120, 2), (0x00, 3); INSERT INTO k_vb VALUES (0x61, 1), (0x6100, 2), (X'', 3);
        INSERT INTO k_ts VALUES ('2024-02-29 01:02:03.004', 1), ('1970-01-01 00:00:01', 2);
        INSERT INTO k_time VALUES ('-838:59:58.999999', 1), ('-00:00:00.000001', 2);
        INSERT INTO k_utf16 VALUES ('ü𝄞', 1), ('a''b', 2); INSERT INTO k_gbk VALUES ('中文', 1), ('\\', 2);
        INSERT INTO k_text VALUES ('abcdefg', 1), ('\\''\n', 2); INSERT INTO k_year VALUES (0, 1), (2155, 2);
        INSERT INTO k_big VALUES (0, 1), (18446744073709551615, 2);
        """,
        string.Join('\n', ((string[])["float", "double", "decimal", "bit", "enum", "set", "bin", "vb", "ts", "time", "utf16", "gbk", "text",
            "year", "big"])
            .Select(k => $"UPDATE k_{k} SET v = v + 10; DELETE FROM k_{k} WHERE v = 12;")));

    // 5.6 takes no BLOB of more than a tenth of its redo log.
    [Fact]
    public void A_blob_of_millions_of_bytes_comes_back() => RoundTrip(
        "large",
        $"""
        CREATE TABLE t (id INT PRIMARY KEY, b LONGBLOB, t LONGTEXT);
        INSERT INTO t VALUES (1, REPEAT(0x00FF27, {(Server.Flavour == ServerFlavour.MySql56 ? 1_700_000 : 5_700_000)}), 'x'),
          (2, 'small', REPEAT('ü''\\', 10000));
        """,
        "UPDATE t SET b = 'gone', t = NULL WHERE id = 1; DELETE FROM t WHERE id = 2;");

    [Fact]
    public void A_rolled_back_part_of_a_transaction_is_no_part_of_its_undo() => RoundTrip(
        "savepoints",
        "CREATE TABLE t (id INT PRIMARY KEY); CREATE TABLE m (id INT PRIMARY KEY) ENGINE=MyISAM; INSERT INTO t VALUES (1);",
        """
        BEGIN; INSERT INTO t VALUES (2); SAVEPOINT s; INSERT INTO t VALUES (3); ROLLBACK TO s; INSERT INTO t VALUES (4); COMMIT;
        BEGIN; DELETE FROM t; ROLLBACK;
        INSERT INTO m VALUES (1), (2); UPDATE m SET id = 3 WHERE id = 1;
        """);

    [Fact]
    public void The_undo_binlog_does_not_fire_triggers_and_the_sql_names_them()
    {
        Server.Sql(
            """
            CREATE DATABASE triggered; USE triggered;
            CREATE TABLE t (id INT PRIMARY KEY, v INT); CREATE TABLE audit (n INT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(20));
            CREATE TRIGGER ti AFTER INSERT ON t FOR EACH ROW INSERT INTO audit (what) VALUES (CONCAT('in ', NEW.id));
            CREATE TRIGGER td AFTER DELETE ON t FOR EACH ROW INSERT INTO audit (what) VALUES (CONCAT('out ', OLD.id));
            CREATE TRIGGER tu BEFORE UPDATE ON t FOR EACH ROW SET NEW.v = NEW.v * 2;
            INSERT INTO t VALUES (1, 1), (2, 2);
            """);
        string before = DatabaseState.Read(Server, "triggered");
        Server.FlushLogs();
        Server.Sql("UPDATE t SET v = 10; DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (3, 3), (4, 4)", "triggered");
        string log = Server.FlushLogs();

        string undo = Path.Combine(Server.FolderPath, "triggered.binlog"), sql = Path.Combine(Server.FolderPath, "triggered.sql");
        new Reversal(log).WriteBinlog(undo);
        Server.ApplyBinlog(undo);
        DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "triggered"));

        string[] reasons = new Reversal(log) { SchemaPath = DatabaseState.WriteSchema(Server, "triggered") }.WriteSql(sql);
        Assert.StartsWith("triggered.t: its triggers fire", Assert.Single(reasons));
        string[] comments = [.. File.ReadLines(sql).Where(line => line.Contains("HAS TRIGGERS"))];
        Assert.StartsWith("--   triggered.t,", Assert.Single(comments));
    }

    protected void RoundTrip(string database, string setup, string damage)
    {
        database = $"hard_{database}";
        Server.Sql($"CREATE DATABASE {database} CHARACTER SET utf8mb4");
        Server.Sql("SET NAMES utf8mb4;" + setup, database);
        new RoundTrip(Server, database).Run("SET NAMES utf8mb4;" + damage);
    }
}

/// <summary>The same, and JSON documents, on MySQL since 5.7.</summary>
public abstract class JsonHardCaseTests(ServerFixture fixture) : HardCaseTests(fixture)
{
    [Fact]
    public void Numbers_that_compare_equal_are_told_apart() => RoundTrip(
        "zeros",
        """
        CREATE TABLE reals (d DOUBLE, f FLOAT);
        CREATE TABLE docs (doc JSON);
        INSERT INTO reals VALUES (0e0, 0e0), (-0e0, 0e0), (0e0, -0e0), (0.1, 0.1), (NULL, 1e-45);
        INSERT INTO docs VALUES ('1'), ('1.0'), ('"1"'), ('[0.0]'), ('[-0.0]'), (CAST(CAST(1 AS UNSIGNED) AS JSON)), (CAST(1.0 AS JSON));
        """,
        """
        INSERT INTO reals VALUES (-0e0, -0e0), (-0e0, 0e0);
        UPDATE reals SET d = 5, f = 16777216 WHERE d IS NULL;
        INSERT INTO docs VALUES ('1.0'), ('[-0.0]'), (CAST(1.0 AS JSON)), (CAST(CAST(1 AS UNSIGNED) AS JSON));
        """);

    [Fact]
    public void A_document_that_sql_cannot_make_is_named_but_sql_finds_it()
    {
        const string damage =
            "DELETE FROM keyed; INSERT INTO keyless SELECT JSON_ARRAY(bits) FROM src; INSERT INTO keyless SELECT JSON_ARRAY(b, 1) FROM src";
        Server.Sql(
            """
            CREATE DATABASE opaque; USE opaque;
            CREATE TABLE src (bits BIT(9), b BLOB, g VARBINARY(9)); INSERT INTO src VALUES (257, 0x00FF, 0x00FF);
            CREATE TABLE keyed (id INT PRIMARY KEY, doc JSON); CREATE TABLE keyless (doc JSON);
            INSERT INTO keyed SELECT 1, JSON_OBJECT('b', bits) FROM src; INSERT INTO keyed SELECT 2, JSON_ARRAY(b) FROM src;
            INSERT INTO keyed SELECT 3, JSON_ARRAY(g) FROM src;
            INSERT INTO keyless SELECT doc FROM keyed;
            """);
        string before = DatabaseState.Read(Server, "opaque");
        string? schema = Server.Flavour.HasRowMetadata ? null : DatabaseState.WriteSchema(Server, "opaque");
        Server.FlushLogs();
        Server.Sql(damage, "opaque");
        string log = Server.FlushLogs();

        string undo = Path.Combine(Server.FolderPath, "opaque.binlog"), sql = Path.Combine(Server.FolderPath, "opaque.sql");
        new Reversal(log).WriteBinlog(undo);
        Server.ApplyBinlog(undo);
        DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "opaque"));

        Server.Sql(damage, "opaque");
        Assert.StartsWith("opaque.keyed: 2 rows", Assert.Single(new Reversal(log) { SchemaPath = schema }.WriteSql(sql)));
        string script = File.ReadAllText(sql);
        Assert.DoesNotContain("-- Complete", script);
        Assert.Contains("\n-- NOT COMPLETE: the end of this script says why", script);
        Assert.Contains("\n-- NOT COMPLETE: opaque.keyed: 2 rows", script);
        Server.RunFile(sql);
        Server.Sql("INSERT INTO keyed SELECT 1, JSON_OBJECT('b', bits) FROM src; INSERT INTO keyed SELECT 2, JSON_ARRAY(b) FROM src",
            "opaque");
        DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "opaque"));
    }
}

/// <summary>The same, and what only the current MySQL logs or has.</summary>
[Collection<MySqlServers>]
public sealed class MySqlHardCaseTests(MySqlFixture fixture) : JsonHardCaseTests(fixture)
{
    [Fact]
    public void Rows_that_foreign_keys_changed_are_undone_with_their_parents() => RoundTrip(
        "cascades",
        """
        CREATE TABLE parent (id INT PRIMARY KEY, v INT);
        CREATE TABLE child (id INT PRIMARY KEY, pid INT, FOREIGN KEY (pid) REFERENCES parent (id) ON DELETE CASCADE ON UPDATE CASCADE);
        CREATE TABLE grandchild (id INT PRIMARY KEY, cid INT, FOREIGN KEY (cid) REFERENCES child (id) ON DELETE SET NULL);
        CREATE TABLE person (id INT PRIMARY KEY, boss INT, FOREIGN KEY (boss) REFERENCES person (id) ON DELETE CASCADE);
        INSERT INTO parent VALUES (1, 1), (2, 2), (3, 3); INSERT INTO child VALUES (10, 1), (20, 2), (21, 2), (30, 3);
        INSERT INTO grandchild VALUES (100, 10), (200, 20), (201, 20), (300, 30);
        INSERT INTO person VALUES (1, NULL), (2, 1), (3, 1), (4, 2), (5, 4), (6, 6);
        """,
        """
        DELETE FROM parent WHERE id = 2;
        UPDATE parent SET id = 100 WHERE id = 1;
        BEGIN; INSERT INTO parent VALUES (7, 7); INSERT INTO child VALUES (70, 7); DELETE FROM parent WHERE id = 7; COMMIT;
        DELETE FROM person WHERE id = 1;
        INSERT INTO person VALUES (7, 7), (8, 7);
        """);

    [Fact]
    public void Columns_that_the_server_fills_are_as_they_were() => RoundTrip(
        "filled",
        """
        SET time_zone = '+00:00';
        CREATE TABLE t (id INT PRIMARY KEY, a INT, twice INT AS (a * 2) STORED, thrice INT AS (a * 3) VIRTUAL,
          hidden INT DEFAULT 7 INVISIBLE,
          made TIMESTAMP DEFAULT CURRENT_TIMESTAMP, touched TIMESTAMP(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
          seen DATETIME DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, CHECK (a >= 0));
        INSERT INTO t (id, a, hidden, made, touched, seen) VALUES (1, 1, 1, '2001-01-01', '2001-01-01', '2001-01-01'),
          (2, 2, NULL, '2002-01-01', '2002-01-01', NULL);
        """,
        """
        UPDATE t SET a = 5, touched = touched, seen = seen WHERE id = 1;
        UPDATE t SET a = 6; UPDATE t SET hidden = 3; DELETE FROM t WHERE id = 2; INSERT INTO t (id, a) VALUES (3, 3);
        """);
}
