using System.Globalization;
using System.Text;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Undo;

/// <summary>Changes written in another form than they were done: chosen columns, other tables, one sum for each key.</summary>
public sealed class FormTests(FormTests.Fixture fixture) : IClassFixture<FormTests.Fixture>
{
    private MySqlServer Server => fixture.Server;

    [Fact]
    public void Chosen_columns_come_back_and_later_edits_of_others_stay()
    {
        Server.Sql("CREATE DATABASE chosen; USE chosen; "
            + "CREATE TABLE t (id INT PRIMARY KEY, price DECIMAL(9,2), stock INT, "
            + "touched TIMESTAMP NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP);"
            + "INSERT INTO t VALUES (1, 10, 1, NULL), (2, 20, 2, NULL), (3, 30, 3, NULL)");
        Server.FlushLogs();
        Server.Sql("UPDATE t SET price = 0, stock = stock + 100", "chosen");
        string log = Server.FlushLogs();
        Server.Sql("UPDATE t SET stock = 7, touched = '2001-01-01' WHERE id = 2", "chosen");

        string path = NewPath();
        Assert.Empty(new Reversal(log) { Form = new SqlForm { Columns = ["PRICE"] } }.WriteSql(path));
        Server.RunFile(path);
        Assert.Equal([["1", "10.00", "101"], ["2", "20.00", "7"], ["3", "30.00", "103"]],
            Server.Query("SELECT id, price, stock FROM t ORDER BY id", "chosen"));
        Assert.Equal("2001-01-01 00:00:00", Server.Scalar("SELECT touched FROM t WHERE id = 2", "chosen"));
    }

