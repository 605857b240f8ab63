using MySqlRecovery.Client;
using MySqlRecovery.InnoDb.Cfg;
using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Repair;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.InnoDb;

public sealed class IbdImportTests
{
    [Theory]
    [InlineData(ServerFlavour.MySql)]
    [InlineData(ServerFlavour.MySql57)]
    [InlineData(ServerFlavour.MySql56)]
    [InlineData(ServerFlavour.MariaDb)]
    [InlineData(ServerFlavour.MariaDb118)]
    public void A_file_without_its_cfg_is_imported_with_one_of_ours(ServerFlavour flavour)
    {
        // As SHOW CREATE TABLE prints it: the default collation of 11.8 is another one.
        string collation = flavour == ServerFlavour.MariaDb118 ? " COLLATE=utf8mb4_uca1400_ai_ci" : string.Empty;
        string definition = $"""
            CREATE TABLE d.t (id INT PRIMARY KEY, v VARCHAR(90), n DECIMAL(10,2), ts TIMESTAMP NULL, lob LONGBLOB, UNIQUE KEY v (v),
              KEY n (n, v(10)))
            ENGINE=InnoDB DEFAULT CHARSET=utf8mb4{collation} ROW_FORMAT=DYNAMIC
            """;
        using MySqlServer lost = MySqlServer.Start(flavour), target = MySqlServer.Start(flavour);
        lost.Sql($"CREATE DATABASE d; {definition}; INSERT INTO d.t VALUES (1, 'one', 1.5, '2024-01-01', REPEAT('x', 40000)), (2, "
            + $"'two', NULL, NULL, NULL)");
        target.Sql($"CREATE DATABASE d; CREATE TABLE d.filler (a INT) ENGINE=InnoDB; {definition}; ALTER TABLE d.t DISCARD TABLESPACE");

        Import(lost, target, definition);

        Assert.Equal(lost.Query("SELECT id, v, n, ts, LENGTH(lob) FROM d.t ORDER BY id"),
            target.Query("SELECT id, v, n, ts, LENGTH(lob) FROM d.t ORDER BY id"));
        Assert.Equal("OK", target.Query("CHECK TABLE d.t EXTENDED")[^1][^1]);
        target.Sql("INSERT INTO d.t VALUES (3, 'three', 3, NULL, NULL); DELETE FROM d.t WHERE v = 'one'");
    }

    [Fact]
    public void Columns_added_and_dropped_instantly_survive_the_import()
    {
        const string Definition = "CREATE TABLE d.t (a INT PRIMARY KEY, y VARCHAR(5) NOT NULL DEFAULT 'qq', z INT DEFAULT 5, KEY z (z))";
        using MySqlServer lost = MySqlServer.Start(ServerFlavour.MySql), target = MySqlServer.Start(ServerFlavour.MySql);
        lost.Sql("""
            CREATE DATABASE d; CREATE TABLE d.t (a INT PRIMARY KEY, b ENUM('u','v')); INSERT INTO d.t VALUES (1, 'u');
            ALTER TABLE d.t ADD COLUMN z INT DEFAULT 5, ALGORITHM=INSTANT; INSERT INTO d.t VALUES (2, 'v', 6);
            ALTER TABLE d.t ADD KEY z (z);
            ALTER TABLE d.t ADD COLUMN y VARCHAR(5) NOT NULL DEFAULT 'qq' AFTER a, ALGORITHM=INSTANT;
            INSERT INTO d.t VALUES (3, 'yy', 'u', 7);
            ALTER TABLE d.t DROP COLUMN b, ALGORITHM=INSTANT; INSERT INTO d.t VALUES (4, 'r', 8);
            """);
        target.Sql($"CREATE DATABASE d; {Definition}; ALTER TABLE d.t DISCARD TABLESPACE");

        Import(lost, target, Definition);

        Assert.Equal([["1", "qq", "5"], ["2", "qq", "6"], ["3", "yy", "7"], ["4", "r", "8"]], target.Query("SELECT * FROM d.t ORDER BY a"));
        Assert.Equal("OK", target.Query("CHECK TABLE d.t EXTENDED")[^1][^1]);
        target.Sql("INSERT INTO d.t VALUES (5, 'n', 9); UPDATE d.t SET y = 'new'; ALTER TABLE d.t ADD COLUMN w INT DEFAULT 1");
    }

