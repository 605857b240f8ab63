using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Consistency.Servers;

/// <summary>Where a replica stands, from what SHOW REPLICA STATUS says.</summary>
public sealed class PositionCheckTests
{
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

    private static string[] Check(string channel)
    {
        using ComparedServer source = AnswersByHeart.Open("db1", "8.0.36", ""), replica = AnswersByHeart.Open("db2", "8.0.36", "", channel: channel);
        return [.. new PositionCheck(new ServerPair(source, replica)).Run(e => throw e, CancellationToken.None)
            .Select(f => $"{f.Severity} {f.Key}: {f.Evidence[0]}")];
    }
}
