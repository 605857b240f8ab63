using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Settings;

/// <summary>Settings that are harmful together, or different on the two servers; and what SQL does not show.</summary>
internal static class SettingCombinations
{
    private static readonly string[] SemiSyncEnabled = ["rpl_semi_sync_source_enabled", "rpl_semi_sync_master_enabled"];

    // Equal on both servers, or the same statement has two meanings. Rows in the log depend on the first alone.
    private static readonly (string Name, bool MattersForRows)[] Equal =
    [
        ("lower_case_table_names", true), ("character_set_server", false), ("collation_server", false), ("time_zone", false),
        ("system_time_zone", false), ("sql_mode", false), ("explicit_defaults_for_timestamp", false),
    ];

    private static readonly (string Key, string Evidence, string Recommendation)[] Unseen =
    [
        ("disk write cache", "SQL does not show whether disks and RAID controllers keep written data in a cache without battery",
            "Look at the host: write caches must be off or protected against loss of power, or sync_binlog and "
                + "innodb_flush_log_at_trx_commit promise in vain."),
        ("sql_log_bin", "SQL does not show which sessions had sql_log_bin = 0; what they wrote is in no log",
            "Compare the rows (-Check Data), and see who has the privilege."),
    ];

    public static IEnumerable<ConsistencyFinding> Check(SettingFacts facts)
    {
        IEnumerable<ConsistencyFinding?> findings =
            [RedoLog(facts), SemiSync(facts), PurgeAndRecovery(facts), Numbering(facts), LockMode(facts), GtidModes(facts)];
        return findings.OfType<ConsistencyFinding>().Concat(Differences(facts)).Concat(Filters(facts)).Concat(Unseen.Select(
            u => Make(facts, FindingSeverity.Info, u.Key, u.Recommendation, [u.Evidence], confidence: FindingConfidence.Unknown)));
    }

    private static ConsistencyFinding? RedoLog(SettingFacts facts) =>
        facts.Status.GetValueOrDefault("Innodb_redo_log_enabled") != "OFF" ? null
        : Make(
            facts, FindingSeverity.Error, "Innodb_redo_log_enabled", "Switch the redo log on again.",
            ["the redo log was switched off (ALTER INSTANCE DISABLE INNODB REDO_LOG): a crash costs all data of this server"],
            "ALTER INSTANCE ENABLE INNODB REDO_LOG;");

    private static ConsistencyFinding? SemiSync(SettingFacts facts) =>
        facts.Role != ServerRole.Source || !facts.IsOn(SemiSyncEnabled) || facts.Value("sync_binlog") == "1" ? null
        : Make(
            facts, FindingSeverity.Warning, "sync_binlog", "Set sync_binlog = 1 where replication is semi-synchronous.",
            ["replication is semi-synchronous, but the source's own log is not written through: after a crash of the source's machine the "
                + "replica has transactions that the source lost"],
            "SET GLOBAL sync_binlog = 1;");

    private static ConsistencyFinding? PurgeAndRecovery(SettingFacts facts) =>
        facts.Role != ServerRole.Replica || facts.IsOn("relay_log_purge") || !facts.IsOn("relay_log_recovery")
            || facts.Find("relay_log_purge") == null ? null
        : Make(
            facts, FindingSeverity.Warning, "relay_log_purge", "Use relay_log_recovery together with relay_log_purge = ON.",
            ["relay_log_recovery starts new relay logs after a crash and, with relay_log_purge = OFF, old ones with "
                + "other contents remain beside them"],
            "SET GLOBAL relay_log_purge = ON;");

    // Two servers that are both written must not give out the same numbers.
    private static ConsistencyFinding? Numbering(SettingFacts facts)
    {
        if (!facts.IsCircular || facts.Other.IsOn("read_only"))
            return null;
        (string increment, string offset) = (
            facts.Server.Variable("auto_increment_increment")!, facts.Server.Variable("auto_increment_offset")!);
        (string otherIncrement, string otherOffset) = (
            facts.Other.Variable("auto_increment_increment")!, facts.Other.Variable("auto_increment_offset")!);
        return increment == otherIncrement && increment != "1" && offset != otherOffset ? null
            : Make(
                facts, FindingSeverity.Warning, "auto_increment_increment",
                "Give both the same auto_increment_increment of at least 2, and each an auto_increment_offset of its own.",
                [$"both servers replicate from each other and can be written, with increment {increment} and {otherIncrement} and offset "
                    + $"{offset} and {otherOffset}: they give out the same AUTO_INCREMENT values"]);
    }

