using MySqlRecovery.Output.Sql;
using MySqlRecovery.Server.Tests.Logs;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Undo;

/// <summary>Tables that foreign keys tie together, of whose changes only some are undone: no reference may lead nowhere.</summary>
public abstract class KinTests(ServerFixture fixture)
{
    private const string Setup = """
        CREATE TABLE par (id INT PRIMARY KEY, code INT) ENGINE = InnoDB;
        CREATE TABLE chi (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES par (id)) ENGINE = InnoDB;
        INSERT INTO par VALUES (1, 10), (2, 20), (3, 30); INSERT INTO chi VALUES (11, 1), (12, 1), (22, 2), (33, 3);
        """;

    private MySqlServer Server => fixture.Server;

    [Theory]
    [InlineData("deleted", "DELETE FROM chi WHERE p = 1", "DELETE FROM par WHERE id = 1", "ERROR 1452 ")]
    [InlineData("moved", "UPDATE chi SET p = 2 WHERE p = 1", "DELETE FROM par WHERE id = 1", "ERROR 1452 ")]
    [InlineData("inserted", "INSERT INTO par VALUES (5, 50)", "INSERT INTO chi VALUES (55, 5)", "ERROR 1451 ")]
    public void What_others_did_since_to_the_rows_of_the_other_table_stops_the_undo(string name, string damage, string others, string error)
    {
        (Reversal chosen, DamagedDatabase database) = Choose($"kin_{name}", damage, others);
        string state = database.State();

        string binlog = Path.Combine(Server.FolderPath, $"kin_{name}.binlog"), sql = Path.Combine(Server.FolderPath, $"kin_{name}.sql");
        chosen.WriteBinlog(binlog);
        Assert.Contains(error, Assert.Throws<InvalidOperationException>(() => Server.ApplyBinlog(binlog)).Message);
        Assert.Empty(chosen.WriteSql(sql));
        Assert.Contains(error, Assert.Throws<InvalidOperationException>(() => Server.RunFile(sql)).Message);
        DatabaseState.AssertEqual(state, database.State());
    }

