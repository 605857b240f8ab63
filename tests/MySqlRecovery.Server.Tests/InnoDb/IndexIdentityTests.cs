using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.InnoDb;

/// <summary>SHOW CREATE TABLE lists a unique key first, whenever it was added: the roots of a fresh table are then another way
/// round.</summary>
public sealed class IndexIdentityTests
{
    private const string Fill = """
        CREATE TABLE d.n (n INT PRIMARY KEY); INSERT INTO d.n VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9);
        INSERT INTO d.t (id, a, b, v) SELECT x.n + 10 * y.n + 100 * z.n, (x.n * 37 + y.n) % 100, 5000 - x.n - 10 * y.n - 100 * z.n,
          CONCAT('ä', y.n, REPEAT('x', z.n)) FROM d.n x, d.n y, d.n z;
        DELETE FROM d.t WHERE id % 7 = 0; UPDATE d.t SET a = a + 1 WHERE id % 5 = 0; DROP TABLE d.n;
        """;

    public static TheoryData<ServerFlavour, string> Cases { get; } = new MatrixTheoryData<ServerFlavour, string>(
        [ServerFlavour.MySql, ServerFlavour.MySql56, ServerFlavour.MariaDb],
        [
            "ALTER TABLE d.t ADD UNIQUE KEY b (b)",
            "ALTER TABLE d.t ADD UNIQUE KEY b (b), ADD KEY v (v(3))",
            "ALTER TABLE d.t ADD KEY v (v(3)), ADD KEY b (b); ALTER TABLE d.t DROP KEY a; ALTER TABLE d.t ADD KEY a (a)",
        ]);

    [Theory]
    [MemberData(nameof(Cases))]
    [InlineData(ServerFlavour.MySql57, "ALTER TABLE d.t ADD UNIQUE KEY b (b)")]
    [InlineData(ServerFlavour.MariaDb118, "ALTER TABLE d.t ADD UNIQUE KEY b (b)")]
    public void Indexes_made_in_another_order_are_never_mixed_up_and_the_import_finds_them_by_name(ServerFlavour flavour, string changes)
    {
        using MySqlServer lost = MySqlServer.Start(flavour), target = MySqlServer.Start(flavour);
        lost.Sql($"""
            CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY, a INT, b INT, v VARCHAR(30), KEY a (a))
            ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC; {Fill} {changes}
            """);
        string definition = lost.Query("SHOW CREATE TABLE d.t")[0][1].Replace("`t`", "`d`.`t`");
        string[] keys = [.. lost.Query("SELECT DISTINCT INDEX_NAME FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = 'd'")
            .Select(r => r[0])];
        IReadOnlyList<string[]>[] expected = [.. keys.Select(k => Read(lost, k))];
        target.Sql($"CREATE DATABASE d; {definition}");
        Stop(lost);
        target.Stop();

        var refusal = Assert.Throws<RecoveryException>(() => Transplant.Plan(lost, target, Schema(flavour, definition)));

        Assert.Equal("RootPageMismatch", refusal.ErrorId);
        Assert.Contains("IMPORT TABLESPACE", refusal.RecommendedAction);
        target.Start();
        IbdRepairResult result = Transplant.Import(lost, target, Schema(flavour, definition));
        Assert.Equal((true, ""), (result.IsConsistent, string.Join("; ", result.Problem)));
        Assert.Equal("OK", target.Query("CHECK TABLE d.t EXTENDED")[^1][^1]);
        Assert.Equal(expected, keys.Select(k => Read(target, k)));
        if (changes.Contains("UNIQUE", StringComparison.Ordinal))
            Assert.Contains("Duplicate entry",
                Assert.ThrowsAny<Exception>(() => target.Sql("INSERT INTO d.t VALUES (9999, 1, 4999, 'v')")).Message);
    }

    [Theory]
    [InlineData(ServerFlavour.MySql56)]
    [InlineData(ServerFlavour.MariaDb)]
    public void A_definition_with_other_keys_is_refused(ServerFlavour flavour)
    {
        using MySqlServer lost = MySqlServer.Start(flavour);
        lost.Sql($"""
            CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY, a INT, b INT, v VARCHAR(30), KEY a (a),
              KEY b (b)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
            {Fill}
            """);
        Stop(lost);

        var refusal = Assert.Throws<RecoveryException>(() => Transplant.Plan(
            lost, lost, "CREATE TABLE d.t (id INT PRIMARY KEY, a INT, b INT, v VARCHAR(30), KEY a (a), KEY b (b, "
                + "a)) DEFAULT CHARSET=utf8mb4"));

        Assert.Equal("SchemaMismatch", refusal.ErrorId);
        Assert.Contains("are not those of", refusal.Message);
    }

