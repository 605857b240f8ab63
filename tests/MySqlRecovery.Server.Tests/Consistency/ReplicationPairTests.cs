using System.Globalization;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

public sealed class ReplicationPairTests
{
    [Theory]
    [MemberData(nameof(ServerFlavours.All), MemberType = typeof(ServerFlavours))]
    public void What_the_source_logs_comes_to_the_replica_and_both_can_be_asked(ServerFlavour flavour)
    {
        using var pair = new ReplicationPair(flavour);
        pair.Sql("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY); INSERT INTO d.t VALUES (1), (2)");
        Assert.Equal("2", pair.Replica.Scalar("SELECT COUNT(*) FROM d.t"));

        ServerPair servers = pair.Compare(TestContext.Current.CancellationToken);
        using ComparedServer source = servers.Source, replica = servers.Replica;
        Assert.Empty(source.ReadReplicaStatus());
        Dictionary<string, string?> channel = Assert.Single(replica.ReadReplicaStatus());
        Assert.Equal("Yes", channel["Replica_SQL_Running"]);
        Assert.Equal(pair.Source.Port.ToString(CultureInfo.InvariantCulture), channel["Source_Port"]);
        Assert.Equal(flavour.IsMariaDb, source.IsMariaDb);
        Assert.Equal(pair.Source.Port.ToString(CultureInfo.InvariantCulture), source.Variable("server_id"));
    }
}
