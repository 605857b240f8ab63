using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Repair;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.InnoDb;

public sealed class IbdRepairTests
{
    private static readonly string[] Complaints =
        ["[ERROR]", "corrupt", "is in the future", "Assertion", "page id", "in the data dictionary"];

    [Theory]
    [MemberData(nameof(ServerFlavours.All), MemberType = typeof(ServerFlavours))]
    public void Files_of_another_instance_become_tables_that_can_be_used_in_every_way(ServerFlavour flavour)
    {
        using MySqlServer lost = MySqlServer.Start(flavour), target = MySqlServer.Start(flavour);
        OrphanedTables.Fill(lost);
        OrphanedTables.MakeEmpty(target);
        string expected = lost.DumpSorted(OrphanedTables.Database);
        lost.Sql("SET GLOBAL innodb_fast_shutdown = 0");
        lost.Stop();
        target.Stop();

        foreach (string table in OrphanedTables.Definitions.Keys)
        {
            IbdRepairResult result = Repair(lost, target, table);
            Assert.True(result.IsConsistent, $"{result}: {string.Join("; ", result.Problem)}");
            Assert.NotEqual(result.OldSpaceId, result.NewSpaceId);
        }

        File.WriteAllText(target.ErrorLogPath, "");
        target.Start();
        target.Sql(string.Concat(Enumerable.Range(0, 7).Select(i => $"DROP TABLE filler{i};")), OrphanedTables.Database);
        Assert.Equal(expected, target.DumpSorted(OrphanedTables.Database));
        CheckTables(target);
        foreach (string table in OrphanedTables.Definitions.Keys)
            target.Sql(OrphanedTables.Exercise(table), OrphanedTables.Database);
        CheckTables(target);
        target.Restart();
        CheckTables(target);
        target.Sql($"DROP DATABASE {OrphanedTables.Database}");
        target.Stop();
        Assert.DoesNotContain(File.ReadLines(target.ErrorLogPath), l => Complaints.Any(c => l.Contains(c, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_file_that_a_running_server_has_is_refused()
    {
        using MySqlServer server = MySqlServer.Start(ServerFlavour.MySql);
        server.Sql("CREATE DATABASE d; CREATE TABLE d.t (a INT PRIMARY KEY)");
        string path = Path.Combine(server.DataPath, "d", "t.ibd");

        var error = Assert.Throws<RecoveryException>(
            () => RepairPlanner.Plan(new RepairRequest { Path = path, SpaceId = 99 }, CancellationToken.None));

        Assert.Equal("FileInUse", error.ErrorId);
        server.Stop();
        Assert.Equal(99u, RepairPlanner.Plan(new RepairRequest { Path = path, SpaceId = 99 }, CancellationToken.None).Target.SpaceId);
    }

    private static IbdRepairResult Repair(MySqlServer lost, MySqlServer target, string table)
    {
        string file = $"{OrphanedTables.Database}/{table}.ibd", place = Path.Combine(target.DataPath, file);
        var request = new RepairRequest
        {
            Path = Path.Combine(lost.DataPath, file),
            ReferencePath = place,
            SchemaLayouts = SchemaRecordLayout.Candidates(SchemaCatalog.Parse(OrphanedTables.Definitions[table]).Tables.Single()),
        };
        string repaired = Path.Combine(lost.FilesPath, table + ".ibd");
        IbdRepairResult result = RepairApplication.Apply(
            RepairPlanner.Plan(request, CancellationToken.None), new RepairOutput(repaired, null, null, false), CancellationToken.None);
        target.PlaceFile(repaired, file);
        return result;
    }

    private static void CheckTables(MySqlServer server)
    {
        foreach (string table in OrphanedTables.Definitions.Keys)
        {
            string[] check = server.Query($"CHECK TABLE {table} EXTENDED", OrphanedTables.Database)[^1];
            Assert.Equal((table, "OK"), (table, check[^1]));
        }
    }
}
