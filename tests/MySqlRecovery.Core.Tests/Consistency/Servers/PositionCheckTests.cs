using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Consistency.Servers;

/// <summary>Where a replica stands, from what SHOW REPLICA STATUS says.</summary>
public sealed class PositionCheckTests
{
    private const string Source = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private const string Own = "4e11fa47-71ca-11e1-9e33-c80aa9429562";
    private const string Running = "Replica_IO_Running=Yes, Replica_SQL_Running=Yes, Last_IO_Errno=0, Last_SQL_Errno=0";

    [Fact]
    public void A_replica_that_runs_is_no_finding() => Assert.Empty(Check($"{Running}, Seconds_Behind_Source=0"));

    [Fact]
    public void A_server_that_replicates_from_nobody_is_an_error() =>
        Assert.Equal(["Error channel: the replica does not replicate from any server"], Check(""));

    [Theory]
    [InlineData("Connecting", "Yes", "Error Replica_IO_Running: Replica_IO_Running is Connecting: the replica receives nothing")]
    [InlineData("Yes", "No", "Error Replica_SQL_Running: Replica_SQL_Running is No: the replica applies nothing")]
    public void A_thread_that_stands_is_an_error(string receiver, string applier, string finding) =>
        Assert.Equal([finding], Check($"Replica_IO_Running={receiver}, Replica_SQL_Running={applier}"));

    [Fact]
    public void The_last_error_is_told() =>
        Assert.Equal(
            ["Error Last_SQL_Error: error 1062: Duplicate entry"],
            Check("Replica_IO_Running=Yes, Replica_SQL_Running=Yes, Last_SQL_Errno=1062, Last_SQL_Error=Duplicate entry"));

    [Theory]
    [InlineData("9", "0", null)]
    [InlineData("10", "0", "Warning Seconds_Behind_Source: the replica is 10 s behind")]
    [InlineData("3600", "3600", "Info Seconds_Behind_Source: the replica is 3600 s behind (SQL_Delay 3600)")]
    public void Lag_is_told_where_it_is_more_than_that_of_a_busy_replica(string seconds, string delay, string? finding) =>
        Assert.Equal(finding == null ? [] : [finding], Check($"{Running}, Seconds_Behind_Source={seconds}, SQL_Delay={delay}"));

    [Fact]
    public void Events_that_are_to_be_left_out_are_an_error() =>
        Assert.Equal(["Error Skip_Counter: the replica leaves out the next 1 events"], Check($"{Running}, Skip_Counter=1"));

    [Theory]
    [InlineData(Source + ":1-5:7-9", Source + ":1-5:7-9")]
    [InlineData(Source + ":1-9", null)]
    [InlineData(Source + ":tag:1-9", null)]
    [InlineData(Source + ":1-9:tag:1:3,\n" + Own + ":1:3", Source + ":tag:1:3")]
    public void A_gap_is_where_the_source_or_one_of_its_tags_has_several_intervals(string executed, string? gap)
    {
        using ComparedServer source = AnswersByHeart.Open(
            "db1", "9.7.0", $"server_uuid={Source}, gtid_mode=ON",
            scalar: q => q == "SELECT @@GLOBAL.gtid_executed" ? Source + ":1-20" : null);
        using ComparedServer replica = AnswersByHeart.Open(
            "db2", "9.7.0", $"server_uuid={Own}, gtid_mode=ON", channel: "Replica_SQL_Running=No",
            scalar: q => q == "SELECT @@GLOBAL.gtid_executed" ? executed : null);
        Assert.Equal(gap, Run(source, replica).SingleOrDefault(f => f.Key == "gap")?.Gtid);
    }

    [Theory]
    [InlineData("0-1-9,0-2-7", "0-1-9", "0-2-7")]
    [InlineData("0-1-9,0-2-7,5-2-3", "0-1-9,0-2-7,5-2-2", "5-2-3")]
    [InlineData("0-1-9,0-2-7", "0-1-9,0-2-8", null)]
    public void What_a_replica_of_MariaDb_logged_under_its_own_id_is_errant_by_domain(string state, string sourceState, string? errant)
    {
        using ComparedServer source = AnswersByHeart.Open(
            "db1", "10.11.6-MariaDB", "server_id=1", scalar: q => q == "SELECT @@GLOBAL.gtid_binlog_state" ? sourceState : null);
        using ComparedServer replica = AnswersByHeart.Open(
            "db2", "10.11.6-MariaDB", "server_id=2", channel: Running,
            scalar: q => q == "SELECT @@GLOBAL.gtid_binlog_state" ? state : null);
        Assert.Equal(errant, Run(source, replica).SingleOrDefault(f => f.Type == FindingType.TransactionErrant)?.Gtid);
    }

    [Fact]
    public void What_another_source_wrote_is_told_apart_by_its_uuid_and_what_its_channel_received()
    {
        const string Other = "5e11fa47-71ca-11e1-9e33-c80aa9429562", Third = "6e11fa47-71ca-11e1-9e33-c80aa9429562";
        const string Errant = $"{Own}:1-2,{Other}:1-9:tag:1,{Third}:4";
        using ComparedServer source = AnswersByHeart.Open(
            "db1", "9.7.0", $"server_uuid={Source}",
            scalar: q => q.StartsWith("SELECT GTID_SUBTRACT", StringComparison.Ordinal) ? Errant : null);
        using ComparedServer replica = AnswersByHeart.Open(
            "db2", "9.7.0", $"server_uuid={Own}",
            channel: $"Source_UUID={Source}, Retrieved_Gtid_Set={Source}:1-9 | Source_UUID={Other.ToUpperInvariant()}, "
                + $"Retrieved_Gtid_Set={Third}:1-5,\n{Other}:1-3",
            scalar: q => q switch
            {
                "SELECT @@GLOBAL.gtid_executed" => $"{Source}:1-9,{Errant}",
                $"SELECT GTID_SUBTRACT('{Errant}', '{Other}:1-9:tag:1,{Third}:1-5')" => $"{Own}:1-2",
                $"SELECT GTID_SUBTRACT('{Errant}', '{Own}:1-2')" => $"{Other}:1-9:tag:1,{Third}:4",
                _ => null,
            });
        Assert.Equal(
            [(FindingSeverity.Error, $"{Own}:1-2"), (FindingSeverity.Info, $"{Other}:1-9:tag:1,{Third}:4")],
            Run(source, replica).Where(f => f.Type == FindingType.TransactionErrant).Select(f => (f.Severity, f.Gtid)));
    }

    private static IEnumerable<ConsistencyFinding> Run(ComparedServer source, ComparedServer replica) =>
        new PositionCheck(new ServerPair(source, replica)).Run(e => throw e, CancellationToken.None);

    private static string[] Check(string channel)
    {
        using ComparedServer source = AnswersByHeart.Open("db1", "8.0.36", ""),
            replica = AnswersByHeart.Open("db2", "8.0.36", "", channel: channel);
        return [.. Run(source, replica).Select(f => $"{f.Severity} {f.Key}: {f.Evidence[0]}")];
    }
}
