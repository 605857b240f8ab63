using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Consistency;
using MySqlRecovery.Consistency.Data;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

/// <summary>Rows that differ between a real source and its replica, found and repaired.</summary>
public abstract partial class DataTests(ReplicationPairFixture fixture)
{
    private ReplicationPair Pair => fixture.Pair;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What differs on the replica, and the column that is to be named.</summary>
    private static readonly (string Change, string Column)[] Traps =
    [
        ("c = 'x  '", "c"),
        ("c = ''", "c"),
        ("c = NULL", "c"),
        ("c = 'X'", "c"),
        ("c = 'x\\0'", "c"),
        ("c = CONCAT(c, ',1:', d)", "c"),
        ("t = 'x '", "t"),
        ("l = _latin1 X'E8'", "l"),
        ("b = X'00FF'", "b"),
        ("bl = X'00FE00'", "bl"),
        ("f = 1.1000001", "f"),
        ("d = -0e0", "d"),
        ("d = 0.30000000000000004e0", "d"),
        ("n = n + 0.01", "n"),
        ("dt = '2024-02-29 12:00:00.000001'", "dt"),
        ("ts = '2024-02-29 12:00:01'", "ts"),
        ("ti = '-838:59:59'", "ti"),
        ("y = 1999", "y"),
        ("bi = b'101'", "bi"),
        ("e = 'b'", "e"),
        ("e = 0", "e"),
        ("s = 'a,b'", "s"),
        ("g = POINT(2, 1)", "g"),
        ("u = 18446744073709551615", "u"),
    ];

    [Fact]
    public void Every_kind_of_difference_is_one_finding_that_names_its_column_and_repairs_it()
    {
        string database = Create("traps", "id INT PRIMARY KEY, " + Columns);
        // MariaDB stores 0 for -0.0.
        (string Change, string Column)[] traps = [.. Traps.Where(t => t.Change != "d = -0e0" || !Pair.Source.Flavour.IsMariaDb)];
        Pair.Sql(string.Concat(Enumerable.Range(1, traps.Length + 5).Select(i => $"INSERT INTO t VALUES ({i}, {Values});")), database);
        Assert.Empty(Compare(database));

        for (int i = 0; i < traps.Length; i++)
        {
            OnReplica($"UPDATE t SET {traps[i].Change}, ts = {(traps[i].Column == "ts" ? "'2024-02-29 12:00:01'" : "ts")} WHERE id = "
                + $"{i + 1}", database);
        }

        List<ConsistencyFinding> findings = Compare(database);
        Assert.Equal(
            traps.Select((t, i) => $"`id` = {i + 1}: columns that differ: {t.Column}"),
            findings.Select(f => $"{f.Key}: {f.Evidence[0]}"));
        Assert.All(findings, f => Assert.Equal((FindingType.RowDifferent, FindingConfidence.Proven), (f.Type, f.Confidence)));
        Assert.Equal(traps.Select(t => t.Column), Compare(database, fast: true).Select(f => f.Evidence[0].Split(' ')[^1]));
        Repair(findings, database);
    }

