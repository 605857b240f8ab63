using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Settings;

/// <summary>The parameters by which a source and its replicas come to differ, with the names of all versions and forks.</summary>
internal static class SettingRules
{
    private static readonly string[] ParallelWorkers = ["replica_parallel_workers", "slave_parallel_workers"];

    public static readonly IReadOnlyList<SettingRule> All =
    [
        // What a crash of the server or of the machine loses
        new()
        {
            Names = ["innodb_flush_log_at_trx_commit"], Safe = "1", AlsoSafe = ["3"],
            Why = "0 loses up to a second of committed transactions in a crash of the server, 2 in a crash of the machine",
        },
        new()
        {
            Names = ["innodb_flush_log_at_timeout"], Safe = "1", When = f => f.Value("innodb_flush_log_at_trx_commit") is "0" or "2",
            Why = "it is the number of seconds that innodb_flush_log_at_trx_commit loses",
        },
        new()
        {
            Names = ["sync_binlog"], Safe = "1", When = f => f.IsOn("log_bin"),
            Why = "a crash of the machine loses the end of the binary log: transactions are on this server and never come to its replicas, "
                + "or the other way round",
        },
        new()
        {
            Names = ["innodb_support_xa"], Safe = "ON", When = f => f.IsOn("log_bin"),
            Why = "without it the binary log and InnoDB disagree about the last transactions after a crash",
        },
        new()
        {
            Names = ["innodb_doublewrite"], Safe = "ON", AlsoSafe = ["DETECT_AND_RECOVER"], IsDynamic = false,
            Why = "pages that were written in part in a crash cannot be restored (DETECT_ONLY finds them only)",
        },
        new()
        {
            Names = ["innodb_flush_method"], Safe = "O_DIRECT", Severity = FindingSeverity.Info, IsDynamic = false,
            AlsoSafe = ["O_DIRECT_NO_FSYNC", "ALL_O_DIRECT", "UNBUFFERED", "ASYNC_UNBUFFERED"],
            Why = "pages go through the cache of the operating system and rely on its fsync",
        },
        new()
        {
            Names = ["innodb_checksum_algorithm"], Safe = "crc32", IsDynamic = true,
            AlsoSafe = ["STRICT_CRC32", "FULL_CRC32", "STRICT_FULL_CRC32", "INNODB", "STRICT_INNODB"],
            Why = "damaged pages are not noticed",
        },
        new() { Names = ["innodb_checksums"], Safe = "ON", IsDynamic = false, Why = "damaged pages are not noticed" },
        new()
        {
            Names = ["innodb_fast_shutdown"], Safe = "1", AlsoSafe = ["0"],
            Why = "every shutdown is a crash: the redo log is all there is of the last changes",
        },
        new()
        {
            Names = ["innodb_force_recovery"], Safe = "0", Severity = FindingSeverity.Error, IsDynamic = false,
            Why = "InnoDB leaves out parts of its recovery: data may be missing or stale",
        },

        // The binary log
        new()
        {
            Names = ["log_bin"], Safe = "ON", IsDynamic = false,
            Why = "changes on this server are logged nowhere: it cannot be a source, and nothing can be brought back",
        },
        new()
        {
            Names = ["binlog_format"], Safe = "ROW", When = f => f.IsOn("log_bin"),
            Why = "statements can have another effect on the replica: UUID(), LIMIT without ORDER BY, triggers, settings that differ",
        },
        new()
        {
            Names = ["binlog_row_image"], Safe = "FULL", AlsoSafe = ["FULL_NODUP"], When = f => f.IsOn("log_bin"),
            Why = "the log holds rows in part only: a replica that differs goes unnoticed, and changes cannot be undone",
        },
        new()
        {
            Names = ["binlog_checksum"], Safe = "CRC32", When = f => f.IsOn("log_bin"),
            Why = "damage of the log on disk or on its way to the replica is not noticed",
        },
        new()
        {
            Names = ["source_verify_checksum", "master_verify_checksum"], Safe = "ON", Role = ServerRole.Source,
            Severity = FindingSeverity.Info,
            Why = "the source sends events without looking at their checksums",
        },
        new()
        {
            Names = ["replica_sql_verify_checksum", "slave_sql_verify_checksum"], Safe = "ON", Role = ServerRole.Replica,
            Why = "the replica applies events without looking at their checksums",
        },
        new()
        {
            Names = ["binlog_error_action", "binlogging_impossible_mode"], Safe = "ABORT_SERVER", When = f => f.IsOn("log_bin"),
            Why = "where the log cannot be written the server goes on without it, and its replicas miss everything from there on",
        },

        // The replica
        new()
        {
            Names = ["log_replica_updates", "log_slave_updates"], Safe = "ON", Role = ServerRole.Replica, IsDynamic = false,
            When = f => f.IsOn("log_bin"),
            Why = "the replica's log lacks what it applied: it cannot take the source's place, and its history cannot be looked at",
        },
        new()
        {
            Names = ["master_info_repository"], Safe = "TABLE", Role = ServerRole.Replica, Severity = FindingSeverity.Info,
            NeedsStop = true,
            Why = "where the replica reads is kept in a file that a crash leaves behind",
        },
        new()
        {
            Names = ["relay_log_info_repository"], Safe = "TABLE", Role = ServerRole.Replica, NeedsStop = true,
            Why = "where the replica stands is kept in a file apart from its data: after a crash it applies transactions "
                + "twice or leaves them out",
        },
        new()
        {
            Names = ["sync_source_info", "sync_master_info"], Safe = "1", Role = ServerRole.Replica, Severity = FindingSeverity.Info,
            When = f => f.Value("master_info_repository") == "FILE" && !f.UsesGtid,
            Why = "the file that says where the replica reads is written every so many events only",
        },
        new()
        {
            Names = ["sync_relay_log_info"], Safe = "1", Role = ServerRole.Replica,
            When = f => f.Value("relay_log_info_repository") == "FILE" && !f.UsesGtid,
            Why = "the file that says where the replica stands is written every so many transactions only",
        },
        new()
        {
            Names = ["sync_relay_log"], Safe = "1", Role = ServerRole.Replica, When = f => !f.IsOn("relay_log_recovery") && !f.UsesGtid,
            Why = "a crash of the machine cuts off the relay log, and relay_log_recovery is off: what was lost is not fetched again",
        },
        new()
        {
            Names = ["relay_log_recovery"], Safe = "ON", Role = ServerRole.Replica, IsDynamic = false, When = f => !f.UsesGtid,
            Why =
                "after a crash the replica goes on with relay logs that may be damaged or cut off, and it does not find its place by GTID",
        },
        new()
        {
            Names = ["relay_log_recovery"], Safe = "ON", Role = ServerRole.Replica, IsDynamic = false, Severity = FindingSeverity.Info,
            When = f => f.UsesGtid,
            Why = "after a crash the replica goes on with relay logs that may be damaged; by GTID it can fetch them again",
        },
        new()
        {
            Names = ["relay_log_purge"], Safe = "ON", Role = ServerRole.Replica, Severity = FindingSeverity.Info,
            Why = "relay logs stay for ever: good while a loss is investigated, until the disk is full",
        },
        new()
        {
            Names = ["replica_preserve_commit_order", "slave_preserve_commit_order"], Safe = "ON", Role = ServerRole.Replica,
            NeedsStop = true,
            When = f => f.Number(ParallelWorkers) > 0 && (f.Value("slave_parallel_type") is null or "LOGICAL_CLOCK"),
            Why = "with several workers the replica shows states that the source never had, and has gaps after a crash",
        },
        new()
        {
            Names = ["replica_skip_errors", "slave_skip_errors"], Safe = "OFF", Role = ServerRole.Replica, IsDynamic = false,
            Severity = FindingSeverity.Error,
            Why = "changes that fail on the replica are left out without a word",
        },
        new()
        {
            Names = ["replica_exec_mode", "slave_exec_mode"], Safe = "STRICT", Role = ServerRole.Replica,
            Why = "rows that are missing or there already (1032, 1062) are passed over without a word",
        },
        new()
        {
            Names = ["sql_replica_skip_counter", "sql_slave_skip_counter"], Safe = "0", Role = ServerRole.Replica,
            Why = "the next start of the replica leaves out events of its source",
        },
        new()
        {
            Names = ["replica_type_conversions", "slave_type_conversions"], Safe = "", Role = ServerRole.Replica,
            When = f => f.Value("replica_type_conversions", "slave_type_conversions")!.Contains("ALL_LOSSY", StringComparison.Ordinal),
            Why = "values that do not fit into the replica's columns are cut without a word",
        },
        new()
        {
            Names = ["read_only"], Safe = "ON", Role = ServerRole.Replica, When = f => !f.Other.IsOn("read_only"),
            Why = "applications can write on the replica, and nothing brings that to the source",
        },
        new()
        {
            Names = ["super_read_only"], Safe = "ON", Role = ServerRole.Replica, Severity = FindingSeverity.Info, When = f =>
                f.IsOn("read_only"),
            Why = "administrators can write on the replica by accident",
        },
        new()
        {
            Names = ["skip_replica_start", "skip_slave_start"], Safe = "ON", Role = ServerRole.Replica, Severity = FindingSeverity.Info,
            IsDynamic = false,
            When = f => !f.UsesGtid,
            Why = "after a crash replication goes on before anyone has looked whether it stands at the right place",
        },

        // GTIDs
        new()
        {
            Names = ["gtid_mode"], Safe = "ON", Severity = FindingSeverity.Info, IsDynamic = false,
            Why = "without GTIDs lost, skipped and repeated transactions are not noticed, and positions get lost with files",
        },
        new()
        {
            Names = ["enforce_gtid_consistency"], Safe = "ON", Severity = FindingSeverity.Info, IsDynamic = false,
            Why = "GTIDs cannot be switched on",
        },
        new()
        {
            Names = ["gtid_strict_mode"], Safe = "ON", Severity = FindingSeverity.Info,
            Why = "the server takes GTIDs out of order, so that logs of source and replica can differ without an error",
        },

        // Semi-synchronous replication, where its plugin is there
        new()
        {
            Names = ["rpl_semi_sync_source_enabled", "rpl_semi_sync_master_enabled"], Safe = "ON", Role = ServerRole.Source,
            Severity = FindingSeverity.Info,
            Why = "replication is asynchronous: a failover loses what the replica has not received",
        },
        new()
        {
            Names = ["rpl_semi_sync_source_wait_point", "rpl_semi_sync_master_wait_point"], Safe = "AFTER_SYNC", Role = ServerRole.Source,
            When = f => f.IsOn("rpl_semi_sync_source_enabled", "rpl_semi_sync_master_enabled"),
            Why = "others read a transaction before a replica has it: a failover takes it away again",
        },
        new()
        {
            Names = ["rpl_semi_sync_source_wait_for_replica_count", "rpl_semi_sync_master_wait_for_slave_count"], Safe = "1",
            Role = ServerRole.Source,
            When = f => f.Number("rpl_semi_sync_source_wait_for_replica_count", "rpl_semi_sync_master_wait_for_slave_count") < 1,
            Why = "the source waits for no replica",
        },
        new()
        {
            Names = ["rpl_semi_sync_source_wait_no_replica", "rpl_semi_sync_master_wait_no_slave"], Safe = "ON", Role = ServerRole.Source,
            Severity = FindingSeverity.Info,
            When = f => f.IsOn("rpl_semi_sync_source_enabled", "rpl_semi_sync_master_enabled"),
            Why = "the source becomes asynchronous as soon as too few replicas are connected",
        },
        new()
        {
            Names = ["rpl_semi_sync_source_timeout", "rpl_semi_sync_master_timeout"], Safe = "1000000000", Role = ServerRole.Source,
            Severity = FindingSeverity.Info,
            When = f => f.IsOn("rpl_semi_sync_source_enabled", "rpl_semi_sync_master_enabled")
                && f.Number("rpl_semi_sync_source_timeout", "rpl_semi_sync_master_timeout") < 60_000,
            Why = "after so many milliseconds without an answer the source becomes asynchronous",
        },
    ];
}
