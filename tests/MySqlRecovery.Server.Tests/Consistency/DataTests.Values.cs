using System.Globalization;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

/// <content>Values of all types, and those that types of one server, character sets or SQL modes make special.</content>
public abstract partial class DataTests
{
    [Fact]
    public void Text_that_is_no_valid_utf8_is_compared_as_it_is()
    {
        string database = Create("invalid", "id INT PRIMARY KEY, v VARBINARY(80)");
        BinlogPosition start = Pair.Source.Position();
        Pair.Source.Sql("INSERT INTO t VALUES (1, X'C328'), (2, X'FF'), (3, X'F0288CBC'), (4, X'C328')", database);
        string log = Pair.Source.FlushLogs();
        Pair.Sql("DROP TABLE t; CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20) CHARACTER SET utf8mb4)", database);

        // Row events bring bytes into a column that no statement would.
        string[] skipGtids = Pair.Source.Flavour.IsMariaDb ? [] : ["--skip-gtids"];
        Pair.Source.ApplyBinlog(log, [.. skipGtids, $"--start-position={start.Offset}"]);
        Pair.WaitForReplica();
        Assert.Equal("C328", Pair.Replica.Scalar("SELECT HEX(v) FROM t WHERE id = 1", database));
        Assert.Empty(Compare(database));

        OnReplica("UPDATE t SET v = '?(' WHERE id = 1; DELETE FROM t WHERE id = 4; INSERT INTO t SELECT 5, v FROM t WHERE id = 2",
            database);
        List<ConsistencyFinding> findings = Compare(database);
        Assert.Equal(
            ["RowDifferent `id` = 1", "RowExtra `id` = 5", "RowMissing `id` = 4"],
            findings.Select(f => $"{f.Type} {f.Key}").Order(StringComparer.Ordinal));
        Assert.Equal([0xC3, 0x28], (byte[])findings.Single(f => f.Type == FindingType.RowDifferent).SourceRow!["v"]!);
        Assert.Equal(3, Compare(database, fast: true).Count);
        Assert.All(findings, f => Assert.Equal(f.Type == FindingType.RowExtra, f.Repair != null));
        Assert.Contains("column v holds bytes that are not valid in its character set", findings[0].Evidence[1]);
    }

    [Fact]
    public void The_types_of_one_server_alone_are_compared_and_repaired_too()
    {
        string definition = Pair.Source.Flavour switch
        {
            ServerFlavour.MySql =>
                "j JSON, v VECTOR(2), i INT INVISIBLE, g INT AS (id + 1) STORED, w INT AS (id + 2) VIRTUAL, UNIQUE KEY ((id + 3))",
            ServerFlavour.MySql57 => "j JSON, g INT AS (id + 1) STORED, w INT AS (id + 2) VIRTUAL",
            ServerFlavour.MariaDb or ServerFlavour.MariaDb118 =>
                "j JSON, u UUID, n INET6, g INT AS (id + 1) PERSISTENT, w INT AS (id + 2) VIRTUAL, lt TEXT COMPRESSED",
            _ => "j LONGTEXT, tt TINYTEXT, z INT(5) ZEROFILL, m SET('x','y') CHARACTER SET latin1",
        };
        (string columns, string values, string[] changes) = Pair.Source.Flavour switch
        {
            ServerFlavour.MySql =>
                ("id, j, v, i", "'{\"a\": 1.50}', STRING_TO_VECTOR('[1,2]'), 7",
                    new[] { "j = '{\"a\": 1.51}'", "v = STRING_TO_VECTOR('[1,3]')", "i = 8" }),
            ServerFlavour.MySql57 => ("id, j", "'{\"a\": 1.50}'", ["j = '{\"a\": 1.51}'", "j = '[]'", "j = NULL"]),
            ServerFlavour.MariaDb or ServerFlavour.MariaDb118 =>
                ("id, j, u, n, lt", "'{\"a\": 1.50}', '123e4567-e89b-12d3-a456-426655440000', '::1', 'text'",
                ["j = '{\"a\":  1.50}'", "u = '123e4567-e89b-12d3-a456-426655440001'", "n = '::2'", "lt = 'texT'"]),
            _ => ("id, j, tt, z, m", "REPEAT('x', 100000), 'a', 1, 'x'", ["j = REPEAT('x', 100001)", "tt = 'A'", "z = 2", "m = 'x,y'"]),
        };
        string database = Create("special", "id INT PRIMARY KEY, " + definition);
        Pair.Sql(string.Concat(Enumerable.Range(1, 6).Select(i => $"INSERT INTO t ({columns}) VALUES ({i}, {values});")), database);
        Assert.Empty(Compare(database));
        for (int i = 0; i < changes.Length; i++)
            OnReplica($"UPDATE t SET {changes[i]} WHERE id = {i + 1}", database);

        List<ConsistencyFinding> findings = Compare(database);
        Assert.Equal(changes.Select(c => c.Split(' ')[0]), findings.Select(f => f.Evidence[0].Split(' ')[^1]));
        Repair(findings, database);
    }