    [Fact]
    public void Missing_extra_and_changed_rows_are_told_apart_and_repaired_although_a_unique_key_is_in_the_way()
    {
        string database = Create("kinds", "a INT, b VARCHAR(20) CHARACTER SET utf8mb4, u INT UNIQUE, v INT, PRIMARY KEY (b, a)");
        Pair.Sql("INSERT INTO t VALUES " + string.Join(',', Enumerable.Range(1, 3000).Select(i => $"({i}, 'caf\u00e9 {i % 7}', {i}, {i})")),
            database);
        Assert.Empty(Compare(database));

        OnReplica(
            "DELETE FROM t WHERE a = 5; INSERT INTO t VALUES (4000, 'zz', 5, 0), (-1, '', NULL, NULL); UPDATE t SET v = NULL WHERE a = 77; "
                +
            "UPDATE t SET u = -u WHERE a IN (8, 9); UPDATE t SET u = 17 + u WHERE u < 0", database);

        List<ConsistencyFinding> findings = Compare(database);
        Assert.Equal(
            [
                "RowDifferent `b` = 'caf\u00e9 0' AND `a` = 77", "RowDifferent `b` = 'caf\u00e9 1' AND `a` = 8",
                "RowDifferent `b` = 'caf\u00e9 2' AND `a` = 9",
                "RowExtra `b` = '' AND `a` = -1", "RowExtra `b` = 'zz' AND `a` = 4000", "RowMissing `b` = 'caf\u00e9 5' AND `a` = 5",
            ],
            findings.Select(f => $"{f.Type} {f.Key}").Order(StringComparer.Ordinal));
        ConsistencyFinding missing = findings.Single(f => f.Type == FindingType.RowMissing);
        Assert.Equal([5, "caf\u00e9 5", 5, 5], missing.SourceRow!.Values.Cast<object>());
        Assert.Null(missing.ReplicaRow);
        Repair(findings, database);
    }

    [Fact]
    public void A_hundred_of_a_thousand_rows_with_one_flag_flipped_are_these_hundred()
    {
        string database = Create("flip", "id INT PRIMARY KEY, name VARCHAR(20), created DATETIME, is_active TINYINT");
        Pair.Sql("INSERT INTO t VALUES "
            + string.Join(',', Enumerable.Range(1, 1000).Select(i => $"({i}, 'n{i:0000}', '2024-01-01 00:00:00', 1)")), database);
        OnReplica("UPDATE t SET is_active = 0 WHERE id <= 100", database);

        foreach (bool fast in (bool[])[false, true])
            Assert.Equal(Enumerable.Range(1, 100).Select(i => $"`id` = {i}"), Compare(database, fast).Select(f => f.Key));
    }

    [Fact]
    public void Text_that_a_collation_takes_for_equal_and_keys_that_it_does_not_are_compared_by_their_bytes()
    {
        string database = Create("collation", "k VARCHAR(20) CHARACTER SET latin1 PRIMARY KEY, v VARCHAR(20) CHARACTER SET utf8mb4");
        Pair.Sql("INSERT INTO t VALUES " + string.Join(',', Enumerable.Range(1, 2500).Select(i => $"('key{i}', 'stra\u00dfe')")), database);
        OnReplica("UPDATE t SET k = 'KEY7' WHERE k = 'key7'; UPDATE t SET v = 'STRASSE' WHERE k = 'key2000'", database);

        List<ConsistencyFinding> findings = Compare(database);
        Assert.Equal(
            ["RowDifferent `k` = 'key2000'", "RowExtra `k` = 'KEY7'", "RowMissing `k` = 'key7'"],
            findings.Select(f => $"{f.Type} {f.Key}").Order(StringComparer.Ordinal));
        Repair(findings, database);
    }

    [Fact]
    public void Keys_whose_columns_have_no_common_order_are_cut_as_far_as_they_have_one()
    {
        string database = Create("order_of_keys", "a INT, b BIT(16), v INT, PRIMARY KEY (a, b)");
        Pair.Sql("INSERT INTO t VALUES " + string.Join(',', Enumerable.Range(1, 9000).Select(i => $"({i / 4000}, {i}, {i})")), database);
        Pair.Sql("CREATE TABLE e (s SET('a','b','c','d') PRIMARY KEY, v INT); INSERT INTO e VALUES ('', 1), ('a', 2), ('a,d', 3)",
            database);
        Assert.Empty(Compare(database));
        OnReplica("UPDATE t SET v = 0 WHERE b = 4001; UPDATE t SET v = 0 WHERE b = 8999; DELETE FROM e WHERE s = 'a,d'", database);

        List<ConsistencyFinding> findings = Compare(database);
        Assert.Equal(["`s` = 'a,d'", "`a` = 1 AND `b` = 4001", "`a` = 2 AND `b` = 8999"], findings.Select(f => f.Key));
        Repair(findings, database);
    }

