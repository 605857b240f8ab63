using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using System.Text.RegularExpressions;
using MySqlRecovery.Catalog;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Live;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Server.Tests.Undo;
using Xunit;

namespace MySqlRecovery.Server.Tests.History;

/// <summary>Histories of rows on a real server; the classes that derive name the server.</summary>
public abstract partial class RowHistoryTests(ServerFixture fixture)
{
    private static readonly int KeyCount =
        int.Parse(Environment.GetEnvironmentVariable("HISTORY_KEYS") ?? "700", CultureInfo.InvariantCulture);

    private MySqlServer Server => fixture.Server;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void The_versions_of_random_keys_are_those_that_mysqlbinlog_prints()
    {
        Server.FlushLogs();
        Create("history_random", "CREATE TABLE t (id INT PRIMARY KEY, v INT NOT NULL, s VARCHAR(20) NOT NULL)");
        string definition = Path.Combine(Server.FolderPath, "history_random.sql");
        File.WriteAllText(definition,
            "USE history_random; "
                + Server.Query("SHOW CREATE TABLE t", "history_random")[0][1].Replace("\\n", "\n", StringComparison.Ordinal) + ";");
        var random = new Random(3);
        string[] statements = [.. Enumerable.Range(0, KeyCount * 6).Select(i => Statement(random, i))];
        Server.Sql(string.Join('\n', statements[..(statements.Length / 2)]), "history_random");
        // The second half as a server logs by default.
        using (LessMetadata())
            Server.Sql(string.Join('\n', statements[(statements.Length / 2)..]), "history_random");
        string log = Server.FlushLogs();

        var (chains, byKey) = Brute(Server.Mysqlbinlog("--base64-output=DECODE-ROWS", "-v", log));
        object?[] keys = [.. Enumerable.Range(1, KeyCount).Select(i => (object?)i)];
        var found = Read("history_random.t", keys, [log], server: false, schema: SchemaCatalog.Load(definition))
            .GroupBy(v => v).Select(g => g.Key).ToList();
        var expected = new List<string>();
        foreach (int chain in keys.SelectMany(k => byKey.GetValueOrDefault((int)k!) ?? []))
            expected.AddRange(chains[chain]);

        // A row that has had two of the keys comes once.
        Assert.Equal(
            expected.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
            found.Select(v => $"{v.Operation} {v.FromPosition} {v.Key!["id"]} {Text(v.Value)}").Order(StringComparer.Ordinal));
        Assert.All(found, v => Assert.True(v.IsExact, v.Reason));
        Assert.True(found.Count > KeyCount * 3);
        CheckCatalog(log, definition);
    }

    // The same log with a catalog, whose stretches are short.
    private void CheckCatalog(string log, string definition)
    {
        new CatalogWriter(log, Stop) { StretchLength = 2000, SmallestLength = 1 << 20 }.Write(null, out _);
        var catalogs = new LogCatalogs(null, Assert.Fail);
        var schema = SchemaCatalog.Load(definition);
        static string Show(RowVersion v) => $"{v.Operation} {v.FromPosition} {v.Key!["id"]} {Text(v.Value)} {v.IsExact} {v.Reason}";
        for (int key = 1; key <= KeyCount; key += KeyCount / 20)
        {
            Assert.Equal(
                Read("history_random.t", [key], [log], server: false, schema).Select(Show),
                Read("history_random.t", [key], [log], server: false, schema, catalogs).Select(Show));
        }

        Assert.NotEmpty(catalogs.TakePassed().ToList());
        Assert.Empty(Read("history_random.t", [12_345_678], [log], server: false, schema, catalogs));
        // One reading for the definitions, one for the rows.
        string[] passed = [.. catalogs.TakePassed()];
        Assert.Equal(2, passed.Length);
        Assert.All(passed, p => Assert.True(
            long.Parse(p.Split(' ')[2], CultureInfo.InvariantCulture) > new FileInfo(log).Length / 2, p));
    }

