using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>Tagged GTIDs of MySQL 8.3 and later.</summary>
[Collection(MySqlLogs.Name)]
public sealed class TaggedGtidTests(MySqlFixture fixture)
{
    private const string Setup = "CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)";
    private const string Damage = """
        SET gtid_next = 'AUTOMATIC:batch'; UPDATE t SET v = 10 WHERE id = 1;
        SET gtid_next = 'AUTOMATIC:other'; UPDATE t SET v = 20 WHERE id = 2;
        SET gtid_next = 'AUTOMATIC'; UPDATE t SET v = 30 WHERE id = 3;
        """;

    private MySqlServer Server => fixture.Server;

    [Fact]
    public void Tagged_transactions_are_undone_under_ids_of_their_own()
    {
        var database = new DamagedDatabase(Server, "tagged", Setup, Damage);
        UndoBinlog undo = database.Undo();

        Assert.Equal(database.Before, database.State());
        Assert.Equal(3, undo.TransactionCount);
        Assert.DoesNotContain(Server.Scalar("SELECT @@server_uuid"), undo.GtidSet!);
        Assert.Equal("1", Server.Scalar($"SELECT GTID_SUBSET('{undo.GtidSet}', @@GLOBAL.gtid_executed)"));
    }

    [Fact]
    public void Events_have_the_gtids_that_the_server_knows_with_their_tags()
    {
        var database = new DamagedDatabase(Server, "tag_names", Setup, Damage);
        string[] gtids = [.. database.Events.Where(e => e.Operation != null).Select(e => e.Gtid!)];

        Assert.Equal(["batch", "other", ""], gtids.Select(g => Gtid.Parse(g)!.Value.Tag));
        Assert.All(gtids, gtid => Assert.Equal("1", Server.Scalar($"SELECT GTID_SUBSET('{gtid}', @@GLOBAL.gtid_executed)")));
    }

    [Theory]
    [InlineData(":batch", "1,20,30")]
    [InlineData(":BATCH:1-999:other", "1,2,30")]
    [InlineData(":1-99999", "10,20,3")]
    [InlineData(":other:999999", null)]
    public void A_tag_chooses_its_transactions(string set, string? left)
    {
        string name = $"tag_filter_{left?.Replace(',', '_')}";
        var database = new DamagedDatabase(Server, name, Setup, Damage)
        {
            Gtids = new GtidFilter(GtidSet.Parse([Server.Scalar("SELECT @@server_uuid") + set]), excluded: null),
        };

        if (left == null)
        {
            database.AssertRefused();
            return;
        }

        database.Undo();
        Assert.Equal(left, Server.Scalar("SELECT GROUP_CONCAT(v ORDER BY id) FROM t", name));
    }
}