    [Fact]
    public void Duplicates_in_a_table_without_key_are_counted()
    {
        string database = Create("keyless", Columns);
        Pair.Sql($"INSERT INTO t VALUES ({Values}), ({Values}), ({Values}), ({Nulls}), ({Nulls})", database);
        Assert.Empty(Compare(database));

        OnReplica($"DELETE FROM t WHERE c IS NOT NULL LIMIT 1; INSERT INTO t VALUES ({Nulls}); "
            + $"UPDATE t SET d = 1e-300 WHERE c IS NOT NULL LIMIT 1", database);

        List<ConsistencyFinding> findings = Compare(database);
        Assert.Equal(
            ["RowExtra", "RowExtra", "RowMissing", "RowMissing"], findings.Select(f => f.Type.ToString()).Order(StringComparer.Ordinal));
        Repair(findings, database);
    }

    [Fact]
    public void A_table_of_another_character_set_and_another_key_is_compared_by_what_it_says()
    {
        string database = Create("drift", "id INT PRIMARY KEY, v VARCHAR(20) CHARACTER SET utf8mb4, n INT");
        Pair.Sql("INSERT INTO t VALUES (1, 'gr\u00fcn', 1), (2, 'rot', 2), (3, NULL, 3)", database);
        OnReplica("ALTER TABLE t MODIFY v VARCHAR(20) CHARACTER SET latin1, DROP PRIMARY KEY; INSERT INTO t VALUES (2, 'rot', 2)",
            database);

        ConsistencyFinding finding = Assert.Single(Compare(database));
        Assert.Equal((FindingType.RowExtra, (object)2), (finding.Type, finding.ReplicaRow!["id"]));
        OnReplica(finding.Repair!, database);
        Assert.Empty(Compare(database));
    }

    [Fact]
    public void A_comparison_that_was_broken_off_goes_on_where_it_was()
    {
        string database = Create("resume", "id INT PRIMARY KEY, v INT");
        Pair.Sql("INSERT INTO t VALUES " + string.Join(',', Enumerable.Range(1, 4000).Select(i => $"({i * 10}, {i})")), database);
        OnReplica("UPDATE t SET v = 0 WHERE id IN (10, 40000)", database);
        string path = Path.Combine(Pair.Source.FolderPath, "checkpoint.json");
        ServerPair servers = Pair.Compare(Token);
        using ComparedServer source = servers.Source, replica = servers.Replica;
        File.WriteAllText(path,
            $$"""{"Servers":"{{source.Name}} {{replica.Name}}","Database":"{{database}}","Table":"t","After":["3130303030"]}""");

        var check = new DataCheck(servers, new DataCheckOptions { Tables = Only(database), CheckpointPath = path });
        Assert.Equal(["`id` = 40000"], check.Run(e => throw e, Token).Select(f => f.Key));
        Assert.False(File.Exists(path));

        File.WriteAllText(path, """{"Servers":"others","Database":"d","Table":"t"}""");
        Assert.Equal("CheckpointInvalid", Assert.Throws<RecoveryException>(() => check.Run(e => throw e, Token).ToList()).ErrorId);
    }

    [Fact]
    public void Names_and_values_that_end_a_statement_are_repaired_and_nothing_else_runs()
    {
        string database = Create("names", "id INT PRIMARY KEY, `v``;\nDROP TABLE victim;--` VARCHAR(60), u INT UNIQUE");
        Pair.Sql("CREATE TABLE victim (id INT PRIMARY KEY); CREATE TABLE `a``b.c;\n--` LIKE t; "
            + "INSERT INTO t VALUES (1, 'a;\nDROP TABLE victim;', 1), (2, 'b', 2); INSERT INTO `a``b.c;\n--` SELECT * FROM t", database);
        OnReplica("UPDATE t SET `v``;\nDROP TABLE victim;--` = 'x;\n', u = u + 10; DELETE FROM `a``b.c;\n--`", database);

        List<ConsistencyFinding> findings = Compare(database);
        Assert.Equal([1, 1, 2, 2], findings.Select(f => f.RepairStatement.Length).Order());
        Repair(findings, database);
    }

