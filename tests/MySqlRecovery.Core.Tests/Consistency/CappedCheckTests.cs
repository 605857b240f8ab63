using MySqlRecovery.Consistency;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Consistency;

public sealed class CappedCheckTests
{
    [Fact]
    public void Of_many_rows_of_a_table_the_first_are_shown_and_the_others_counted()
    {
        ConsistencyFinding[] all =
        [
            Row("a", FindingType.RowMissing), Row("a", FindingType.RowMissing), Row("a", FindingType.RowDifferent),
            Row("a", FindingType.RowExtra, FindingConfidence.Likely), Row("a", FindingType.RowMissing), Row("b", FindingType.RowExtra),
            new() { Type = FindingType.Schema }, new() { Type = FindingType.Schema }, new() { Type = FindingType.Schema },
        ];
        List<ConsistencyFinding> shown = [.. new CappedCheck(new Findings(all), 2).Run(_ => { }, CancellationToken.None)];
        Assert.Equal([all[0], all[1], all[5], all[6], all[7], all[8]], shown[..^1]);
        ConsistencyFinding rest = shown[^1];
        Assert.Equal(
            (FindingType.RowDifferent, FindingSeverity.Error, FindingConfidence.Likely, "d", "a", null),
            (rest.Type, rest.Severity, rest.Confidence, rest.Database, rest.Table, rest.Repair));
        Assert.Equal("3 more findings like the 2 before are not shown: 1 RowMissing, 1 RowExtra, 1 RowDifferent",
            Assert.Single(rest.Evidence));

        RepairScript script = RepairScript.Start(reverse: false);
        script.Add(rest);
        Assert.Contains("3 more findings", Assert.Single(script.Reasons));
    }

    [Fact]
    public void Of_many_transactions_each_kind_has_its_number()
    {
        ConsistencyFinding[] all = [.. Enumerable.Repeat(FindingType.TransactionMissing, 5).Append(FindingType.TransactionErrant)
            .Append(FindingType.LossPattern)
            .Select(t => new ConsistencyFinding { Type = t, Severity = FindingSeverity.Error, Database = "d", Table = "t" })];
        List<ConsistencyFinding> shown = [.. new CappedCheck(new Findings(all), 3).Run(_ => { }, CancellationToken.None)];
        Assert.Equal(6, shown.Count);
        Assert.Equal((FindingType.TransactionMissing, null), (shown[^1].Type, shown[^1].Table));
        Assert.StartsWith("2 more", shown[^1].Evidence[0], StringComparison.Ordinal);
    }

    private static ConsistencyFinding Row(string table, FindingType type, FindingConfidence confidence = FindingConfidence.Proven) => new()
    {
        Type = type,
        Severity = FindingSeverity.Error,
        Confidence = confidence,
        Database = "d",
        Table = table,
        Server = "r",
    };

    private sealed class Findings(ConsistencyFinding[] all) : IConsistencyCheck
    {
        public IEnumerable<ConsistencyFinding> Run(Action<RecoveryException> onError, CancellationToken token) => all;
    }
}
