using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Client;
using MySqlRecovery.Consistency.Data;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Client;
using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

/// <summary>The comparison of rows while the source is written all the time.</summary>
public abstract class TrafficTests(ReplicationPairFixture fixture)
{
    private ReplicationPair Pair => fixture.Pair;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Traffic_is_no_difference_and_a_wrong_row_under_traffic_is_that_row()
    {
        Pair.Sql("CREATE DATABASE hot; CREATE TABLE hot.t (id INT PRIMARY KEY AUTO_INCREMENT, v INT, s VARCHAR(20)); "
            + "CREATE TABLE hot.bare (id INT, v INT)");
        Pair.Sql("INSERT INTO t (v, s) VALUES " + string.Join(',', Enumerable.Range(1, 8000).Select(i => $"({i % 2}, 's{i}')")), "hot");
        Pair.Sql("INSERT INTO bare VALUES " + string.Join(',', Enumerable.Range(1, 500).Select(i => $"({i}, 0)")), "hot");
        using var stop = new CancellationTokenSource();
        int written = 0;
        var traffic = new Thread(() => Write(ref written, stop.Token));
        traffic.Start();
        try
        {
            for (int run = 0; run < 3 || Volatile.Read(ref written) < 500; run++)
                Assert.Empty(Compare());

            Pair.Replica.Sql("SET sql_log_bin = 0; UPDATE t SET s = 'wrong' WHERE id = 4242; DELETE FROM bare WHERE id = 77", "hot");
            Assert.Equal(
                ["RowMissing Proven bare 77", "RowDifferent Proven t 4242"],
                Compare().Select(f => $"{f.Type} {f.Confidence} {f.Table} {f.SourceRow!["id"]}"));
        }
        finally
        {
            stop.Cancel();
            traffic.Join();
        }
    }

    [Fact]
    public void A_user_who_may_only_read_can_compare_and_nothing_is_logged_on_either_server()
    {
        Pair.Sql("CREATE DATABASE still; CREATE TABLE still.t (id INT PRIMARY KEY, v INT); INSERT INTO still.t VALUES (1, 1), (2, 2)");
        Pair.Replica.Sql("SET sql_log_bin = 0; UPDATE still.t SET v = 3 WHERE id = 2");
        var before = (Pair.Source.Position(), Pair.Replica.Position());

        ServerPair servers = Pair.Compare(Token);
        using ComparedServer source = servers.Source, replica = servers.Replica;
        Assert.Throws<RecoveryException>(() => source.Client.Execute("DELETE FROM still.t", Token));
        var check = new DataCheck(servers, new DataCheckOptions { Tables = new TableFilter(["still"], [], [], []) });
        Assert.Equal("`id` = 2", Assert.Single(check.Run(e => throw e, Token)).Key);
        Assert.Equal(before, (Pair.Source.Position(), Pair.Replica.Position()));
    }

    [Fact]
    public void A_table_that_cannot_be_read_is_one_error_and_the_others_are_compared()
    {
        Pair.Sql("""
            CREATE DATABASE torn; CREATE TABLE torn.a (id INT PRIMARY KEY, v INT) ENGINE=InnoDB; CREATE TABLE torn.b LIKE torn.a;
            CREATE TABLE torn.c LIKE torn.a; INSERT INTO torn.a VALUES (1, 1); INSERT INTO torn.b VALUES (1, 1);
            INSERT INTO torn.c VALUES (1, 1)
            """);
        Pair.Replica.Sql("SET sql_log_bin = 0; ALTER TABLE torn.b DISCARD TABLESPACE; UPDATE torn.a SET v = 2; UPDATE torn.c SET v = 2");
        ServerPair servers = Pair.Compare(Token);
        using ComparedServer source = servers.Source, replica = servers.Replica;
        var check = new DataCheck(servers, new DataCheckOptions { Tables = new TableFilter(["torn"], [], [], []) });
        var errors = new List<RecoveryException>();

        Assert.Equal(["a", "c"], check.Run(errors.Add, Token).Select(f => f.Table));
        Assert.Contains("torn.b", Assert.Single(errors).Message, StringComparison.Ordinal);
    }

    private List<ConsistencyFinding> Compare()
    {
        ServerPair servers = Pair.Compare(Token);
        using ComparedServer source = servers.Source, replica = servers.Replica;
        var options = new DataCheckOptions { Tables = new TableFilter(["hot"], [], [], []), ChunkTime = TimeSpan.FromMilliseconds(10) };
        return [.. new DataCheck(servers, options).Run(e => throw e, Token)];
    }

    // Values that go to and fro, rows that come and go, all over the table and in a few places again and again.
    private void Write(ref int count, CancellationToken stop)
    {
        using ServerConnection connection = Pair.Source.Connect();
        connection.InitDb("hot", Token);
        var random = new Random(7);
        for (; !stop.IsCancellationRequested; count++)
        {
            int id = random.Next(4) == 0 ? random.Next(1, 8000) : random.Next(100, 110);
            connection.Execute((count % 5) switch
            {
                0 => $"INSERT INTO t (v, s) VALUES ({count}, 'new')",
                1 => $"DELETE FROM t WHERE id > 8000 ORDER BY id LIMIT 1",
                2 => $"UPDATE bare SET v = 1 - v WHERE id = {id % 50}",
                _ => $"UPDATE t SET v = 1 - v WHERE id = {id} AND id <> 4242",
            }, Token);

            // One session writes faster than an old replica applies, and the comparison waits a minute for the replica.
            Thread.Sleep(1);
            if (count % 500 == 499)
                Pair.WaitForReplica();
        }
    }
}