    [Fact]
    public void Tables_whose_names_are_one_text_are_two_tables()
    {
        Pair.Sql("CREATE DATABASE dot; CREATE DATABASE `dot.a`; CREATE TABLE dot.`a.t` (id INT PRIMARY KEY); "
            + "CREATE TABLE `dot.a`.t (id INT PRIMARY KEY); INSERT INTO dot.`a.t` VALUES (1)");
        OnReplica("INSERT INTO t VALUES (2)", "dot.a");
        ServerPair servers = Pair.Compare(Token);
        using ComparedServer source = servers.Source, replica = servers.Replica;
        Assert.Equal(
            ["dot.a/t RowExtra"],
            new DataCheck(servers, new DataCheckOptions { Tables = new(["dot*"], [], [], []) }).Run(e => throw e, Token)
                .Select(f => $"{f.Database}/{f.Table} {f.Type}"));
    }

    private const string Columns =
        "c VARCHAR(60) CHARACTER SET utf8mb4, t TEXT CHARACTER SET utf8mb4, l VARCHAR(20) CHARACTER SET latin1, b VARBINARY(20), bl BLOB, "
        + "f FLOAT, d DOUBLE, n DECIMAL(12,2), dt DATETIME(6), ts TIMESTAMP NULL, ti TIME, y YEAR, bi BIT(9), e ENUM('a','b',''), "
        + "s SET('a','b'), g GEOMETRY, u BIGINT UNSIGNED";

    private const string Values =
        "'x', 'x', _latin1 X'E9', X'00', X'00FF00', 1.1, 0, -1.5, '2024-02-29 12:00:00', '2024-02-29 12:00:00', '-01:02:03', 2000, "
        + "b'100', 'a', 'a', POINT(1, 2), 7";

    private const string Nulls = "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL";

    private string Create(string name, string definition)
    {
        Pair.Sql($"CREATE DATABASE {name}; CREATE TABLE {name}.t ({definition}) ENGINE=InnoDB");
        return name;
    }

    private void OnReplica(string statements, string database) =>
        Pair.Replica.Sql($"SET sql_log_bin = 0; SET sql_mode = ''; {statements}", database);

    private static TableFilter Only(string database) => new([database], [], [], []);

    private List<ConsistencyFinding> Compare(string database, bool fast = false)
    {
        ServerPair servers = Pair.Compare(Token);
        using ComparedServer source = servers.Source, replica = servers.Replica;
        return [.. new DataCheck(servers, new DataCheckOptions { Tables = Only(database), Fast = fast }).Run(e => throw e, Token)];
    }

    /// <summary>Runs the script on the replica; afterwards both dumps must be the same, and nothing may be in the replica's log.</summary>
    private void Repair(List<ConsistencyFinding> findings, string database)
    {
        Assert.NotEqual(Pair.Source.DumpSorted(database), Pair.Replica.DumpSorted(database));
        BinlogPosition before = Pair.Replica.Position();
        RepairScript script = RepairScript.Start(reverse: false);
        findings.ForEach(script.Add);
        string path = Path.Combine(Pair.Replica.FilesPath, database + ".sql");
        SqlExport export = script.WriteFile(path, overwrite: false);
        Assert.True(export.IsComplete);
        Assert.Equal(findings.Count, export.RowCount);
        Pair.Replica.RunFile(path);
        Assert.Equal(before, Pair.Replica.Position());
        Assert.Equal(Pair.Source.DumpSorted(database), Pair.Replica.DumpSorted(database));
        Assert.Empty(Compare(database));
    }
}
