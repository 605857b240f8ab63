using MySqlRecovery.InnoDb.Repair;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Live;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.InnoDb;

/// <summary>MariaDB keeps a vector index in a table of its own, in a file beside that of the table.</summary>
public sealed class VectorIndexTests
{
    public static TheoryData<string, string> Keys => new()
    {
        { "id INT NOT NULL", "PRIMARY KEY (id)" },
        { "id INT NOT NULL", "KEY (id)" },
        { "id INT NOT NULL, a VARCHAR(30) NOT NULL DEFAULT 'ä', b DATETIME(3) NOT NULL DEFAULT '2026-11-17', f BIT(9) NOT NULL DEFAULT 5",
            "PRIMARY KEY (a, id, b, f)" },
        { "id INT NOT NULL, x VARBINARY(20) NOT NULL DEFAULT 'x'", "UNIQUE KEY (id, x)" },
        { "id INT NOT NULL, t TEXT NOT NULL DEFAULT 'text'", "PRIMARY KEY (id, t(20))" },
    };

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_table_is_imported_with_its_vector_index(string columns, string key)
    {
        using MySqlServer lost = MySqlServer.Start(ServerFlavour.MariaDb118), target = MySqlServer.Start(ServerFlavour.MariaDb118);
        string definition = Fill(lost, columns, key);
        string expected = lost.DumpSorted("d");
        string[] near = Near(lost);
        lost.Sql("SET GLOBAL innodb_fast_shutdown = 0");
        lost.Stop();
        target.Sql($"CREATE DATABASE d; {definition}; ALTER TABLE d.t DISCARD TABLESPACE");

        string[] output = Repair(lost, "-WriteCfg -TargetVersion 11.8", Files(lost));

        Assert.Equal(["True", "True"], output);
        Place(lost, target);
        target.Sql("ALTER TABLE d.t IMPORT TABLESPACE");
        AssertIsWhole(target, expected, near);
    }

    [Fact]
    public void A_table_takes_the_place_of_the_targets_own_with_its_vector_index()
    {
        using MySqlServer lost = MySqlServer.Start(ServerFlavour.MariaDb118), target = MySqlServer.Start(ServerFlavour.MariaDb118);
        string definition = Fill(lost, "id INT NOT NULL", "PRIMARY KEY (id)");
        string expected = lost.DumpSorted("d");
        string[] near = Near(lost);
        target.Sql($"CREATE DATABASE d; CREATE TABLE d.between (id INT PRIMARY KEY, v VECTOR(3) NOT NULL, VECTOR KEY (v)); {definition}");
        foreach (MySqlServer server in new[] { lost, target })
        {
            server.Sql("SET GLOBAL innodb_fast_shutdown = 0");
            server.Stop();
        }

        string[] output = Repair(lost, $"-ReferencePath '{target.DataPath}'", Files(lost));

        Assert.Equal(["True", "True"], output);
        Place(lost, target);
        target.Start();
        target.Sql("DROP TABLE d.between");
        AssertIsWhole(target, expected, near);
    }

    [Fact]
    public void Without_the_file_of_the_index_the_rows_come_back_and_the_index_is_added_again()
    {
        using MySqlServer lost = MySqlServer.Start(ServerFlavour.MariaDb118), target = MySqlServer.Start(ServerFlavour.MariaDb118);
        string definition = Fill(lost, "id INT NOT NULL", "PRIMARY KEY (id)");
        string expected = lost.DumpSorted("d");
        string[] near = Near(lost);
        lost.Sql("SET GLOBAL innodb_fast_shutdown = 0");
        lost.Stop();
        target.Sql($"CREATE DATABASE d; {definition}; ALTER TABLE d.t DROP INDEX v; ALTER TABLE d.t DISCARD TABLESPACE");

        string[] output = Repair(lost, "-WriteCfg -TargetVersion 11.8", [Path.Combine(lost.DataPath, "d/t.ibd")]);

        Assert.Contains("vector index v is in a file of its own", Assert.Single(output), StringComparison.Ordinal);
        Place(lost, target);
        target.Sql("ALTER TABLE d.t IMPORT TABLESPACE; ALTER TABLE d.t ADD VECTOR INDEX v (v)");
        // The index is another graph, which finds the nearest row, and most of the others.
        AssertIsWhole(target, expected, near[..1]);
    }

