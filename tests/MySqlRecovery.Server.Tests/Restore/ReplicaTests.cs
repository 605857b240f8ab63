using MySqlRecovery.Client;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Consistency;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Restore;

/// <summary>What a replica gets of restoring on its source, and how it is waited for.</summary>
public abstract class ReplicaTests(ReplicationPairFixture fixture)
{
    private ReplicationPair Pair => fixture.Pair;

    [Theory]
    [InlineData(RestoreForm.Statement)]
    [InlineData(RestoreForm.RowEvent)]
    public void A_replica_is_equal_to_its_source_afterwards(RestoreForm form)
    {
        for (int seed = 1; seed <= 8; seed++)
        {
            var incident = new RandomIncident(Pair.Source, seed);
            Dictionary<string, string> before = incident.State();
            string log = incident.Damage();
            List<RowVerdict> done =
                new Restoring(Pair.Source, log) { Options = incident.Options with { AsRowEvent = form == RestoreForm.RowEvent } }.Run();
            Assert.All(done, v => Assert.True(v.IsApplied || v.Verdict == RestoreVerdict.AlreadyRestored, $"seed {seed}: {v}"));
            RandomIncident.AssertSame(before, incident.State(), seed);
            Pair.WaitForReplica();
            RandomIncident.AssertSame(before, RandomIncident.StateOf(Pair.Replica), seed);
        }
    }

    [Fact]
    public void Writing_waits_while_a_replica_is_behind()
    {
        var opened = new List<string>();
        using ServerConnection connection = Pair.Source.Connect();
        using var throttle = new WriteThrottle(
            connection, TimeSpan.FromSeconds(1), maximumThreads: null,
            address =>
            {
                opened.Add(address);
                return Pair.Replica.Connect();
            },
            TestContext.Current.CancellationToken);
        Assert.Equal([$"127.0.0.1:{Pair.Replica.Port}"], opened);
        throttle.Wait(() => throw new InvalidOperationException("the replica is not behind"), _ => { });
        Pair.Sql("CREATE TABLE IF NOT EXISTS test_lag (id INT PRIMARY KEY)", "mysql");

        // The replica waits for a lock that another session has, and the clock of its lag runs.
        using ServerConnection blocker = Pair.Replica.Connect();
        blocker.Query("LOCK TABLES mysql.test_lag READ", CancellationToken.None).Dispose();
        Pair.Source.Sql("INSERT INTO test_lag VALUES (1)", "mysql");
        DateTime deadline = DateTime.UtcNow.AddMinutes(5);
        while (Pair.Status()["Seconds_Behind_Source"] is null or "0" or "1" && DateTime.UtcNow < deadline)
            Thread.Sleep(100);
        var told = new List<string>();
        throttle.Wait(() => told.Count < 2, told.Add);
        Assert.Contains("s behind", told[0], StringComparison.Ordinal);
        blocker.Query("UNLOCK TABLES", CancellationToken.None).Dispose();
        Pair.WaitForReplica();
        Pair.Sql("DROP TABLE test_lag", "mysql");
    }
}

/// <summary>Whose replica tells its address.</summary>
public sealed class MySqlTellingPairFixture() : ReplicationPairFixture(ServerFlavour.MySql, "report-host=127.0.0.1");

public sealed class MySql57TellingPairFixture() : ReplicationPairFixture(ServerFlavour.MySql57, "report-host=127.0.0.1");

public sealed class MySql56TellingPairFixture() : ReplicationPairFixture(ServerFlavour.MySql56, "report-host=127.0.0.1");

public sealed class MariaDbTellingPairFixture() : ReplicationPairFixture(ServerFlavour.MariaDb, "report-host=127.0.0.1");

public sealed class MariaDb118TellingPairFixture() : ReplicationPairFixture(ServerFlavour.MariaDb118, "report-host=127.0.0.1");

public sealed class MySqlReplicaTests(MySqlTellingPairFixture fixture) : ReplicaTests(fixture), IClassFixture<MySqlTellingPairFixture>;

public sealed class MySql57ReplicaTests(MySql57TellingPairFixture fixture) : ReplicaTests(fixture),
    IClassFixture<MySql57TellingPairFixture>;

public sealed class MySql56ReplicaTests(MySql56TellingPairFixture fixture) : ReplicaTests(fixture),
    IClassFixture<MySql56TellingPairFixture>;

public sealed class MariaDbReplicaTests(MariaDbTellingPairFixture fixture) : ReplicaTests(fixture),
    IClassFixture<MariaDbTellingPairFixture>;

public sealed class MariaDb118ReplicaTests(MariaDb118TellingPairFixture fixture) : ReplicaTests(fixture),
    IClassFixture<MariaDb118TellingPairFixture>;
