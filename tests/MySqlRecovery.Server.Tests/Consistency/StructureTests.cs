using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Consistency.Schema;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

/// <summary>Definitions and counters that differ between a real source and its replica.</summary>
public abstract class StructureTests(ReplicationPairFixture fixture)
{
    private ReplicationPair Pair => fixture.Pair;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_kind_of_drift_is_named_and_equal_definitions_are_silent()
    {
        Pair.Sql(
            "CREATE DATABASE s; CREATE DATABASE p; CREATE TABLE s.parent (id INT PRIMARY KEY) ENGINE=InnoDB; "
                + "CREATE TABLE s.gone (id INT); CREATE TABLE s.t (id INT PRIMARY KEY, a VARCHAR(20) CHARACTER SET utf8mb4 DEFAULT 'x''y', "
            + "b INT UNSIGNED NOT NULL DEFAULT 7, c TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, "
            + "d DECIMAL(10,2), parent INT, KEY ab (a, b), UNIQUE KEY u (d), "
            + "CONSTRAINT fk FOREIGN KEY (parent) REFERENCES s.parent (id) ON DELETE CASCADE) ENGINE=InnoDB; "
            + "CREATE TABLE p.t (id INT PRIMARY KEY, y INT) ENGINE=InnoDB; "
            + "CREATE TRIGGER s.tr BEFORE INSERT ON s.t FOR EACH ROW SET NEW.b = 1; "
            + "CREATE EVENT s.e ON SCHEDULE EVERY 1 DAY DO SET @x = 1");
        Assert.Empty(Check("s").Concat(Check("p")).Select(f => f.ToString()));

        string word = Pair.Source.Flavour.ReplicaWord;
        Pair.Replica.Sql(
            "SET sql_log_bin = 0; ALTER TABLE s.t DROP FOREIGN KEY fk; "
                + "ALTER TABLE s.t DROP KEY ab, MODIFY a VARCHAR(30) CHARACTER SET latin1 DEFAULT 'z' AFTER b, MODIFY d DECIMAL(10,3), "
            + "ADD extra INT, DROP KEY u, ADD UNIQUE KEY u (d, b), ROW_FORMAT=REDUNDANT; DROP TABLE s.gone; DROP TRIGGER s.tr; "
            + "ALTER EVENT s.e ENABLE; CREATE TABLE s.more (id INT); "
            + "ALTER TABLE p.t PARTITION BY HASH (id) PARTITIONS 2");

        Assert.Equal(
            [
                "Error e event e", "Error gone ", "Error more ", "Error t character set of column a", "Error t column extra",
                "Error t column order", "Error t foreign key fk",
                "Error t key u", "Error t type of column a", "Error t type of column d", "Info t row format",
                "Warning t default of column a", "Warning t key ab", "Warning t trigger tr",
            ],
            Check("s").Select(f =>
                $"{(f.Key == "event e" ? "Error" : f.Severity)} {f.Table ?? "e"} "
                    + $"{(f.Evidence[0].Contains(" of column ") ? f.Evidence[0].Split(" is ")[0] : f.Key)}").Order(StringComparer.Ordinal));
        Assert.Equal("partitions", Assert.Single(Check("p")).Key);
        ConsistencyFinding finding = Check("s").Single(f => f.Key == "event e");
        Assert.Contains($"DISABLE ON {word}", finding.Repair);
        Pair.Replica.Sql("SET sql_log_bin = 0; " + finding.Repair);
        Assert.DoesNotContain(Check("s"), f => f.Key == "event e");
    }