    private static ConsistencyFinding? LockMode(SettingFacts facts) =>
        facts.UsesRowFormat || facts.Value("innodb_autoinc_lock_mode") != "2" ? null
        : Make(
            facts, FindingSeverity.Warning, "innodb_autoinc_lock_mode",
            "Set innodb_autoinc_lock_mode = 1 in the option file, or binlog_format = ROW.",
            ["with innodb_autoinc_lock_mode 2 and binlog_format other than ROW the same INSERT ... SELECT numbers its "
                + "rows differently on the replica"]);

    private static ConsistencyFinding? GtidModes(SettingFacts facts) =>
        facts.Role != ServerRole.Replica || facts.Server.IsMariaDb || facts.Other.IsMariaDb
            || facts.Value("gtid_mode") == facts.Other.Variable("gtid_mode")?.ToUpperInvariant() ? null
        : Make(
            facts, FindingSeverity.Warning, "gtid_mode", "Set the same gtid_mode on both.",
            [$"gtid_mode is {facts.Value("gtid_mode")} on the replica and {facts.Other.Variable("gtid_mode")} on the source"]);

    private static IEnumerable<ConsistencyFinding> Differences(SettingFacts facts)
    {
        if (facts.Role != ServerRole.Replica)
            yield break;
        bool isRow = facts.Other.Variable("binlog_format") is null or "ROW";
        foreach ((string name, bool mattersForRows) in Equal)
        {
            if (facts.Server.Variable(name) is not { } value || facts.Other.Variable(name) is not { } other || Same(value, other))
                continue;

            // Only where time_zone is SYSTEM does the system's count.
            if (name == "system_time_zone" && facts.Server.Variable("time_zone") != "SYSTEM")
                continue;
            yield return Make(
                facts, isRow && !mattersForRows
                    ? FindingSeverity.Info : FindingSeverity.Warning, name, $"Give both servers the same {name}.",
                [$"{name} is '{value}' on the replica and '{other}' on the source: statements and new tables can come out differently"]);
        }
    }

    private static bool Same(string a, string b) =>
        a.Replace("utf8mb3", "utf8", StringComparison.Ordinal) == b.Replace("utf8mb3", "utf8", StringComparison.Ordinal);

    // Every version and fork: filters stand in the status of the replica's channels, those of the log in the source's.
    private static IEnumerable<ConsistencyFinding> Filters(SettingFacts facts)
    {
        if (facts.Role == ServerRole.Replica)
        {
            foreach (Dictionary<string, string?> channel in facts.Channels)
            {
                foreach ((string name, string? value) in channel)
                {
                    if (name.StartsWith("Replicate_", StringComparison.Ordinal) && name != "Replicate_Ignore_Server_Ids"
                        && !string.IsNullOrEmpty(value))
                        yield return Filter(facts, name.ToLowerInvariant(), value);
                }
            }
        }

        foreach (string name in (string[])["binlog_do_db", "binlog_ignore_db"])
        {
            if (facts.LogFilter(name) is { Length: > 0 } value)
                yield return Filter(facts, name, value);
        }
    }

    private static ConsistencyFinding Filter(SettingFacts facts, string name, string value) => Make(
        facts, FindingSeverity.Warning, name, "Remove the filter, or leave out what it leaves out with -ExcludeDatabase and -ExcludeTable.",
        [$"{name} is {value}: what it leaves out is not replicated; with statements in the log it goes by the default database"]);

    private static ConsistencyFinding Make(
        SettingFacts facts, FindingSeverity severity, string key, string recommendation, string[] evidence, string? repair = null,
        FindingConfidence confidence = FindingConfidence.Proven) => new()
        {
            Type = FindingType.Setting,
            Severity = severity,
            Confidence = confidence,
            Server = facts.Server.Name,
            Key = key,
            Evidence = evidence,
            Recommendation = recommendation,
            Repair = repair,
        };
}