    [Fact]
    public void The_file_of_an_index_whose_table_is_not_known_is_refused_with_the_table_and_the_ways_out()
    {
        using MySqlServer lost = MySqlServer.Start(ServerFlavour.MariaDb118);
        Fill(lost, "id INT NOT NULL", "PRIMARY KEY (id)");
        lost.Stop();
        RecoveryException error = Assert.Throws<RecoveryException>(() => RepairPlanner.Plan(
            new RepairRequest { Path = Path.Combine(lost.DataPath, "d/t#i#01.ibd"), WritesCfg = true }, CancellationToken.None));
        Assert.Equal("VectorIndexFile", error.ErrorId);
        Assert.Contains("vector index of d.t", error.Message, StringComparison.Ordinal);
        Assert.Contains("ADD VECTOR INDEX", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_with_vectors_of_all_lengths_are_read_from_their_files()
    {
        using MySqlServer server = MySqlServer.Start(ServerFlavour.MariaDb118);
        server.Sql("""
            CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY, a VECTOR(3), b VECTOR(40) NOT NULL, c VECTOR(63), e VECTOR(64),
              f VECTOR(2000), s VARCHAR(20)) ENGINE=InnoDB;
            INSERT INTO d.t SELECT seq, IF(seq % 3 = 0, NULL, REPEAT(UNHEX('0000803F'), 3)), REPEAT(UNHEX('0000803F'), 40),
              REPEAT(UNHEX('000080BF'), 63), IF(seq % 5 = 0, NULL, REPEAT(UNHEX('00008040'), 64)),
              IF(seq % 7 = 0, REPEAT(UNHEX('00008040'), 2000), NULL), CONCAT('s', seq) FROM d.seq_1_to_100;
            """);
        TableFiles.AssertHoldWhatTheServerHas(server, "d");
    }

    // Vectors of 160 bytes: their length takes one byte, that of a BLOB would take two.
    private static string Fill(MySqlServer server, string columns, string key)
    {
        server.Sql($"""
            CREATE DATABASE d; CREATE TABLE d.t ({columns}, v VECTOR(3) NOT NULL, w VECTOR(40), {key}, VECTOR KEY v (v)) ENGINE=InnoDB;
            INSERT INTO d.t (id, v, w) SELECT seq, VEC_FromText(CONCAT('[', seq, ',', seq % 7, ',', seq % 3, ']')),
              IF(seq % 5 = 0, NULL, REPEAT(UNHEX('0000803F'), 40)) FROM d.seq_1_to_2000;
            DELETE FROM d.t WHERE id % 10 = 3;
            """);
        return server.Query("SHOW CREATE TABLE d.t")[0][1].Replace("CREATE TABLE `t`", "CREATE TABLE `d`.`t`", StringComparison.Ordinal)
            .Replace("\\n", "\n", StringComparison.Ordinal);
    }

    private static string[] Files(MySqlServer lost) => Directory.GetFiles(Path.Combine(lost.DataPath, "d"), "*.ibd");

    private static string Repaired(MySqlServer lost) => Path.Combine(lost.FilesPath, "repaired");

    // As a user would: what the table is like stands in the .frm beside the files.
    private static string[] Repair(MySqlServer lost, string options, string[] files) => PowerShellModule.Run(
        $"Repair-IbdSpaceId -LiteralPath {string.Join(", ", files.Select(f => $"'{f}'"))} -Destination '{Repaired(lost)}/' "
            + $"-Force {options} -Confirm:$false | ForEach-Object {{ $_.IsConsistent ? 'True' : $_.Problem }}");

    private static string[] Near(MySqlServer server)
    {
        // No two rows are as far from it, whose order the server may choose.
        const string near = "FROM d.t ORDER BY VEC_DISTANCE_EUCLIDEAN(v, VEC_FromText('[500.3,1.2,1.1]')) LIMIT 5";
        Assert.Equal("v", server.Query($"EXPLAIN SELECT id {near}")[0][5]);
        return [.. server.Query($"SELECT id {near}").Select(r => r[0])];
    }

    private static void Place(MySqlServer lost, MySqlServer target)
    {
        foreach (string file in Directory.GetFiles(Repaired(lost)))
            target.PlaceFile(file, $"d/{Path.GetFileName(file)}");
    }

    private static void AssertIsWhole(MySqlServer target, string expected, string[] near)
    {
        Assert.Equal(expected, target.DumpSorted("d"));
        Assert.Equal(near, Near(target)[..near.Length]);
        Assert.Equal("OK", target.Query("CHECK TABLE d.t EXTENDED")[^1][^1]);
        target.Sql("INSERT INTO d.t (id, v) VALUES (100000, VEC_FromText('[500,1,1]')); DELETE FROM d.t WHERE id = 500");
        Assert.Equal("100000", Near(target)[0]);
    }
}