    [Theory]
    [InlineData(ServerFlavour.MySql56, "REDUNDANT")]
    [InlineData(ServerFlavour.MySql56, "COMPACT")]
    [InlineData(ServerFlavour.MySql56, "COMPRESSED")]
    [InlineData(ServerFlavour.MariaDb, "REDUNDANT")]
    [InlineData(ServerFlavour.MariaDb, "COMPACT")]
    [InlineData(ServerFlavour.MariaDb, "COMPRESSED")]
    public void Keys_of_every_kind_are_known_by_their_rows(ServerFlavour flavour, string format)
    {
        string definition = $"""
            CREATE TABLE d.t (p VARCHAR(20) NOT NULL, q INT NOT NULL, a INT, c CHAR(10), t TEXT, g VARCHAR(20) CHARACTER SET gbk,
              d DECIMAL(9,3), bl BLOB,
              UNIQUE KEY d (d, a), KEY c (c(4)), KEY t (t(20)), KEY g (g(3), c),
              KEY q (q){(format == "COMPRESSED" ? "" : ", KEY bl (bl(700))")}, PRIMARY KEY (p(8), q))
            ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 ROW_FORMAT={format}
            """;
        using MySqlServer lost = MySqlServer.Start(flavour), target = MySqlServer.Start(flavour);
        lost.Sql($"CREATE DATABASE d; {definition}; " + string.Concat(Enumerable.Range(0, 300).Select(i => $"""
            INSERT INTO d.t VALUES ('key{i}ü', {i % 7}, {(i % 3 == 0 ? "NULL" : i)}, 'c{i % 10}ööö{i}', REPEAT('täxt{i} ', {i}), '中文{i}',
              {i}.25,
              {(i % 50 == 0 ? $"REPEAT('blob{i}', 3000)" : "NULL")});
            """)) + "DELETE FROM d.t WHERE q = 3; UPDATE d.t SET c = 'changed' WHERE q = 4;");
        target.Sql($"CREATE DATABASE d; {definition}");
        IReadOnlyList<string[]> expected = Read(lost, "PRIMARY", "p, q, a, c, MD5(t), HEX(g), d, MD5(bl)");
        Stop(lost);
        target.Stop();

        IbdRepairResult result = Transplant.Replace(lost, target, definition);

        Assert.Equal((true, ""), (result.IsConsistent, string.Join("; ", result.Problem)));
        target.Start();
        Assert.Equal("OK", target.Query("CHECK TABLE d.t EXTENDED")[^1][^1]);
        foreach (string key in (string[])["PRIMARY", "d", "c", "t", "g", "q", .. format == "COMPRESSED" ? (string[])[] : ["bl"]])
            Assert.Equal(expected, Read(target, key, "p, q, a, c, MD5(t), HEX(g), d, MD5(bl)"));
    }

    [Fact]
    public void Indexes_that_compressed_pages_do_not_tell_apart_are_spoken_of()
    {
        const string Definition = """
            CREATE TABLE d.t (id INT PRIMARY KEY, a INT, b INT, KEY a (a), KEY b (b)) ENGINE=InnoDB ROW_FORMAT=COMPRESSED
            """;
        using MySqlServer lost = MySqlServer.Start(ServerFlavour.MariaDb), target = MySqlServer.Start(ServerFlavour.MariaDb);
        lost.Sql($"CREATE DATABASE d; {Definition}; INSERT INTO d.t VALUES (1, 2, 3), (4, 5, 6)");
        target.Sql($"CREATE DATABASE d; {Definition}");
        Stop(lost);
        target.Stop();

        IbdRepairResult result = Transplant.Replace(lost, target, Definition);

        Assert.False(result.IsConsistent);
        Assert.Contains("cannot be told apart", Assert.Single(result.Problem));
    }

    private static IReadOnlyList<string[]> Read(MySqlServer server, string key, string columns = "*") => server
        .Query($"SELECT {columns} FROM d.t FORCE INDEX (`{key}`) WHERE {(key switch
        {
            "PRIMARY" => "1",
            "a" or "b" or "q" or "d" => $"`{key}` >= 0 OR `{key}` IS NULL",
            _ => $"`{key}` >= '' OR `{key}` IS NULL",
        })}").OrderBy(r => string.Join('\t', r), StringComparer.Ordinal).ToList();

    private static string? Schema(ServerFlavour flavour, string definition) => flavour == ServerFlavour.MySql ? null : definition;

    // With a slow shutdown nothing is left in a change buffer, or marked deleted.
    private static void Stop(MySqlServer server)
    {
        server.Sql("SET GLOBAL innodb_fast_shutdown = 0");
        server.Stop();
    }
}