    [Fact]
    public void A_number_that_looks_negative_and_may_be_a_large_one_is_not_exact()
    {
        Server.FlushLogs();
        Create("history_sign", "CREATE TABLE t (id INT PRIMARY KEY, v INT UNSIGNED)");
        Server.Sql("INSERT INTO t VALUES (1, 4000000000); UPDATE t SET v = 5", "history_sign");
        bool isTold = Server.Flavour.HasRowMetadata;

        List<RowVersion> versions = [.. Read(
            "history_sign.t", [isTold ? 1 : new Hashtable { ["@1"] = 1 }], [Server.FlushLogs()], server: false)];

        Assert.Equal([isTold, true], versions.Select(v => v.IsExact));
        Assert.Equal(isTold ? 4_000_000_000u : -294_967_296, versions[0].Value![1]);
        if (!isTold)
            Assert.Contains("whether column @2 is unsigned", versions[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_in_compressed_transactions_and_events_are_found_with_a_catalog()
    {
        if (!Server.Flavour.HasRowMetadata)
            return;
        Server.FlushLogs();
        Create("history_packed", "CREATE TABLE t (id INT, line BIGINT, v VARCHAR(200), PRIMARY KEY (id, line))");
        string on = Server.Flavour.IsMariaDb
            ? "SET GLOBAL log_bin_compress = ON; SET GLOBAL log_bin_compress_min_len = 10;" : "SET binlog_transaction_compression = ON;";
        string off = Server.Flavour.IsMariaDb
            ? "SET GLOBAL log_bin_compress = OFF; SET GLOBAL log_bin_compress_min_len = DEFAULT;"
                : "SET binlog_transaction_compression = OFF;";
        string[] inserts = [.. Enumerable.Range(0, 60).Select(
            i => $"{(i == 20 ? on : i == 40 ? off : "")} INSERT INTO t VALUES ({1_234_567 + i % 2}, {i}, '{new string('v', 150)}');")];
        try
        {
            Server.Sql(string.Join('\n', inserts), "history_packed");
        }
        finally
        {
            Server.Sql(off);
        }

        string log = Server.FlushLogs();
        new CatalogWriter(log, Stop) { StretchLength = 1000, SmallestLength = 3000 }.Write(null, out _);
        var catalogs = new LogCatalogs(null, Assert.Fail);
        for (int i = 0; i < 61; i += 5)
        {
            var key = new Hashtable { ["id"] = 1_234_567 + i % 2, ["line"] = i };
            List<RowVersion> found = Read("history_packed.t", [key], [log], server: false, catalogs: catalogs);
            Assert.Equal(i < 60 ? 1 : 0, found.Count);
        }

        Assert.NotEmpty(catalogs.TakePassed().ToList());
    }

    [Fact]
    public void Keys_that_are_text_to_users_and_bytes_to_the_log_are_found_with_a_catalog()
    {
        if (!Server.Flavour.IsMariaDb)
            return;
        Server.FlushLogs();
        string[] keys = ["11111111-2222-3333-4444-555555555555", "2001:db8::1"];
        Create("history_text", "CREATE TABLE u (id UUID PRIMARY KEY, v INT); CREATE TABLE i (id INET6 PRIMARY KEY, v INT)");
        string definitions = $"USE history_text; {Server.Query("SHOW CREATE TABLE u", "history_text")[0][1]}; "
            + $"{Server.Query("SHOW CREATE TABLE i", "history_text")[0][1]};";
        for (int i = 0; i < 30; i++)
        {
            Server.Sql(
                $"INSERT INTO u VALUES ({(i == 15 ? $"'{keys[0]}'" : "UUID()")}, {i}); "
                    + $"INSERT INTO i VALUES ('{(i == 15 ? keys[1] : $"2001:db8::2:{i}")}', {i})",
                "history_text");
        }

        string log = Server.FlushLogs();
        new CatalogWriter(log, Stop) { StretchLength = 500, SmallestLength = 100_000 }.Write(null, out _);
        var catalogs = new LogCatalogs(null, Assert.Fail);
        var schema = SchemaCatalog.Parse(definitions.Replace("\\n", "\n", StringComparison.Ordinal));
        Assert.Single(Read("history_text.u", [keys[0].ToUpperInvariant()], [log], server: false, schema, catalogs));
        Assert.Single(Read("history_text.i", [keys[1]], [log], server: false, schema, catalogs));
    }

    [Fact]
    public void A_row_is_followed_through_its_key_the_names_of_its_table_and_its_columns_to_the_live_row()
    {
        Server.FlushLogs();
        Create("history_life", """
            CREATE TABLE first (id INT PRIMARY KEY, v INT);
            INSERT INTO first VALUES (1, 10), (2, 20);
            UPDATE first SET v = 11 WHERE id = 1;
            RENAME TABLE first TO second;
            UPDATE second SET id = 5 WHERE id = 1;
            ALTER TABLE second ADD COLUMN extra VARCHAR(5) DEFAULT 'new';
            UPDATE second SET v = 12 WHERE id = 5;
            UPDATE second SET id = 4711 WHERE id = 5;
            DELETE FROM second WHERE id = 4711;
            INSERT INTO second VALUES (4711, 1, 'again');
            """);
        List<RowVersion> versions = Read("history_life.second", [4711], [], server: true);
        Assert.Equal(
            [
                "Insert first id=1: id=1 v=10", "Update first id=1: id=1 v=11", "Update second id=5: id=5 v=11",
                "- second id=5: id=5 v=11 extra=new", "Update second id=5: id=5 v=12 extra=new",
                "Update second id=4711: id=4711 v=12 extra=new",
                "Delete second id=4711: gone", "Insert second id=4711: id=4711 v=1 extra=again",
            ],
            versions.Select(v => $"{v.Operation?.ToString() ?? "-"} {v.Table} id={v.Key!["id"]}: {Text(v.Value)}"));
        Assert.All(versions, v => Assert.True(v.IsExact, v.Reason));
        Assert.All(versions.Zip(versions.Skip(1)), pair => Assert.Equal(pair.First.ValidTo, pair.Second.ValidFrom));
        Assert.Null(versions[^1].ValidTo);
        Assert.Equal("v", Assert.Single(versions[1].ChangedColumn));
        Assert.NotNull(versions[^1].Server);

        Server.Sql("TRUNCATE TABLE second", "history_life");
        RowVersion last = Read("history_life.second", [4711], [], server: true)[^1];
        Assert.Equal((RowOperation.Delete, null, true), (last.Operation, last.Value, last.IsExact));
        Assert.Contains("TRUNCATE", last.Statement, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_logs_do_not_tell_is_said_at_the_version_that_it_concerns()
    {
        Create("history_holes",
            "CREATE TABLE t (id INT PRIMARY KEY, v INT, s VARCHAR(10)); "
                + "INSERT INTO t VALUES (1, 1, 'one'), (2, 2, 'two'), (3, 3, 'three'), (4, 4, 'four')");
        Server.FlushLogs();
        Server.Sql("UPDATE t SET v = 11 WHERE id = 1; SET SESSION binlog_row_image = 'MINIMAL'; UPDATE t SET v = 22 WHERE id = 2",
            "history_holes");
        string first = Server.FlushLogs();
        Server.Sql("UPDATE t SET v = 111 WHERE id = 1", "history_holes");
        Server.FlushLogs();
        Server.Sql("UPDATE t SET v = 1111 WHERE id = 1; SET sql_log_bin = 0; UPDATE t SET v = 33 WHERE id = 3", "history_holes");
        string third = Server.FlushLogs();

        List<RowVersion> versions = Read("history_holes.t", [1, 2, 3, 4, 5], [first, third], server: true);
        string[] told = [.. versions.Select(v => $"{v.Operation?.ToString() ?? "-"} {Text(v.Key)} {Text(v.Value)} {v.IsExact}")];
        Assert.Equal(
            [
                "- id=1 id=1 v=1 s=one True", "Update id=1 id=1 v=11 s=one False", "- id=1 id=1 v=111 s=one False",
                "Update id=1 id=1 v=1111 s=one True",
                "- id=2 id=2 False", "Update id=2 id=2 v=22 False",
                "- id=3 id=3 v=33 s=three False", "- id=4 id=4 v=4 s=four False",
            ],
            told.Select(t => t.Replace("v=22 s=two", "v=22", StringComparison.Ordinal)));
        Assert.Contains("missing", versions[1].Reason, StringComparison.Ordinal);
        Assert.Contains("binlog_row_image", versions[4].Reason, StringComparison.Ordinal);
        Assert.Null(versions[0].ValidFrom);

        string log = Server.FlushLogs();
        Server.Sql("UPDATE t SET v = 0 WHERE id = 4; SET SESSION binlog_format = 'STATEMENT'; UPDATE t SET v = 5 WHERE id = 4; "
            + "SET SESSION binlog_format = 'ROW'; UPDATE t SET v = 6 WHERE id = 4", "history_holes");
        log = Server.FlushLogs();
        versions = Read("history_holes.t", [4], [log], server: true);
        Assert.Equal(["v=4 True", "v=0 False", "v=5 False", "v=6 True"], versions.Select(v => $"v={v.Value!["v"]} {v.IsExact}"));
        Assert.Contains("UPDATE t SET v = 5", versions[1].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tree", true)]
    [InlineData("tree", false)]
    [InlineData("child", true)]
    [InlineData("child", false)]
    public void What_a_foreign_key_may_have_taken_along_unlogged_is_said(string table, bool server)
    {
        Create("history_kin", """
            CREATE TABLE parent (id INT PRIMARY KEY);
            CREATE TABLE child (id INT PRIMARY KEY, up INT, v INT, FOREIGN KEY (up) REFERENCES parent (id) ON DELETE CASCADE);
            CREATE TABLE tree (id INT PRIMARY KEY, up INT, v INT, FOREIGN KEY (up) REFERENCES tree (id) ON DELETE CASCADE);
            INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2, 1, 0); INSERT INTO tree VALUES (1, NULL, 0), (2, 1, 0);
            """);
        string schema = DatabaseState.WriteSchema(Server, "history_kin");
        Server.FlushLogs();
        Server.Sql("UPDATE child SET v = 1; UPDATE tree SET v = 1; DELETE FROM parent; DELETE FROM tree WHERE id = 1", "history_kin");
        string log = Server.FlushLogs();

        List<RowVersion> versions = [.. new HistoryReading(Server) { IsLive = server, Logs = [log], SchemaPath = server ? null : schema }
            .Read($"history_kin.{table}", 2)];
        if (Server.Flavour == ServerFlavour.MySql)
        {
            Assert.Equal((RowOperation.Delete, true), (versions[^1].Operation, versions[^1].IsExact));
            return;
        }

        RowVersion updated = Assert.Single(versions, v => v.Operation == RowOperation.Update);
        Assert.False(updated.IsExact);
        Assert.Contains($"foreign key changed rows of history_kin.{table}", updated.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_XA_transaction_prepared_counts_only_if_it_was_committed()
    {
        Server.FlushLogs();
        Create("history_xa", """
            CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 2);
            XA START 'back'; UPDATE t SET v = 10 WHERE id = 1; XA END 'back'; XA PREPARE 'back'; XA ROLLBACK 'back';
            XA START 'done'; UPDATE t SET v = 20 WHERE id = 2; XA END 'done'; XA PREPARE 'done'; XA COMMIT 'done';
            UPDATE t SET v = v + 100;
            """);
        List<RowVersion> versions = Read("history_xa.t", [1, 2], [], server: true);
        Assert.Equal(["v=1", "v=101", "v=2", "v=20", "v=120"], versions.Select(v => $"v={v.Value!["v"]}"));
        Assert.All(versions, v => Assert.True(v.IsExact, v.Reason));
    }

    [Fact]
    public void A_key_that_is_not_that_of_the_table_is_refused_with_the_key()
    {
        Create("history_keys",
            "CREATE TABLE t (a INT, b VARCHAR(10), v INT, PRIMARY KEY (a, b)); INSERT INTO t VALUES (1, 'x', 1); "
                + "CREATE TABLE bare (v INT); INSERT INTO bare VALUES (1)");
        RecoveryException error = Assert.Throws<RecoveryException>(() => Read("history_keys.t", [1], [], server: true));
        Assert.Equal("HistoryKeyInvalid", error.ErrorId);
        Assert.Contains("(a, b)", error.Message, StringComparison.Ordinal);
        Assert.Equal("HistoryKeyInvalid", Assert.Throws<RecoveryException>(() => Read("history_keys.bare", [1], [], server: true)).ErrorId);
        Assert.Equal("a=1 b=x v=1",
            Text(Assert.Single(Read("history_keys.t", [new Hashtable { ["b"] = "x", ["a"] = 1 }], [], server: true)).Value));
    }

    private GlobalSetting? LessMetadata() => !Server.Flavour.HasRowMetadata ? null
        : new GlobalSetting(Server, "binlog_row_metadata", Server.Flavour.IsMariaDb ? "NO_LOG" : "MINIMAL");

    private void Create(string database, string statements)
    {
        Server.Sql($"DROP DATABASE IF EXISTS {database}; CREATE DATABASE {database} CHARACTER SET utf8mb4");
        Server.Sql(statements, database);
    }

    private List<RowVersion> Read(
        string table, object?[] keys, string[] logs, bool server, SchemaCatalog? schema = null, LogCatalogs? catalogs = null) =>
        new HistoryReading(Server) { IsLive = server, Logs = logs, Schema = schema, Catalogs = catalogs }.Read(table, keys);

    private static string Statement(Random random, int number)
    {
        int id = random.Next(1, KeyCount), other = random.Next(1, KeyCount);
        return random.Next(5) switch
        {
            0 => $"INSERT IGNORE INTO t VALUES ({id}, {number}, 's{number}'), ({other}, {number}, 'o{number}');",
            1 => $"DELETE FROM t WHERE id = {id};",
            2 => $"UPDATE IGNORE t SET id = {other} WHERE id = {id};",
            3 => $"UPDATE t SET v = v + 1 WHERE id BETWEEN {id} AND {id + 3};",
            _ => $"REPLACE INTO t VALUES ({id}, {number}, 'r{number}');",
        };
    }

    /// <summary>All rows of a log as mysqlbinlog prints them: the versions of each row that went on through changes of its key, and
    /// which rows have had a key.</summary>
    private static (List<List<string>> Chains, Dictionary<int, HashSet<int>> ByKey) Brute(string text)
    {
        var chains = new List<List<string>>();
        var current = new Dictionary<int, int>();
        var byKey = new Dictionary<int, HashSet<int>>();
        string position = "";
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("# at ", StringComparison.Ordinal))
                position = lines[i][5..].Trim();
            if (RowStart().Match(lines[i]) is not { Success: true } start)
                continue;
            var images = new List<string[]>();
            for (i++; i < lines.Length && lines[i].StartsWith("### ", StringComparison.Ordinal) && !RowStart().IsMatch(lines[i]); i++)
            {
                if (lines[i].TrimEnd() is "### WHERE" or "### SET")
                    images.Add([]);
                else
                    images[^1] = [.. images[^1], Value().Match(lines[i]).Groups[1].Value];
            }

            i--;
            string operation = start.Groups[1].Value switch { "INSERT INTO" => "Insert", "UPDATE" => "Update", _ => "Delete" };
            int first = int.Parse(images[0][0], CultureInfo.InvariantCulture),
                last = int.Parse(images[^1][0], CultureInfo.InvariantCulture);
            if (!current.TryGetValue(first, out int chain))
            {
                chain = chains.Count;
                chains.Add([]);
            }

            if (first != last)
                current.Remove(first);
            current[last] = chain;
            (byKey.TryGetValue(last, out HashSet<int>? of) ? of : byKey[last] = []).Add(chain);
            string value = operation == "Delete" ? "gone" : $"id={images[^1][0]} v={images[^1][1]} s={images[^1][2].Trim('\'')}";
            chains[chain].Add($"{operation} {position} {last} {value}");
        }

        return (chains, byKey);
    }

    private static string Text(OrderedDictionary? row) => row == null ? "gone"
        : string.Join(' ', row.Keys.Cast<string>().Select(k => $"{k}={Convert.ToString(row[k], CultureInfo.InvariantCulture)}"));

    [GeneratedRegex("^### (INSERT INTO|UPDATE|DELETE FROM) `history_random`.`t`")]
    private static partial Regex RowStart();

    [GeneratedRegex("@[0-9]+=('[^']*'|[-0-9]+)")]
    private static partial Regex Value();
}

[Collection<MySqlServers>]
public sealed class MySqlRowHistoryTests(MySqlFixture fixture) : RowHistoryTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57RowHistoryTests(MySql57Fixture fixture) : RowHistoryTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56RowHistoryTests(MySql56Fixture fixture) : RowHistoryTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbRowHistoryTests(MariaDbFixture fixture) : RowHistoryTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118RowHistoryTests(MariaDb118Fixture fixture) : RowHistoryTests(fixture);
