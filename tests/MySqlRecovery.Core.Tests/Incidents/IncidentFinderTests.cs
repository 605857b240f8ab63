using MySqlRecovery.Bench.Incidents;
using MySqlRecovery.Incidents;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Incidents;

/// <summary>A small part of what <c>bench incidents</c> measures.</summary>
public sealed class IncidentFinderTests
{
    public static TheoryData<string> Kinds => [.. Enum.GetNames<DamageKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Ranks_planted_damage_first(string kind)
    {
        foreach (int seed in (int[])[9001, 9002])
        {
            IncidentTrial trial = IncidentTrial.Run(seed, Enum.Parse<DamageKind>(kind));
            Assert.True(trial.IsFirst, $"{kind}, seed {seed}: {trial}");
            Assert.All(trial.Incidents, i => Assert.InRange(i.Score, Thresholds.Score, 100));
        }
    }

    [Theory]
    [InlineData(9001)]
    [InlineData(9002)]
    [InlineData(9003)]
    [InlineData(9004)]
    [InlineData(9005)]
    public void Finds_nothing_in_a_log_without_damage(int seed)
    {
        IncidentTrial trial = IncidentTrial.Run(seed, null);
        Assert.True(trial.Incidents.Count == 0, $"seed {seed}: {trial}");
    }

    [Fact]
    public void Counts_what_the_planted_transaction_did()
    {
        IncidentTrial trial = IncidentTrial.Run(9001, DamageKind.InsertMany);
        Incident incident = trial.Incidents[0];
        Assert.Equal(trial.Planted!.Start, incident.StartPosition);
        Assert.Equal(trial.Planted.Stop, incident.StopPosition);
        Assert.Equal(["shop.orders"], incident.Table);
        Assert.Equal(1, incident.TransactionCount);
        Assert.Equal((0, 0), (incident.UpdateCount, incident.DeleteCount));
        Assert.InRange(incident.InsertCount, 1000, 3000);
    }

    [Fact]
    public void Says_that_one_value_is_everywhere_and_that_all_rows_are_gone()
    {
        Assert.Contains(
            IncidentTrial.Run(9001, DamageKind.UpdateAll).Incidents[0].Reason,
            r => r.EndsWith("one value everywhere", StringComparison.Ordinal));
        Assert.Contains(IncidentTrial.Run(9001, DamageKind.DeleteAll).Incidents[0].Reason,
            r => r.Contains("is seen to have", StringComparison.Ordinal));
    }
}