    [Fact]
    public void Index_0_of_an_enum_and_dates_that_no_calendar_has_are_repaired()
    {
        string database = Create("odd", "d DATE PRIMARY KEY, e ENUM('a','b') NOT NULL, x DATE");
        Pair.Sql("SET sql_mode = 'ALLOW_INVALID_DATES'; "
            + "INSERT INTO t VALUES ('2020-02-31', 0, '2021-02-30'), ('2020-02-30', 'a', '0000-00-00'), ('0000-00-00', 'b', NULL), "
            + "('2020-03-01', 0, NULL)", database);
        Assert.Empty(Compare(database));
        OnReplica("SET sql_mode = 'ALLOW_INVALID_DATES'; UPDATE t SET e = 'b' WHERE d = '2020-02-31'; "
            + "DELETE FROM t WHERE d IN ('2020-02-30', '2020-03-01'); UPDATE t SET x = '2019-02-29' WHERE d = '0000-00-00'", database);

        List<ConsistencyFinding> findings = Compare(database);
        Assert.Equal(
            ["`d` = '0000-00-00'", "`d` = '2020-02-30'", "`d` = '2020-02-31'", "`d` = '2020-03-01'"],
            findings.Select(f => f.Key).Order(StringComparer.Ordinal));
        Repair(findings, database);
    }

    [Theory]
    [InlineData("utf16")]
    [InlineData("ucs2")]
    [InlineData("utf32")]
    [InlineData("sjis")]
    [InlineData("swe7")]
    public void Text_whose_bytes_look_like_ascii_is_found_and_repaired(string characterSet)
    {
        string database = Create("ascii_" + characterSet,
            $"k VARCHAR(20) CHARACTER SET {characterSet} PRIMARY KEY, v VARCHAR(20) CHARACTER SET {characterSet}, n INT");
        // '中' is the bytes 'N-' in UTF-16; 12,000 keys, so that bounds are read from them.
        string unit = characterSet switch { "utf32" => "0000", _ => "" };
        string[] keys = [.. Enumerable.Range(0, 12000).Select(i => characterSet is "sjis" or "swe7"
            ? Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes($"[{i}]"))
            : string.Concat(new[] { 0x4E2D, 0x5000 + ((i / 90) << 8 & 0x1F00) + 0x21 + (i % 90), 0x6021 + (i / 90) }.Select(
                c => unit + c.ToString("X4", CultureInfo.InvariantCulture))))];
        foreach (string[] part in keys.Distinct().Chunk(2000))
            Pair.Source.Sql("INSERT INTO t VALUES "
                + string.Join(',', part.Select((k, i) => $"(_{characterSet} X'{k}', _{characterSet} X'{k}', {i})")), database);
        Pair.WaitForReplica();
        Assert.Empty(Compare(database));
        OnReplica("UPDATE t SET v = 'x' WHERE n = 7 LIMIT 1; UPDATE t SET n = -1 WHERE n = 8 LIMIT 1; DELETE FROM t WHERE n = 9 LIMIT 1",
            database);