    [Fact]
    public void Views_routines_constraints_sequences_and_comments_are_compared()
    {
        bool hasChecks = Pair.Source.Flavour is not (ServerFlavour.MySql56 or ServerFlavour.MySql57),
            hasSequences = Pair.Source.Flavour.IsMariaDb;
        Pair.Sql(
            "CREATE DATABASE o; USE o; CREATE TABLE t (id INT PRIMARY KEY, v INT, w INT COMMENT 'a'"
                + (hasChecks ? ", CONSTRAINT c CHECK (v < 10)" : "")
            + ") ENGINE=InnoDB COMMENT 'b'; CREATE VIEW seen AS SELECT id, v FROM t WHERE v > 1; CREATE VIEW gone AS SELECT 1 AS x; "
            + "CREATE PROCEDURE p (IN a INT, OUT b VARCHAR(10)) SET b = a; "
            + "CREATE FUNCTION f (a INT) RETURNS INT DETERMINISTIC RETURN a + 1; "
            + "CREATE PROCEDURE f () DO 1; CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SET @x = 1; "
            + (hasSequences ? "CREATE SEQUENCE s START 5 INCREMENT 1; CREATE SEQUENCE s2; SELECT NEXTVAL(s); " : ""));
        Assert.Empty(Check("o").Select(f => f.ToString()));

        Pair.Replica.Sql(
            "SET sql_log_bin = 0; USE o; DROP VIEW gone; ALTER VIEW seen AS SELECT id, v FROM t WHERE v > 2; DROP PROCEDURE p; "
            + "CREATE PROCEDURE p (IN a INT, OUT b VARCHAR(11)) SET b = a; DROP FUNCTION f; CREATE PROCEDURE more () DO 2; "
            + "ALTER EVENT e DO SET @x = 2; ALTER TABLE t COMMENT 'other', MODIFY w INT COMMENT 'other'"
            + (hasChecks ? ", DROP CONSTRAINT c, ADD CONSTRAINT c CHECK (v < 11); " : "; ")
            + (hasSequences ? "DROP SEQUENCE s2; SELECT SETVAL(s, 3, 0)" : ""));
        Pair.Source.Sql("SET sql_log_bin = 0; " + (hasSequences ? "SELECT SETVAL(o.s, 5000, 0)" : "DO 1"));
        string[] found = [.. Check("o").Select(f => $"{f.Severity} {f.Table} {f.Key}").Order(StringComparer.Ordinal)];
        string[] expected =
        [
            "Error  routine f (function)", "Error  routine more (procedure)", "Error  view gone", "Info t column w", "Info t comment",
            "Warning  event e", "Warning  routine p (procedure)", "Warning  view seen",
            .. hasChecks ? ["Error t check constraint c"] : Array.Empty<string>(),
            .. hasSequences ? ["Error s sequence", "Error s2 sequence"] : Array.Empty<string>(),
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), found);
        if (!hasSequences)
            return;
        Pair.Replica.Sql("SET sql_log_bin = 0; " + Check("o").Single(f => f.Table == "s").Repair);
        Assert.DoesNotContain(Check("o"), f => f.Table == "s");
    }

    [Fact]
    public void Names_with_dots_and_quotes_neither_end_a_repair_nor_are_taken_for_one_another()
    {
        Pair.Sql("""
            CREATE DATABASE `q.d`; CREATE DATABASE q; CREATE DATABASE keep;
            CREATE TABLE `q.d`.t (id INT PRIMARY KEY) ENGINE=InnoDB; CREATE TABLE q.`d.t` (id INT PRIMARY KEY, b INT) ENGINE=InnoDB;
            CREATE TRIGGER `q.d`.tr BEFORE INSERT ON `q.d`.t FOR EACH ROW SET @a = 1;
            CREATE TRIGGER q.`d.tr` BEFORE INSERT ON q.`d.t` FOR EACH ROW SET @b = 1;
            CREATE EVENT `q.d`.`e``; DROP DATABASE keep; #` ON SCHEDULE EVERY 1 DAY DO SET @x = 1
            """);
        Assert.Empty(Check("q").Concat(Check("q.d")).Select(f => f.ToString()));

        Pair.Replica.Sql("SET sql_log_bin = 0; ALTER EVENT `q.d`.`e``; DROP DATABASE keep; #` ENABLE");
        ConsistencyFinding finding = Assert.Single(Check("q.d"));
        Pair.Replica.Sql("SET sql_log_bin = 0; " + finding.Repair);

        Assert.Empty(Check("q.d"));
        Pair.Replica.Sql("USE keep");
    }

    [Fact]
    public void A_counter_that_gives_out_what_is_taken_is_an_error_with_its_repair()
    {
        Pair.Sql("CREATE DATABASE c; CREATE TABLE c.t (id INT PRIMARY KEY AUTO_INCREMENT, u INT UNIQUE, v INT) ENGINE=InnoDB; "
            + "INSERT INTO c.t (u, v) VALUES (1, 1), (2, 2)");
        Assert.Empty(Check("c"));

        Pair.Sql("BEGIN; INSERT INTO c.t (u, v) VALUES (3, 3); ROLLBACK");
        Assert.Equal("Info AutoIncrement id", Assert.Single(Check("c").Select(f => $"{f.Severity} {f.Type} {f.Key}")));

        // Logged as an update, which gives the row a new number: before 8.0 MySQL's replicas do not move their counter for that.
        Pair.Sql("REPLACE INTO c.t (u, v) VALUES (1, 5); REPLACE INTO c.t (u, v) VALUES (2, 5)");
        List<ConsistencyFinding> findings = Check("c");
        if (Pair.Source.Flavour is not (ServerFlavour.MySql56 or ServerFlavour.MySql57))
        {
            Assert.DoesNotContain(findings, f => f.Severity != FindingSeverity.Info);
            return;
        }

        ConsistencyFinding finding = Assert.Single(findings);
        Assert.Equal((FindingType.AutoIncrement, FindingSeverity.Error, "id"), (finding.Type, finding.Severity, finding.Key));
        Pair.Replica.Sql("SET sql_log_bin = 0; " + finding.Repair);
        Assert.Empty(Check("c"));
    }

    private List<ConsistencyFinding> Check(string database)
    {
        ServerPair servers = Pair.Compare(Token);
        using ComparedServer source = servers.Source, replica = servers.Replica;
        return [.. new SchemaCheck(servers, new TableFilter([database], [], [], [])).Run(e => throw e, Token)];
    }
}
