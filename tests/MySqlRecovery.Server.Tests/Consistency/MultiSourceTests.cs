using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.Consistency.Data;
using MySqlRecovery.Consistency.Logs;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

/// <summary>A replica of two sources is compared with one of them: what came from the other one is in order, what it wrote itself is
/// not.</summary>
public sealed class MultiSourceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ServerFlavour.MySql)]
    [InlineData(ServerFlavour.MySql57)]
    [InlineData(ServerFlavour.MariaDb)]
    [InlineData(ServerFlavour.MariaDb118)]
    public void Transactions_of_the_other_source_are_no_errors_and_an_errant_one_among_them_is(ServerFlavour flavour)
    {
        string[] settings = flavour == ServerFlavour.MySql57 ? ["master-info-repository=TABLE", "relay-log-info-repository=TABLE"] : [];
        using var pair = new ReplicationPair(flavour, settings);
        using MySqlServer other = MySqlServer.Start(flavour, flavour.IsMariaDb ? ["gtid-domain-id=7"] : []);
        other.Sql("CREATE USER repl2 IDENTIFIED BY 'repl'; GRANT REPLICATION SLAVE ON *.* TO repl2; CREATE DATABASE theirs; "
            + "CREATE TABLE theirs.t (id INT PRIMARY KEY)");
        string Address(string word) =>
            $"='127.0.0.1', {word}_PORT={other.Port}, {word}_USER='repl2', {word}_PASSWORD='repl', {word}_CONNECT_RETRY=1, ";
        pair.Replica.Sql(flavour switch
        {
            ServerFlavour.MySql => "CHANGE REPLICATION SOURCE TO SOURCE_HOST" + Address("SOURCE")
                + "GET_SOURCE_PUBLIC_KEY=1, SOURCE_AUTO_POSITION=1 FOR CHANNEL 'other'; START REPLICA FOR CHANNEL 'other'",
            ServerFlavour.MySql57 => "CHANGE MASTER TO MASTER_HOST" + Address("MASTER")
                + "MASTER_AUTO_POSITION=1 FOR CHANNEL 'other'; START SLAVE FOR CHANNEL 'other'",
            _ => "CHANGE MASTER 'other' TO MASTER_HOST" + Address("MASTER") + "MASTER_USE_GTID=slave_pos; START SLAVE 'other'",
        });
        pair.Sql("CREATE DATABASE ours; CREATE TABLE ours.t (id INT PRIMARY KEY); INSERT INTO ours.t VALUES (1), (2)");
        other.Sql("INSERT INTO theirs.t VALUES (1), (2); INSERT INTO theirs.t VALUES (3)");
        Await(() => pair.Replica.Query("SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'theirs'")[0][0] == "1"
            && pair.Replica.Scalar("SELECT COUNT(*) FROM theirs.t") == "3");

        Assert.Equal([], Compare(pair).Where(f => f.Severity != FindingSeverity.Info).Select(f => f.ToString()));

        pair.Replica.Sql("INSERT INTO ours.t VALUES (100)");
        other.Sql("INSERT INTO theirs.t VALUES (4)");
        pair.Sql("INSERT INTO ours.t VALUES (3)");
        Await(() => pair.Replica.Scalar("SELECT COUNT(*) FROM theirs.t") == "4");

        List<ConsistencyFinding> found = [.. Compare(pair).Where(f => f.Severity != FindingSeverity.Info)];
        Assert.Equal(
            [FindingType.TransactionErrant, FindingType.TransactionErrant, FindingType.RowExtra], found.Select(f => f.Type));
        Assert.Single(found.Take(2).Select(f => f.Gtid).Distinct());
        Assert.Equal(100, found[2].ReplicaRow!["id"]);
    }

    private static void Await(Func<bool> isSo)
    {
        for (DateTime end = DateTime.UtcNow.AddMinutes(5); !isSo(); Thread.Sleep(50))
            Assert.True(DateTime.UtcNow < end, "the replica has not applied what the other source wrote");
    }

    private static List<ConsistencyFinding> Compare(ReplicationPair pair)
    {
        ServerPair servers = pair.Compare(Token);
        using ComparedServer source = servers.Source, replica = servers.Replica;
        var logs = new LiveLogCheck(
            servers,
            server => new ServerLogSeries((server == source ? pair.Source : pair.Replica).TcpOptions(ReplicationPair.Reader, "read"),
                Token), [], null);
        var rows = new DataCheck(servers, new DataCheckOptions { Tables = new TableFilter(["ours"], [], [], []) });
        return
        [
            .. new PositionCheck(servers).Run(e => throw e, Token), .. logs.Run(e => throw e, Token), .. rows.Run(e => throw e, Token),
        ];
    }
}