    [Theory]
    [MemberData(nameof(ServerFlavours.All), MemberType = typeof(ServerFlavours))]
    public void What_the_target_table_must_be_made_with_is_named_where_it_would_not_be_so_by_itself(ServerFlavour flavour)
    {
        const string Columns = "(id INT PRIMARY KEY, a INT, v VARCHAR(40), KEY a (a)) ENGINE=InnoDB DEFAULT CHARSET=latin1";
        string[] clauses = ["ROW_FORMAT=DYNAMIC", "ROW_FORMAT=COMPACT", "ROW_FORMAT=REDUNDANT", "ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=4"];
        using MySqlServer server = flavour == ServerFlavour.MySql56
            ? MySqlServer.Start(flavour, "innodb-file-format=Barracuda") : MySqlServer.Start(flavour);
        server.Sql("CREATE DATABASE d; " + string.Concat(clauses.Select(
            (c, i) => $"CREATE DATABASE d{i}; CREATE TABLE d{i}.t {Columns} {c}; INSERT INTO d{i}.t VALUES (1, 2, 'x');")));
        server.Restart(); // all pages are written then
        for (int i = 0; i < clauses.Length; i++)
        {
            string clause = clauses[i], copy = Path.Combine(server.FilesPath, $"{i}", "d", "t.ibd");
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(server.DataPath, $"d{i}", "t.ibd"), copy);
            server.Sql($"CREATE TABLE d.t {Columns}");
            RepairPlan plan = Plan(copy, "");
            // The checksum format full_crc32 does not tell DYNAMIC from COMPACT.
            bool isTold = clause != "ROW_FORMAT=COMPACT" || !flavour.IsMariaDb;
            bool isDefault = clause == (flavour == ServerFlavour.MySql56 ? "ROW_FORMAT=COMPACT" : "ROW_FORMAT=DYNAMIC");
            Assert.Equal(isDefault || !isTold ? null : clause, plan.NeededClause);
            if (flavour != ServerFlavour.MySql)
                Assert.Null(Plan(copy, clause).NeededClause);
            using (ServerConnection connection = server.Connect())
                Assert.Equal(plan.NeededClause, Plan(copy, "", ServerTablespaces.Read(connection, CancellationToken.None)).NeededClause);
            if (!isTold)
            {
                server.Sql("DROP TABLE d.t");
                continue;
            }

            string repaired = Path.Combine(server.FilesPath, "t.ibd");
            RepairApplication.Apply(plan, new RepairOutput(repaired, null, null, true), CancellationToken.None);
            if (!isDefault)
            {
                Assert.ThrowsAny<Exception>(() => Import(server, repaired));
                server.Sql("DROP TABLE d.t");
                foreach (string left in Directory.GetFiles(Path.Combine(server.DataPath, "d"), "t.*"))
                    File.Delete(left);
                server.Sql($"CREATE TABLE d.t {Columns} {plan.NeededClause}");
            }

            Import(server, repaired);
            Assert.Equal("OK", server.Query("CHECK TABLE d.t EXTENDED")[^1][^1]);
            Assert.Equal([["1", "2", "x"]], server.Query("SELECT * FROM d.t"));
            server.Sql("DROP TABLE d.t");
        }

        RepairPlan Plan(string copy, string clause, ServerTablespaces? onServer = null)
        {
            TableSchema schema = SchemaCatalog.Parse($"CREATE TABLE d.t {Columns} {clause}").Tables.Single();
            return RepairPlanner.Plan(
                new RepairRequest
                {
                    Path = copy,
                    SchemaLayouts = SchemaRecordLayout.Candidates(schema),
                    Schema = schema,
                    WritesCfg = true,
                    CfgServer = CfgFile.HabitsOf(ServerVersion.Parse(server.Version)),
                    FormatOnTarget = onServer?.FindFormat(copy),
                },
                CancellationToken.None);
        }
    }

    private static void Import(MySqlServer target, string repaired)
    {
        target.Sql("ALTER TABLE d.t DISCARD TABLESPACE");
        Place(target, repaired);
    }

    private static void Place(MySqlServer target, string repaired)
    {
        target.PlaceFile(repaired, "d/t.ibd");
        target.PlaceFile(Path.ChangeExtension(repaired, ".cfg"), "d/t.cfg");
        target.Sql("ALTER TABLE d.t IMPORT TABLESPACE");
    }

    private static void Import(MySqlServer lost, MySqlServer target, string definition)
    {
        lost.Stop();
        TableSchema schema = SchemaCatalog.Parse(definition).Tables.Single();
        var request = new RepairRequest
        {
            Path = Path.Combine(lost.DataPath, "d", "t.ibd"),
            SchemaLayouts = SchemaRecordLayout.Candidates(schema),
            Schema = schema,
            WritesCfg = true,
            CfgServer = CfgFile.HabitsOf(ServerVersion.Parse(target.Version)),
        };
        string repaired = Path.Combine(lost.FilesPath, "t.ibd");
        IbdRepairResult result = RepairApplication.Apply(
            RepairPlanner.Plan(request, CancellationToken.None), new RepairOutput(repaired, null, null, false), CancellationToken.None);
        Assert.True(result.IsConsistent, string.Join("; ", result.Problem));
        Place(target, repaired);
        lost.Start();
    }
}
