using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Consistency.Settings;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

public sealed class SettingTests
{
    private static readonly string[] Safe =
    [
        "sync-binlog=1", "innodb-flush-log-at-trx-commit=1", "relay-log-recovery=ON", "relay-log-purge=ON", "binlog-checksum=CRC32",
        "loose-master-info-repository=TABLE", "loose-relay-log-info-repository=TABLE", "loose-binlogging-impossible-mode=ABORT_SERVER",
        "innodb-doublewrite=ON",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(ServerFlavours.All), MemberType = typeof(ServerFlavours))]
    public void A_safe_pair_has_nothing_worse_than_information_and_an_unsafe_one_is_told_each_parameter_by_its_name(ServerFlavour flavour)
    {
        using var pair = new ReplicationPair(flavour, Safe);
        pair.Replica.Sql("SET GLOBAL read_only = ON");
        List<ConsistencyFinding> findings = Check(pair);
        Assert.Empty(findings.Where(f => f.Severity != FindingSeverity.Info).Select(f => f.ToString()));
        Assert.Contains(findings, f => f is { Key: "disk write cache", Confidence: FindingConfidence.Unknown });

        bool isCurrent = flavour == ServerFlavour.MySql;
        pair.Source.Sql("SET GLOBAL sync_binlog = 0; SET GLOBAL innodb_flush_log_at_trx_commit = 2; SET GLOBAL binlog_format = 'MIXED'; "
            + "SET GLOBAL innodb_fast_shutdown = 2");
        pair.StopReplica();
        pair.Replica.Sql(
            $"SET GLOBAL {(isCurrent ? "replica" : "slave")}_exec_mode = 'IDEMPOTENT'; SET GLOBAL read_only = OFF; "
                + $"SET GLOBAL time_zone = '+03:00'; "
            + $"SET GLOBAL {(isCurrent ? "replica" : "slave")}_type_conversions = 'ALL_LOSSY'; SET GLOBAL sync_binlog = 100");
        string[] expected =
        [
            "source innodb_flush_log_at_trx_commit", "source sync_binlog", "source innodb_fast_shutdown", "source binlog_format",
            "replica sync_binlog", $"replica {(isCurrent ? "replica" : "slave")}_exec_mode",
            $"replica {(isCurrent ? "replica" : "slave")}_type_conversions", "replica read_only", "replica time_zone",
        ];
        if (isCurrent)
            expected = [.. expected, "source innodb_autoinc_lock_mode"];
        findings = [.. Check(pair).Where(f => f.Severity == FindingSeverity.Warning)];
        string[] actual = [.. findings.Select(
            f => $"{(f.Server.EndsWith($":{pair.Source.Port}", StringComparison.Ordinal) ? "source" : "replica")} {f.Key}")];
        Assert.Equal(expected.Order(), actual.Order());

        // Each statement that is offered is one that the server takes, and afterwards it is safe.
        foreach (ConsistencyFinding finding in findings.Where(f => f.Repair != null))
            (finding.Server.EndsWith($":{pair.Source.Port}", StringComparison.Ordinal) ? pair.Source : pair.Replica).Sql(finding.Repair!);
        Assert.DoesNotContain(Check(pair), f => f.Severity != FindingSeverity.Info);
    }

    private static List<ConsistencyFinding> Check(ReplicationPair pair)
    {
        ServerPair servers = pair.Compare(Token);
        using ComparedServer source = servers.Source, replica = servers.Replica;
        return [.. new SettingCheck(servers).Run(e => throw e, Token)];
    }
}
