using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Consistency.Settings;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Consistency;

/// <summary>Parameters of versions and forks, by the names that they have there.</summary>
public sealed class SettingRulesTests
{
    private const string Safe = "server_id=1, log_bin=ON, binlog_format=ROW, sync_binlog=1, innodb_flush_log_at_trx_commit=1";

    [Theory]
    [InlineData("5.5.62", "slave_exec_mode=IDEMPOTENT", "slave_exec_mode", "SET GLOBAL slave_exec_mode = STRICT;")]
    [InlineData("8.0.26", "replica_exec_mode=IDEMPOTENT, slave_exec_mode=IDEMPOTENT", "replica_exec_mode",
        "SET PERSIST replica_exec_mode = STRICT;")]
    [InlineData("5.7.44", "slave_skip_errors=1062", "slave_skip_errors", null)]
    [InlineData("8.4.3", "replica_skip_errors=ALL", "replica_skip_errors", null)]
    [InlineData("5.6.20", "binlogging_impossible_mode=IGNORE_ERROR", "binlogging_impossible_mode",
        "SET GLOBAL binlogging_impossible_mode = ABORT_SERVER;")]
    [InlineData("5.7.44", "binlog_error_action=IGNORE_ERROR", "binlog_error_action", "SET GLOBAL binlog_error_action = ABORT_SERVER;")]
    [InlineData("5.7.44", "relay_log_info_repository=FILE", "relay_log_info_repository",
        "STOP SLAVE; SET GLOBAL relay_log_info_repository = TABLE; START SLAVE;")]
    [InlineData("5.7.44", "sync_relay_log_info=10000, relay_log_info_repository=FILE", "relay_log_info_repository, sync_relay_log_info",
        null)]
    [InlineData("5.7.44", "slave_preserve_commit_order=OFF, slave_parallel_workers=4, slave_parallel_type=LOGICAL_CLOCK",
        "slave_preserve_commit_order", "STOP SLAVE; SET GLOBAL slave_preserve_commit_order = ON; START SLAVE;")]
    [InlineData("8.0.36", "replica_preserve_commit_order=OFF, replica_parallel_workers=4", "replica_preserve_commit_order",
        "STOP REPLICA; SET PERSIST replica_preserve_commit_order = ON; START REPLICA;")]
    [InlineData("8.0.36", "replica_preserve_commit_order=OFF, replica_parallel_workers=0", "", null)]
    [InlineData("5.6.51", "innodb_support_xa=OFF", "innodb_support_xa", "SET GLOBAL innodb_support_xa = ON;")]
    [InlineData("8.0.36", "innodb_doublewrite=DETECT_ONLY", "innodb_doublewrite", null)]
    [InlineData("8.0.36", "innodb_doublewrite=DETECT_AND_RECOVER", "", null)]
    [InlineData("8.0.36", "innodb_force_recovery=3", "innodb_force_recovery", null)]
    [InlineData("10.11.6-MariaDB-log", "innodb_checksum_algorithm=full_crc32, innodb_flush_log_at_trx_commit=3", "", null)]
    [InlineData("10.11.6-MariaDB-log", "sql_slave_skip_counter=1", "sql_slave_skip_counter", "SET GLOBAL sql_slave_skip_counter = 0;")]
    [InlineData("8.4.3", "log_replica_updates=OFF, log_slave_updates=OFF", "log_replica_updates", null)]
    [InlineData("11.8.9-MariaDB-log", "binlog_row_image=FULL_NODUP", "", null)]
    [InlineData("11.8.9-MariaDB-log", "binlog_row_image=MINIMAL", "binlog_row_image", "SET GLOBAL binlog_row_image = FULL;")]
    [InlineData("5.6.51", "relay_log_recovery=OFF, sync_relay_log=10000", "relay_log_recovery, sync_relay_log", null)]
    public void A_parameter_of_the_replica_is_named_as_that_version_does(string version, string settings, string names, string? repair)
    {
        List<ConsistencyFinding> findings = Warnings(version, Safe, Safe + ", read_only=ON, " + settings, "db2");
        Assert.Equal(names, string.Join(", ", findings.Select(f => f.Key!).Order(StringComparer.Ordinal)));
        if (repair != null)
            Assert.Equal(repair, findings[0].Repair);
    }

    [Fact]
    public void Settings_are_harmful_together()
    {
        const string SemiSync =
            "server_id=1, log_bin=ON, binlog_format=ROW, sync_binlog=0, innodb_flush_log_at_trx_commit=1, rpl_semi_sync_master_enabled=ON, "
            + "rpl_semi_sync_master_wait_point=AFTER_COMMIT, rpl_semi_sync_master_timeout=10000, "
            + "rpl_semi_sync_master_wait_for_slave_count=1";
        List<ConsistencyFinding> findings = Warnings("5.7.44", SemiSync, Safe + ", read_only=ON", "db1");
        Assert.Equal(["rpl_semi_sync_master_wait_point", "sync_binlog", "sync_binlog"], findings.Select(f => f.Key!).Order());
        Assert.Contains(findings, f => f.Evidence[0].Contains("semi-synchronous", StringComparison.Ordinal));
    }

    [Fact]
    public void Filters_and_differences_are_named_with_their_values()
    {
        using ComparedServer source =
            AnswersByHeart.Open("db1", "5.7.44",
                Safe + ", sql_mode=ANSI, lower_case_table_names=0, time_zone=SYSTEM, system_time_zone=CET");
        using ComparedServer replica = AnswersByHeart.Open(
            "db2", "5.7.44", Safe + ", read_only=ON, sql_mode=, lower_case_table_names=1, time_zone=SYSTEM, system_time_zone=UTC",
            channel: "Master_Server_Id=1, Replicate_Do_DB=shop,crm, Replicate_Ignore_DB=, Auto_Position=0");
        List<ConsistencyFinding> findings =
            [.. new SettingCheck(new ServerPair(source, replica)).Run(e => throw e, CancellationToken.None)];
        Assert.Equal(
            ["Info sql_mode", "Info system_time_zone", "Warning lower_case_table_names", "Warning replicate_do_db"],
            findings.Where(f => f.Server == "db2" && f.Confidence == FindingConfidence.Proven).Select(f => $"{f.Severity} {f.Key}")
                .Order());
        Assert.StartsWith("replicate_do_db is shop,crm:", findings.Single(f => f.Key == "replicate_do_db").Evidence[0]);
    }

    [Fact]
    public void A_redo_log_that_is_off_is_an_error_with_its_statement()
    {
        using ComparedServer source = AnswersByHeart.Open("db1", "8.0.36", Safe, "Innodb_redo_log_enabled=OFF");
        using ComparedServer replica = AnswersByHeart.Open("db2", "8.0.36", Safe + ", read_only=ON", "Innodb_redo_log_enabled=ON");
        ConsistencyFinding finding = Assert.Single(
            new SettingCheck(new ServerPair(source, replica)).Run(e => throw e, CancellationToken.None),
            f => f.Severity == FindingSeverity.Error);
        Assert.Equal(("db1", "ALTER INSTANCE ENABLE INNODB REDO_LOG;"), (finding.Server, finding.Repair));
    }

    private static List<ConsistencyFinding> Warnings(string version, string source, string replica, string server)
    {
        // The later of two values counts, as in an option file.
        using ComparedServer here = AnswersByHeart.Open("db1", version, source);
        using ComparedServer there = AnswersByHeart.Open("db2", version, replica);
        return [.. new SettingCheck(new ServerPair(here, there)).Run(e => throw e, CancellationToken.None)
            .Where(f => f.Server == server && f.Severity != FindingSeverity.Info)];
    }
}