    [Fact]
    public void Rows_that_come_back_in_one_statement_find_the_rows_that_they_refer_to()
    {
        (Reversal chosen, _) = Choose("kin_batch", "DELETE FROM chi WHERE p = 1", "DELETE FROM par WHERE id = 1");
        string sql = Path.Combine(Server.FolderPath, "kin_batch.sql");
        (chosen with { Form = new SqlForm { BatchSize = 100 } }).WriteSql(sql);
        Assert.Contains("ERROR 1452 ", Assert.Throws<InvalidOperationException>(() => Server.RunFile(sql)).Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void Rows_that_refer_to_rows_of_their_own_table_go_and_come_together(int batchSize)
    {
        var database = new DamagedDatabase(
            Server, $"own_kin{batchSize}",
            """
            CREATE TABLE person (id INT PRIMARY KEY, boss INT, FOREIGN KEY (boss) REFERENCES person (id)) ENGINE = InnoDB;
            INSERT INTO person VALUES (5, NULL), (3, 5), (4, 3), (1, 4);
            """,
            """
            INSERT INTO person VALUES (6, NULL), (7, 6), (8, 7); INSERT INTO person VALUES (9, 8);
            DELETE FROM person WHERE id = 1; DELETE FROM person WHERE id IN (3, 4) ORDER BY id DESC; DELETE FROM person WHERE id = 5;
            """);
        string sql = Path.Combine(Server.FolderPath, $"own_kin{batchSize}.sql");
        var reversal = new Reversal(database.Log) { SchemaPath = database.SchemaPath, Form = new SqlForm { BatchSize = batchSize } };
        Assert.Empty(reversal.WriteSql(sql));
        Server.RunFile(sql);
        DatabaseState.AssertEqual(database.Before, database.State());
    }

    [Fact]
    public void References_that_led_nowhere_before_do_so_again() => new DamagedDatabase(
        Server, "kinless", $"{Setup} SET foreign_key_checks = 0; INSERT INTO chi VALUES (99, 999)",
        "SET foreign_key_checks = 0; DELETE FROM chi WHERE id = 99; DELETE FROM par WHERE id = 3")
    {
        WithSchema = true,
    }.AssertUndone();

    [Theory]
    // Rows that the undo takes away, or whose key it changes, and that others refer to since.
    [InlineData("made", "", "INSERT INTO par VALUES (5, 50)", "INSERT INTO chi VALUES (55, 5)", "chi id=55 | refers to | par id=5")]
    [InlineData("made_c", " ON DELETE CASCADE", "INSERT INTO par VALUES (5, 50)", "INSERT INTO chi VALUES (55, 5)", "chi id=55")]
    [InlineData("made_n", " ON DELETE SET NULL", "INSERT INTO par VALUES (5, 50)", "INSERT INTO chi VALUES (55, 5)", "chi id=55")]
    [InlineData("joined", "", "INSERT INTO par VALUES (5, 50)", "UPDATE chi SET p = 5 WHERE id = 11", "chi id=11 | par id=5")]
    [InlineData("keyed", "", "UPDATE par SET id = 6 WHERE id = 4", "INSERT INTO chi VALUES (55, 6)", "chi id=55 | par id=6")]
    [InlineData("keyed_c", " ON UPDATE CASCADE", "UPDATE par SET id = 6 WHERE id = 4", "INSERT INTO chi VALUES (55, 6)", "chi id=55")]
    [InlineData("unchecked", "", "INSERT INTO par VALUES (5, 50)", "SET foreign_key_checks = 0; INSERT INTO chi VALUES (55, 5)",
        "chi id=55")]
    // Another row has the key back in the end, and what refers to it went or followed meanwhile.
    [InlineData("replaced_c", " ON DELETE CASCADE", "DELETE FROM par WHERE id = 4; INSERT INTO par VALUES (4, 41)",
        "INSERT INTO chi VALUES (55, 4)", "chi id=55 | refers to | par id=4")]
    [InlineData("traded_c", " ON UPDATE CASCADE", "UPDATE par SET id = 9 WHERE id = 4; UPDATE par SET id = 4 WHERE id = 3",
        "INSERT INTO chi VALUES (55, 4)", "chi id=55 | refers to | par id=4")]
    [InlineData("mixed", "", "INSERT INTO par VALUES (5, 50); UPDATE chi SET p = 5 WHERE id = 11",
        "INSERT INTO chi VALUES (55, 5); DELETE FROM chi WHERE id = 11", "chi id=55 | refers to | par id=5")]
    // Rows that the undo brings back, or makes refer, to one that others took away or gave another key since.
    [InlineData("orphaned", "", "DELETE FROM chi WHERE p = 1", "DELETE FROM par WHERE id = 1", "par id=1 | gave up id=1 | chi")]
    [InlineData("rekeyed", "", "DELETE FROM chi WHERE p = 1", "UPDATE par SET id = 9 WHERE id = 1", "par id=1 | gave up id=1")]
    [InlineData("left", "", "UPDATE chi SET p = 2 WHERE p = 1", "DELETE FROM par WHERE id = 1", "par id=1 | gave up id=1")]
    // With its foreign key's action, a row would have gone, lost what it refers to, or followed it.
    [InlineData("remade_c", " ON DELETE CASCADE", "DELETE FROM chi WHERE p = 1",
        "DELETE FROM par WHERE id = 1; INSERT INTO par VALUES (1, 7)", "gave up id=1")]
    [InlineData("remade_n", " ON DELETE SET NULL", "DELETE FROM chi WHERE p = 1",
        "DELETE FROM par WHERE id = 1; INSERT INTO par VALUES (1, 7)", "gave up id=1")]
    [InlineData("swapped_c", " ON UPDATE CASCADE", "DELETE FROM chi WHERE p = 1",
        "UPDATE par SET id = 9 WHERE id = 1; UPDATE par SET id = 1 WHERE id = 4", "gave up id=1")]
    [InlineData("left_c", " ON DELETE CASCADE", "UPDATE chi SET p = 2 WHERE id = 11", "DELETE FROM par WHERE id = 2", "id=2")]
    // What comes to nothing, and what is none of theirs.
    [InlineData("gone", "", "INSERT INTO par VALUES (5, 50)", "INSERT INTO chi VALUES (55, 5); DELETE FROM chi WHERE id = 55", "")]
    [InlineData("moved_on", "", "INSERT INTO par VALUES (5, 50)", "INSERT INTO chi VALUES (55, 5); UPDATE chi SET p = 2 WHERE id = 55", "")]
    [InlineData("remade", "", "DELETE FROM chi WHERE p = 1", "DELETE FROM par WHERE id = 1; INSERT INTO par VALUES (1, 7)", "")]
    [InlineData("elsewhere", "", "INSERT INTO par VALUES (5, 50)", "INSERT INTO chi VALUES (55, 1), (56, NULL)", "")]
    [InlineData("same_key", "", "UPDATE par SET code = 7 WHERE id = 1", "INSERT INTO chi VALUES (55, 1)", "")]
    [InlineData("there_and_back", "", "UPDATE par SET id = 6 WHERE id = 4; UPDATE par SET id = 4 WHERE id = 6",
        "INSERT INTO chi VALUES (55, 4)", "")]
    [InlineData("childless", "", "INSERT INTO chi VALUES (55, 1)", "DELETE FROM chi WHERE p = 2; DELETE FROM par WHERE id = 2", "")]
    public void Rows_that_foreign_keys_tie_to_an_undo_and_that_others_changed_since_are_named(
        string name, string actions, string damage, string others, string expected)
    {
        Reversal chosen = ChooseStart($"tied_{name}", Setup.Replace("(id)) ENGINE", $"(id){actions}) ENGINE", StringComparison.Ordinal)
            + " INSERT INTO par VALUES (4, 40);", damage, others);

        foreach (bool movesBytes in (bool[])[true, false])
        {
            string[] found = chosen.FindLaterChanges(movesBytes);
            if (expected.Length == 0)
            {
                Assert.Empty(found);
                continue;
            }

            // MySQL 9.6 and later logs the rows that a foreign key took along, too.
            string line = Assert.Single(found, f => f.Contains("foreign key", StringComparison.Ordinal));
            Assert.All(expected.Split(" | "), part => Assert.Contains(part, line));
            Assert.Contains("foreign key chi_ibfk_1", line);
            Assert.Contains(" at ", line);
        }
    }

    [Fact]
    public void A_row_whose_key_was_changed_comes_back_whole_in_a_sum_and_refers_to_what_others_took_away()
    {
        Reversal chosen = ChooseStart(
            "tied_sum", Setup.Replace("(id)) ENGINE", "(id) ON DELETE SET NULL) ENGINE", StringComparison.Ordinal),
            "UPDATE chi SET id = 99 WHERE id = 11", "DELETE FROM par WHERE id = 1");
        Assert.DoesNotContain(chosen.FindLaterChanges(movesBytes: false), IsGivenUp);
        Assert.Contains((chosen with { Form = new SqlForm { Fold = true } }).FindLaterChanges(movesBytes: false), IsGivenUp);

        static bool IsGivenUp(string line) => line.Contains("gave up id=1", StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_that_are_undone_too_stand_in_nobodys_way()
    {
        Reversal chosen = ChooseStart("tied_whole", Setup, "INSERT INTO par VALUES (5, 50)", "INSERT INTO chi VALUES (55, 5)");
        Assert.Empty((chosen with { End = null }).FindLaterChanges(movesBytes: true));
        Assert.Single((chosen with { End = null, Table = ["par"] }).FindLaterChanges(movesBytes: true));
        Assert.Empty((chosen with { End = null, Table = ["chi"] }).FindLaterChanges(movesBytes: true));
    }

    [Theory]
    [InlineData("VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_swedish_ci", "VARCHAR(9) CHARACTER SET latin1 COLLATE latin1_swedish_ci",
        "'Wort'", "'wORT'")]
    [InlineData("VARCHAR(255) CHARACTER SET utf8", "VARCHAR(20) CHARACTER SET utf8", "'Wörter'", "'WORTER'")]
    [InlineData("BIGINT UNSIGNED", "BIGINT UNSIGNED", "18446744073709551615", "18446744073709551615")]
    [InlineData("DECIMAL(8,2)", "DECIMAL(8,2)", "1.50", "1.5")]
    [InlineData("DATE", "DATE", "'2026-11-30'", "20261130")]
    [InlineData("VARBINARY(300)", "VARBINARY(9)", "0x00FF", "0x00FF")]
    public void What_a_server_takes_for_one_key_ties_rows_together(string parent, string child, string made, string referring)
    {
        string name = $"tied_{string.Concat(parent.TakeWhile(char.IsLetter))}_{made.Length}".ToLowerInvariant();
        Reversal chosen = ChooseStart(name, $"""
            CREATE TABLE par (id INT PRIMARY KEY, code {parent}, other INT, UNIQUE (code, other)) ENGINE = InnoDB;
            CREATE TABLE chi (id INT PRIMARY KEY, other INT, code {child}, FOREIGN KEY (code, other) REFERENCES par (code, other))
              ENGINE = InnoDB;
            """, $"INSERT INTO par VALUES (5, {made}, 7)", $"INSERT INTO chi VALUES (55, 7, {referring}), (56, NULL, {referring})");

        string line = Assert.Single(chosen.FindLaterChanges(movesBytes: true));
        Assert.Contains("chi id=55", line);
        Assert.Contains("par code=", line);
        Assert.Contains("other=7", line);
    }

    [Fact]
    public void Where_keys_that_differ_in_case_count_as_one_it_is_said_that_rows_may_be_missed()
    {
        const string Code = "code VARCHAR(9) CHARACTER SET latin1 COLLATE latin1_general_cs";
        Reversal chosen = ChooseStart("tied_case", $"""
            CREATE TABLE par ({Code} PRIMARY KEY) ENGINE = InnoDB;
            CREATE TABLE chi (id INT PRIMARY KEY, {Code}, FOREIGN KEY (code) REFERENCES par (code)) ENGINE = InnoDB;
            INSERT INTO par VALUES ('A');
            """, "DELETE FROM par WHERE code = 'A'; INSERT INTO par VALUES ('a')", "INSERT INTO chi VALUES (55, 'a')");
        Assert.Contains(chosen.FindLaterChanges(movesBytes: true), line => line.Contains("may be missed", StringComparison.Ordinal));
    }

    [Fact]
    public void A_row_of_the_own_table_that_came_to_refer_to_one_that_is_undone_is_named()
    {
        Reversal chosen = ChooseStart("tied_own",
            "CREATE TABLE person (id INT PRIMARY KEY, boss INT, FOREIGN KEY (boss) REFERENCES person (id)) ENGINE = InnoDB;",
            "INSERT INTO person VALUES (1, NULL)", "INSERT INTO person VALUES (2, 1)");
        Assert.Contains("person id=2", Assert.Single(chosen.FindLaterChanges(movesBytes: true)));
    }

    [Fact]
    public void A_table_that_was_made_later_and_refers_to_rows_of_the_undo_counts()
    {
        Reversal chosen = ChooseStart("tied_new", Setup, "INSERT INTO par VALUES (5, 50)", """
            CREATE TABLE late (id INT PRIMARY KEY, p INT, CONSTRAINT late_par FOREIGN KEY (p) REFERENCES par (id)) ENGINE = InnoDB;
            INSERT INTO late VALUES (1, 5)
            """);
        Assert.Contains("foreign key late_par", Assert.Single(chosen.FindLaterChanges(movesBytes: true)));
        // Without a schema the log alone tells of the table.
        if (Server.Flavour.HasRowMetadata)
            Assert.Contains("late id=1", Assert.Single((chosen with { SchemaPath = null }).FindLaterChanges(movesBytes: true)));
    }

    [Fact]
    public void A_statement_that_changed_a_table_tied_to_the_undo_without_row_images_is_named()
    {
        Reversal chosen = ChooseStart("tied_statement", Setup, "INSERT INTO par VALUES (5, 50)",
            "SET SESSION binlog_format = 'STATEMENT'; INSERT INTO chi VALUES (55, 5)");
        Assert.Contains("INSERT INTO chi", Assert.Single(chosen.FindLaterChanges(movesBytes: true)));
    }

    // Two logs, of which that with the others' part is not chosen.
    [Theory]
    // Before MySQL 9.6 and in MariaDB no log tells that the child went, to which the grandchild refers.
    [InlineData("taken", " ON DELETE CASCADE", "DELETE FROM gra WHERE id = 111", "DELETE FROM par WHERE id = 1", true)]
    [InlineData("moved", " ON DELETE CASCADE", "UPDATE gra SET id = 112 WHERE id = 111", "DELETE FROM par WHERE id = 1", true)]
    [InlineData("nulled", " ON DELETE SET NULL", "DELETE FROM gra WHERE id = 111", "DELETE FROM par WHERE id = 1", false)]
    [InlineData("apart", " ON DELETE CASCADE", "INSERT INTO par VALUES (9, 9)", "DELETE FROM par WHERE id = 1", false)]
    [InlineData("kept", " ON DELETE CASCADE", "DELETE FROM gra WHERE id = 111", "UPDATE par SET code = 5; INSERT INTO par VALUES (9, 9)",
        false)]
    public void Rows_whose_parents_may_have_gone_with_theirs_are_named(
        string name, string action, string damage, string others, bool isNamed)
    {
        Reversal chosen = ChooseStart(
            $"far_{name}", Setup.Replace("(id)) ENGINE", $"(id){action}) ENGINE", StringComparison.Ordinal)
                + " CREATE TABLE gra (id INT PRIMARY KEY, c INT, FOREIGN KEY (c) REFERENCES chi (id) ON DELETE CASCADE) ENGINE = InnoDB;"
                + " INSERT INTO gra VALUES (111, 11);", damage, others);
        chosen = chosen with { Form = new SqlForm { Fold = true } };
        string[] found = [.. chosen.FindLaterChanges(movesBytes: false).Where(f => f.Contains("foreign key", StringComparison.Ordinal))];

        string part = Server.Flavour == ServerFlavour.MySql ? "gave up id=" : "may have taken rows of";
        Assert.Equal(isNamed, Array.Exists(found, f => f.Contains(part, StringComparison.Ordinal)));
        Assert.Equal(isNamed, found.Length > 0);
    }

    private Reversal ChooseStart(string name, string setup, string damage, string others)
    {
        Server.Sql($"CREATE DATABASE {name}; USE {name}; {setup} FLUSH BINARY LOGS; {damage}; FLUSH BINARY LOGS; {others}; "
            + "FLUSH BINARY LOGS");
        string schema = Path.Combine(Server.FolderPath, $"{name}.sql");
        IEnumerable<string> tables = setup.Split(';', StringSplitOptions.TrimEntries)
            .Where(s => s.StartsWith("CREATE", StringComparison.Ordinal));
        File.WriteAllText(schema, $"USE {name}; {string.Join("; ", tables)};");
        return new Reversal(Server.BinlogFiles[^3], Server.BinlogFiles[^2]) { SchemaPath = schema, End = 4 };
    }

    private (Reversal Chosen, DamagedDatabase Database) Choose(string name, string damage, string others)
    {
        // The log of the damage ends before what the others do.
        var database = new DamagedDatabase(Server, name, Setup, damage);
        Server.Sql(others, name);
        return (new Reversal(database.Log) { SchemaPath = database.SchemaPath }, database);
    }
}