        List<ConsistencyFinding> findings = Compare(database);
        Assert.Equal(["RowDifferent", "RowDifferent", "RowMissing"], findings.Select(f => f.Type.ToString()).Order(StringComparer.Ordinal));
        Repair(findings, database);
    }

    [Fact]
    public void Equal_values_in_columns_of_other_types_are_no_finding_and_different_ones_are()
    {
        string database = Create("types",
            "id INT PRIMARY KEY, d DECIMAL(10,2), t DATETIME, ti TIME, e ENUM('a','b'), i INT, f FLOAT, b BIT(8), "
                + "v VARCHAR(20) CHARACTER SET latin1, l LONGTEXT CHARACTER SET latin1");
        Pair.Sql("INSERT INTO t VALUES (1, 1.5, '2024-01-01 00:00:00', '01:02:03', 'a', 7, 0.1, b'101', 'x', 'long'), (2, -1, "
            + "'2024-01-02 00:00:00', '-01:02:03', 'b', -7, 1e10, b'0', '', ''), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
            database);
        OnReplica(
            "ALTER TABLE t MODIFY d DECIMAL(12,4), MODIFY t DATETIME(6), MODIFY ti TIME(3), MODIFY e VARCHAR(10) CHARACTER SET utf8mb4, "
                + "MODIFY i BIGINT, MODIFY f DOUBLE, MODIFY b INT, "
            + "MODIFY v TEXT CHARACTER SET utf8mb4, MODIFY l VARCHAR(200) CHARACTER SET utf8mb4; "
            + "UPDATE t SET f = 0.10000000149011612e0 WHERE id = 1", database);
        Assert.Empty(Compare(database));

        OnReplica("UPDATE t SET d = 1.5001, i = 5000000000 WHERE id = 1; "
            + "UPDATE t SET t = '2024-01-02 00:00:00.000001', e = 'c' WHERE id = 2", database);
        List<ConsistencyFinding> findings = Compare(database);
        Assert.Equal(["columns that differ: d, i", "columns that differ: t, e"], findings.Select(f => f.Evidence[0]));
        Assert.Equal((7, 5000000000L), (findings[0].SourceRow!["i"], findings[0].ReplicaRow!["i"]));
        findings.ForEach(f => OnReplica(f.Repair!, database));
        Assert.Empty(Compare(database));
    }

    [Fact]
    public void A_document_that_the_server_does_not_give_is_named_and_not_taken_for_equal()
    {
        Assert.SkipUnless(Pair.Source.Flavour is ServerFlavour.MySql or ServerFlavour.MySql57, "JSON is text there.");
        string database = Create("packet", "id INT PRIMARY KEY, j JSON");
        // As text [1, 1, ...] is longer than its binary form.
        Pair.Sql("INSERT INTO t VALUES (1, CONCAT('[1', REPEAT(',1', 700000), ']')), (2, '[1]')", database);
        OnReplica("UPDATE t SET j = JSON_SET(j, '$[5]', 2) WHERE id = 1", database);
        Assert.Equal("columns that differ: j", Assert.Single(Compare(database)).Evidence[0]);
        string before = Pair.Source.Scalar("SELECT @@GLOBAL.max_allowed_packet")!;
        Pair.Source.Sql("SET GLOBAL max_allowed_packet = 1048576");
        Pair.Replica.Sql("SET GLOBAL max_allowed_packet = 1048576");
        try
        {
            foreach (bool fast in (bool[])[false, true])
            {
                ConsistencyFinding finding = Assert.Single(Compare(database, fast));
                Assert.Equal(("`id` = 1", FindingConfidence.Unknown, null), (finding.Key, finding.Confidence, finding.Repair));
                Assert.Contains("max_allowed_packet", finding.Evidence[^1]);
            }
        }
        finally
        {
            Pair.Source.Sql($"SET GLOBAL max_allowed_packet = {before}");
            Pair.Replica.Sql($"SET GLOBAL max_allowed_packet = {before}");
        }
    }

    [Fact]
    public void Documents_whose_numbers_are_of_other_types_are_named_as_not_repairable()
    {
        Assert.SkipUnless(Pair.Source.Flavour is ServerFlavour.MySql or ServerFlavour.MySql57, "JSON is text there.");
        string database = Create("numbers", "id INT PRIMARY KEY, j JSON");
        Pair.Sql("INSERT INTO t VALUES (1, CAST(1.50 AS JSON)), (2, '{\"a\": 1}')", database);
        OnReplica("UPDATE t SET j = 'null'; UPDATE t SET j = '1.5' WHERE id = 1; UPDATE t SET j = '{\"a\": 1.0}' WHERE id = 2", database);
        List<ConsistencyFinding> findings = Compare(database);
        // 5.7 writes the double 1.0 as it does the integer.
        Assert.Equal(Pair.Source.Flavour == ServerFlavour.MySql ? 2 : 1, findings.Count);
        Assert.All(findings, f => Assert.Equal((null, true), (f.Repair, f.Evidence[^1].Contains("equal value", StringComparison.Ordinal))));
    }
}