    [Fact]
    public void Rows_that_chosen_columns_cannot_restore_are_named()
    {
        Server.Sql("CREATE DATABASE unchosen; USE unchosen; CREATE TABLE t (id INT PRIMARY KEY, v INT); CREATE TABLE nokey (v INT); "
            + "CREATE TABLE other (id INT PRIMARY KEY, w INT);"
            + "INSERT INTO t VALUES (1, 1), (2, 2), (3, 3); INSERT INTO nokey VALUES (1); INSERT INTO other VALUES (1, 1)");
        Server.FlushLogs();
        Server.Sql("DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (4, 4); UPDATE t SET id = 5, v = 5 WHERE id = 2; "
            + "UPDATE t SET v = 6 WHERE id = 3; UPDATE nokey SET v = 2; UPDATE other SET w = 2", "unchosen");
        string log = Server.FlushLogs();

        string path = NewPath();
        string[] reasons = new Reversal(log) { Form = new SqlForm { Columns = ["v"] } }.WriteSql(path);
        Assert.Equal(4, reasons.Length);
        Assert.Contains(reasons,
            r => r.StartsWith("unchosen.t: 2 rows", StringComparison.Ordinal)
                && r.Contains("inserted or deleted", StringComparison.Ordinal));
        Assert.Contains(reasons,
            r => r.StartsWith("unchosen.t: 1 rows", StringComparison.Ordinal) && r.Contains("changed the key", StringComparison.Ordinal));
        Assert.Contains(reasons, r => r.StartsWith("unchosen.nokey: 1 rows", StringComparison.Ordinal));
        Assert.Contains(reasons, r => r.StartsWith("unchosen.other: 1 rows", StringComparison.Ordinal));
        Assert.Equal(["UPDATE `unchosen`.`t` SET `v` = 3 WHERE `id` = 3;"],
            File.ReadAllLines(path).Where(l => l.StartsWith("UPDATE", StringComparison.Ordinal)));

        var unknown = Assert.Throws<RecoveryException>(
            () => new Reversal(log) { Form = new SqlForm { Columns = ["vv"] } }.WriteSql(NewPath()));
        Assert.Equal("ColumnUnknown", unknown.ErrorId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Changes_go_to_tables_of_another_name(bool wholeDatabase)
    {
        string database = wholeDatabase ? "old_all" : "old_one", target = wholeDatabase ? "new_all" : "new_one",
            table = wholeDatabase ? "t" : "Ä copy";
        Server.Sql($"CREATE DATABASE {database}; CREATE DATABASE {target}; CREATE TABLE {database}.t (id INT PRIMARY KEY, "
            + $"v VARCHAR(20), b BLOB);"
            + $"CREATE TABLE {target}.`{table}` LIKE {database}.t; INSERT INTO {database}.t VALUES (1, 'a', 'x'), (2, 'b', NULL); "
            + $"INSERT INTO {target}.`{table}` SELECT * FROM {database}.t");
        Server.FlushLogs();
        Server.Sql("UPDATE t SET v = 'z' WHERE id = 1; DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (3, 'ü', 0x00FF)", database);
        string log = Server.FlushLogs();
        var names = new Dictionary<string, string>
        {
            [wholeDatabase ? $"{database}.*" : $"{database}.T"] =
            wholeDatabase ? $"{target}.*" : $"{target}.{table}"
        };
        var reversal = new Reversal(log) { Form = new SqlForm { Renames = TableRenames.Parse(names) } };
        string untouched = DatabaseState.Read(Server, database);
        IReadOnlyList<string[]> Rows(string of) => Server.Query($"SELECT id, v, HEX(b) FROM {of} ORDER BY id");

        string forward = NewPath(), back = NewPath(), undo = NewPath();
        Assert.Empty(reversal.WriteSql(forward, reverse: false));
        Server.RunFile(forward);
        Assert.Equal(Rows($"{database}.t"), Rows($"{target}.`{table}`"));

        UndoBinlog result = reversal.WriteBinlog(undo);
        Assert.Equal([$"{target}.{table}"], result.Table);
        Server.ApplyBinlog(undo, "--verify-binlog-checksum");
        Assert.Equal([["1", "a", "78"], ["2", "b", "NULL"]], Rows($"{target}.`{table}`"));
        Server.RunFile(forward);
        Assert.Empty(reversal.WriteSql(back));
        Server.RunFile(back);
        Assert.Equal([["1", "a", "78"], ["2", "b", "NULL"]], Rows($"{target}.`{table}`"));
        DatabaseState.AssertEqual(untouched, DatabaseState.Read(Server, database));
    }

    [Fact]
    public void Rows_that_traded_what_is_unique_are_summed_up_all_the_same()
    {
        Server.Sql("CREATE DATABASE traded; USE traded; "
            + "CREATE TABLE t (id INT PRIMARY KEY, u VARCHAR(9) UNIQUE, a INT, b INT, UNIQUE (a, b));"
            + "INSERT INTO t VALUES (1, 'a', 1, 1), (2, 'b', 1, 2), (3, 'c', 1, 3), "
            + "(4, 'd', 1, 4), (5, NULL, NULL, 5), (6, NULL, NULL, 6)");
        string before = DatabaseState.Read(Server, "traded"), schema = DatabaseState.WriteSchema(Server, "traded");
        Server.FlushLogs();
        Server.Sql("UPDATE t SET u = 'x' WHERE id = 1; UPDATE t SET u = 'a' WHERE id = 2; UPDATE t SET u = 'B' WHERE id = 1; "
            + "UPDATE t SET b = b + 1 ORDER BY b DESC;"
            + "UPDATE t SET u = NULL WHERE id = 4", "traded");
        string after = DatabaseState.Read(Server, "traded"), log = Server.FlushLogs();
        var reversal = new Reversal(log) { SchemaPath = schema, Form = new SqlForm { Fold = true } };

        string back = NewPath(), forth = NewPath();
        Assert.Empty(reversal.WriteSql(back));
        Server.RunFile(back);
        DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "traded"));
        Assert.Empty(reversal.WriteSql(forth, reverse: false));
        Server.RunFile(forth);
        DatabaseState.AssertEqual(after, DatabaseState.Read(Server, "traded"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public void Rows_that_go_into_one_statement_come_back_as_they_were(int batchSize)
    {
        string database = $"batch{batchSize}";
        Server.Sql($"CREATE DATABASE {database}; USE {database};"
            + "CREATE TABLE t (id BIGINT UNSIGNED PRIMARY KEY, v VARCHAR(20), e ENUM('a','b'));"
            + "CREATE TABLE pair (a INT, b CHAR(5), v INT, PRIMARY KEY (a, b)); CREATE TABLE nokey (v INT); "
            + "CREATE TABLE word (w VARCHAR(9) PRIMARY KEY, v INT);"
            + "INSERT INTO t (id, v, e) VALUES (0, 'zero', 'a'), (1, NULL, NULL), (2, 'it''s', 'b'), (3, 'x\\\\y', 'a'), "
            + "(18446744073709551615, 'last', 'b'), (6, 'ü', 'a'), (7, '', 'b');"
            + "INSERT INTO pair VALUES (1, 'a', 1), (1, 'b', 2), (2, 'a', 3), (2, 'b', 4); "
            + "INSERT INTO nokey VALUES (1), (1), (NULL), (2); INSERT INTO word VALUES ('a', 1), ('b', 2), ('ö', 3)");
        Server.Sql("SET sql_mode = ''; INSERT IGNORE INTO t (id, e) VALUES (9, 'nothing'), (10, 'a'), (11, 'b')", database);
        string before = DatabaseState.Read(Server, database);
        Server.FlushLogs();
        Server.Sql("DELETE FROM t; DELETE FROM pair; DELETE FROM nokey; DELETE FROM word; "
            + "INSERT INTO t (id, v) VALUES (20, 'new'), (21, 'new'), (22, 'new'), (23, 'new'), (0, 'again')", database);
        Server.Sql("INSERT INTO pair VALUES (9, 'z', 9), (9, 'y', 9); INSERT INTO word VALUES ('q', 1), ('r', 2); "
            + "UPDATE t SET v = 'changed' WHERE id > 20", database);
        string after = DatabaseState.Read(Server, database), log = Server.FlushLogs();
        var reversal = new Reversal(log) { Form = new SqlForm { BatchSize = batchSize } };

        string back = NewPath(), forth = NewPath();
        Assert.Empty(reversal.WriteSql(back));
        Server.RunFile(back);
        DatabaseState.AssertEqual(before, DatabaseState.Read(Server, database));
        Assert.Empty(reversal.WriteSql(forth, reverse: false));
        Server.RunFile(forth);
        DatabaseState.AssertEqual(after, DatabaseState.Read(Server, database));

        string[] lines = File.ReadAllLines(back);
        Assert.Equal(batchSize switch { 1 => 21, 3 => 9, _ => 6 }, lines.Count(l => l.StartsWith("INSERT", StringComparison.Ordinal)));
        Assert.Equal(batchSize switch { 1 => 5, 3 => 2, _ => 1 },
            lines.Count(l => l.StartsWith($"DELETE FROM `{database}`.`t`", StringComparison.Ordinal)));
        Assert.Equal(2, lines.Count(l => l.StartsWith($"DELETE FROM `{database}`.`word`", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(ServerFlavours.All), MemberType = typeof(ServerFlavours))]
    public void Rows_are_deleted_together_by_keys_of_every_integer_type(ServerFlavour flavour)
    {
        (string Type, string Least, string Most)[] types =
        [
            ("TINYINT", "-128", "127"), ("TINYINT UNSIGNED", "0", "255"), ("SMALLINT", "-32768", "32767"),
            ("SMALLINT UNSIGNED", "0", "65535"),
            ("MEDIUMINT", "-8388608", "8388607"), ("MEDIUMINT UNSIGNED", "0", "16777215"), ("INT", "-2147483648", "2147483647"),
            ("INT UNSIGNED", "0", "4294967295"), ("BIGINT", "-9223372036854775808", "9223372036854775807"),
            ("BIGINT UNSIGNED", "0", "18446744073709551615"),
        ];
        using MySqlServer server = MySqlServer.Start(flavour);
        string schema = NewPath(), back = NewPath(), forth = NewPath();
        string create = string.Concat(
            types.Select((t, i) =>
                $"CREATE TABLE t{i} (id {t.Type} PRIMARY KEY, v VARCHAR(20), b BLOB) ENGINE=InnoDB DEFAULT CHARSET=latin1;\n"));
        File.WriteAllText(schema, $"CREATE DATABASE keyed; USE keyed;\n{create}");
        server.Sql($"SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'; CREATE DATABASE keyed; USE keyed; {create}"
            + string.Concat(types.Select(
                (_, i) => $"INSERT INTO t{i} VALUES (5, 'stays', NULL), (6, 'goes', 0x00FF), (7, 'é', NULL), (8, NULL, '');")));
        string before = DatabaseState.Read(server, "keyed");
        server.FlushLogs();
        server.Sql("SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'; "
            + string.Concat(types.Select(
                (t, i) => $"INSERT INTO t{i} VALUES ({t.Least}, 'least', 'x'), (1, 'it''s', NULL), ({t.Most}, 'most', 0xFF); "
                    + $"DELETE FROM t{i} WHERE id > 5 AND id < 9;")), "keyed");
        string after = DatabaseState.Read(server, "keyed");
        var reversal = new Reversal(server.FlushLogs()) { Form = new SqlForm { BatchSize = 100 }, SchemaPath = schema };

        Assert.Empty(reversal.WriteSql(back));
        server.RunFile(back);
        DatabaseState.AssertEqual(before, DatabaseState.Read(server, "keyed"));
        Assert.Empty(reversal.WriteSql(forth, reverse: false));
        server.RunFile(forth);
        DatabaseState.AssertEqual(after, DatabaseState.Read(server, "keyed"));
        foreach (string script in (string[])[back, forth])
        {
            string[] lines = File.ReadAllLines(script);
            Assert.Equal(types.Length, lines.Count(l => l.StartsWith("DELETE", StringComparison.Ordinal)));
            Assert.Equal(types.Length, lines.Count(l => l.StartsWith("INSERT", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void A_table_name_that_nothing_has_ends_it_before_anything_is_written()
    {
        Server.Sql("CREATE DATABASE typing; CREATE TABLE typing.t (id INT PRIMARY KEY)");
        Server.FlushLogs();
        Server.Sql("INSERT INTO typing.t VALUES (1)");
        string log = Server.FlushLogs(), path = NewPath();
        var reversal = new Reversal(
            log)
        { Form = new SqlForm { Renames = TableRenames.Parse(new Dictionary<string, string> { ["typing.tt"] = "typing.u" }) } };
        Assert.Equal("TableMapUnused", Assert.Throws<RecoveryException>(() => reversal.WriteSql(path)).ErrorId);
        Assert.Equal("TableMapUnused", Assert.Throws<RecoveryException>(() => reversal.WriteBinlog(path)).ErrorId);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_fold_of_random_changes_comes_to_the_same_and_its_undo_too()
    {
        Server.Sql("CREATE DATABASE fold; USE fold; CREATE TABLE t (a INT, b VARCHAR(10), v INT, w BLOB, PRIMARY KEY (b, a)); "
            + "CREATE TABLE u (id INT PRIMARY KEY, v INT)");
        Server.Sql(string.Concat(
            Enumerable.Range(0, 20)
                .Select(i => $"INSERT INTO t VALUES ({i % 5}, 'k{i / 5}', {i}, NULL); INSERT INTO u VALUES ({i}, {i});")), "fold");
        string before = DatabaseState.Read(Server, "fold");
        Server.FlushLogs();
        Server.Sql(RandomChanges(400), "fold");
        string log = Server.FlushLogs();
        string after = DatabaseState.Read(Server, "fold");

        var reversal = new Reversal(log) { Form = new SqlForm { Fold = true } };
        string undo = NewPath(), redo = NewPath();
        Assert.Empty(reversal.WriteSql(undo));
        Server.RunFile(undo);
        DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "fold"));
        Assert.Empty(reversal.WriteSql(redo, reverse: false));
        Server.RunFile(redo);
        DatabaseState.AssertEqual(after, DatabaseState.Read(Server, "fold"));
        Assert.Single(File.ReadAllLines(undo), "BEGIN;");
        string[] keys = [.. File.ReadAllLines(undo).Where(l => l.StartsWith("UPDATE", StringComparison.Ordinal))
            .Select(l => l[l.IndexOf(" WHERE ", StringComparison.Ordinal)..] + l[..14])];
        Assert.Equal(keys.Distinct().Count(), keys.Length);
    }

    [Fact]
    public void A_fold_refuses_what_it_cannot_sum_up()
    {
        Server.Sql("CREATE DATABASE nofold; USE nofold; CREATE TABLE nokey (v INT); CREATE TABLE t (id INT PRIMARY KEY, v INT); "
            + "INSERT INTO t VALUES (1, 1)");
        Server.FlushLogs();
        Server.Sql("UPDATE t SET v = 2; UPDATE t SET v = 3; UPDATE t SET v = 4; INSERT INTO nokey VALUES (7)", "nofold");
        string log = Server.FlushLogs();
        Assert.Equal("FoldNeedsKey", Refusal(new Reversal(log)));
        // Of the three updates the first and the last: what came between is not theirs to undo.
        Assert.Equal("FoldInterrupted", Refusal(new Reversal(log) { Where = new Dictionary<string, object> { ["v"] = new[] { 1, 4 } } }));

        string Refusal(Reversal reversal) =>
            Assert.Throws<RecoveryException>(() => (reversal with { Form = new SqlForm { Fold = true } }).WriteSql(NewPath())).ErrorId;
    }

    [Fact]
    public void Rows_that_were_changed_again_later_by_others_are_found()
    {
        Server.Sql("CREATE DATABASE later; USE later; CREATE TABLE t (id INT PRIMARY KEY, v INT, w INT); CREATE TABLE nokey (v INT, w INT);"
            + "INSERT INTO t VALUES (1, 1, 1), (2, 2, 2), (3, 3, 3), (4, 4, 4); INSERT INTO nokey VALUES (1, 1), (2, 2)");
        Server.FlushLogs();
        Server.Sql("BEGIN; UPDATE t SET v = 0 WHERE id < 4; UPDATE nokey SET v = 0; COMMIT", "later");
        long end = Server.Position().Offset;
        Server.Sql("UPDATE t SET w = 9 WHERE id = 1; DELETE FROM t WHERE id = 2; UPDATE t SET v = 5 WHERE id = 4; "
            + "UPDATE t SET v = 5 WHERE id = 1; UPDATE t SET w = 8 WHERE id = 3; UPDATE t SET v = 8 WHERE id = 3; "
            + "UPDATE nokey SET w = 9 WHERE w = 2", "later");
        string log = Server.FlushLogs();

        string[] found = Find(log, end, []);
        Assert.Equal(4, found.Length);
        Assert.StartsWith("later.t id=1 at binlog.", found[0]);
        Assert.StartsWith("later.t id=2 at binlog.", found[1]);
        Assert.StartsWith("later.t id=3 at binlog.", found[2]);
        Assert.StartsWith("later.nokey at binlog.", found[3]);
        Assert.Equal(["id=1", "id=2", "id=3"], Find(log, end, ["v"]).Select(f => f.Split(' ')[1]).Where(f => f != "at").Order());
        Assert.Empty(Find(log, null, []));
    }

    [Fact]
    public void Damage_after_what_was_chosen_is_named_and_does_not_stop_the_undo()
    {
        Server.Sql("CREATE DATABASE broken; CREATE TABLE broken.t (id INT PRIMARY KEY, v INT); INSERT INTO broken.t VALUES (1, 1)");
        Server.FlushLogs();
        Server.Sql("UPDATE broken.t SET v = 2");
        long end = Server.Position().Offset;
        Server.Sql("UPDATE broken.t SET v = 3; INSERT INTO broken.t VALUES (2, 2)");
        byte[] bytes = File.ReadAllBytes(Server.FlushLogs());
        bytes[^60] ^= 1;
        string log = NewPath() + ".000001";
        File.WriteAllBytes(log, bytes);

        string[] found = Find(log, end, []);
        Assert.Equal(2, found.Length);
        Assert.StartsWith("broken.t id=1 at ", found[0]);
        Assert.StartsWith("not looked for after this: ", found[1]);
    }

    private static string[] Find(string log, long? stop, string[] columns)
    {
        var selection = new EventSelection(EventFilter.All, isPart: stop != null);
        using var scan = new EventScan([LogRange.Whole(log) with { Stop = stop ?? long.MaxValue, IsReadWhole = true }], EventFilter.All,
            TestContext.Current.CancellationToken);
        return new LaterChanges(selection, columns).Find(scan);
    }

    // Keys that come, change, move to where others were, go and come again. Some statements find nothing to do.
    private static string RandomChanges(int count)
    {
        var random = new Random(20261121);
        var sql = new StringBuilder();
        for (int i = 0; i < count; i++)
        {
            int a = random.Next(6), id = random.Next(25), v = random.Next(1000);
            string b = string.Create(CultureInfo.InvariantCulture, $"k{random.Next(5)}");
            sql.AppendLine(random.Next(8) switch
            {
                0 => $"DELETE FROM t WHERE a = {a} AND b = '{b}';",
                1 => $"REPLACE INTO t VALUES ({a}, '{b}', {v}, REPEAT('x', {v}));",
                2 => $"UPDATE IGNORE t SET a = {random.Next(6)}, v = {v} WHERE b = '{b}' LIMIT 1;",
                3 => $"UPDATE t SET v = v + 1 WHERE a = {a};",
                4 => $"DELETE FROM u WHERE id = {id};",
                5 => $"INSERT INTO u VALUES ({id}, {v}) ON DUPLICATE KEY UPDATE v = {v};",
                6 => $"UPDATE u SET id = id + 1 WHERE id > {id} ORDER BY id DESC;",
                _ => $"BEGIN; UPDATE u SET v = -v WHERE id = {id}; DELETE FROM u WHERE id = {id}; "
                    + $"INSERT INTO u VALUES ({id}, {v}); COMMIT;",
            });
        }

        return sql.ToString();
    }

    private string NewPath() => Path.Combine(Server.FolderPath, Guid.NewGuid().ToString("N"));

    public sealed class Fixture() : ServerFixture(ServerFlavour.MySql, "binlog-row-metadata=FULL");
}
