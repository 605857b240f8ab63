using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

public sealed class PositionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(ServerFlavours.All), MemberType = typeof(ServerFlavours))]
    public void A_replica_that_follows_is_silent_and_one_that_stands_still_says_what_it_lacks(ServerFlavour flavour)
    {
        using var pair = new ReplicationPair(flavour);
        pair.Sql("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY)");
        Assert.Empty(Check(pair).Select(f => f.ToString()));
        AssertDelayIsNoError(pair);

        pair.StopReplica();
        pair.Source.Sql("INSERT INTO d.t VALUES (1); INSERT INTO d.t VALUES (2)");
        List<ConsistencyFinding> findings = Check(pair);
        Assert.Equal(["Replica_IO_Running", "Replica_SQL_Running", "missing transactions"], findings.Select(f => f.Key));
        Assert.All(findings, f => Assert.Equal((FindingType.Position, FindingSeverity.Error), (f.Type, f.Severity)));
        if (flavour.IsMariaDb)
            Assert.Equal(pair.Source.Scalar("SELECT @@gtid_binlog_pos"), findings[^1].Gtid);
        else if (pair.HasGtid)
            Assert.Matches("^[0-9a-f-]{36}:[0-9]+-[0-9]+$", findings[^1].Gtid);
        else
            Assert.Contains($"to {pair.Source.Position().File}:{pair.Source.Position().Offset}", findings[^1].Evidence[0]);

        pair.StartReplica();
        pair.WaitForReplica();
        pair.Replica.Sql("INSERT INTO d.t VALUES (3)");
        findings = Check(pair);
        if (pair.HasGtid)
        {
            ConsistencyFinding errant = Assert.Single(findings);
            Assert.Equal((FindingType.TransactionErrant, FindingSeverity.Error), (errant.Type, errant.Severity));
            Assert.Contains(flavour.IsMariaDb ? $"0-{pair.Replica.Port}-" : pair.Replica.Scalar("SELECT @@server_uuid"), errant.Gtid);
        }
        else
        {
            Assert.Empty(findings);
        }

        pair.Source.Sql("INSERT INTO d.t VALUES (3), (4)");
        SpinWait.SpinUntil(() => pair.Status()["Last_SQL_Errno"] != "0", TimeSpan.FromSeconds(10));
        findings = Check(pair);
        Assert.Contains(findings, f => f.Key == "Last_SQL_Error" && f.Evidence[0].Contains("1062", StringComparison.Ordinal));
        Assert.Contains(findings, f => f.Key == "missing transactions");
        Assert.Contains(findings, f => f.Key == "relay log");
    }

    private static void AssertDelayIsNoError(ReplicationPair pair)
    {
        string delay = pair.Source.Flavour == ServerFlavour.MySql ? "CHANGE REPLICATION SOURCE TO SOURCE_DELAY"
            : "CHANGE MASTER TO MASTER_DELAY";
        pair.StopReplica();
        pair.Replica.Sql($"{delay} = 3600");
        pair.StartReplica();
        pair.Source.Sql("INSERT INTO d.t VALUES (9)");
        SpinWait.SpinUntil(() => pair.Status() is var s && s["Replica_IO_Running"] == "Yes" && s["Replica_SQL_Running"] == "Yes",
            TimeSpan.FromSeconds(10));
        List<ConsistencyFinding> findings = Check(pair);
        Assert.Contains(findings, f => f.Key == "delay");
        Assert.All(findings, f => Assert.Equal(FindingSeverity.Info, f.Severity));
        pair.StopReplica();
        pair.Replica.Sql($"{delay} = 0");
        pair.StartReplica();
        pair.WaitForReplica();
    }

    [Theory]
    [MemberData(nameof(ServerFlavours.All), MemberType = typeof(ServerFlavours))]
    public void After_a_clean_failover_what_the_old_source_wrote_is_not_errant(ServerFlavour flavour)
    {
        // MariaDB's replicas need not log what they apply; gtid_slave_pos says it.
        using var pair = new ReplicationPair(flavour, flavour.IsMariaDb ? ["log-slave-updates=OFF"] : []);
        pair.Sql("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY); INSERT INTO d.t VALUES (1)");
        pair.StopReplica();
        pair.Replica.Sql("INSERT INTO d.t VALUES (2)");
        ServerPair servers = pair.Compare(Token);
        using ComparedServer old = servers.Source, promoted = servers.Replica;
        Assert.DoesNotContain(new PositionCheck(new ServerPair(promoted, old)).Run(e => throw e, Token),
            f => f.Type == FindingType.TransactionErrant);
        pair.Source.Sql("INSERT INTO d.t VALUES (3)");
        Assert.Equal(
            pair.HasGtid, new PositionCheck(new ServerPair(promoted, old)).Run(e => throw e, Token)
                .Any(f => f.Type == FindingType.TransactionErrant));
    }

    private static List<ConsistencyFinding> Check(ReplicationPair pair)
    {
        ServerPair servers = pair.Compare(Token);
        using ComparedServer source = servers.Source, replica = servers.Replica;
        return [.. new PositionCheck(servers).Run(e => throw e, Token)];
    }
}
