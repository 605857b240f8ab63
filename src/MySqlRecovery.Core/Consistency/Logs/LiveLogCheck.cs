using System.Globalization;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>Compares the binlogs of two running servers, and asks the replica what else tells of skipped transactions.</summary>
/// <param name="pair">The servers.</param>
/// <param name="openLogs">Lists the binlogs that a server has now.</param>
/// <param name="skipped">What the replica's error log says was passed over.</param>
/// <param name="tables">The tables that findings are wanted of, or null.</param>
internal sealed class LiveLogCheck(
    ServerPair pair, Func<ComparedServer, LogSeries> openLogs, IReadOnlyList<SkippedRange> skipped, TableFilter? tables) : IConsistencyCheck
{
    /// <summary>The transactions of the findings, once the check has run.</summary>
    public NotAppliedRows? NotApplied { get; private set; }

    public IEnumerable<ConsistencyFinding> Run(Action<RecoveryException> onError, CancellationToken token)
    {
        // First how far the replica came, then its logs, then the source's: each is at least as far as what was asked before.
        List<Dictionary<string, string?>> channels = pair.Replica.ReadReplicaStatus();
        Dictionary<string, string?>? channel = channels.Find(IsOfSource);
        bool logsUpdates = pair.Replica.IsOn("log_bin")
            && (pair.Replica.IsOn("log_replica_updates") || pair.Replica.IsOn("log_slave_updates"));
        GtidSet? replicaExecuted = ReadExecuted(pair.Replica, token);
        LogSeries? replica = pair.Replica.IsOn("log_bin") ? openLogs(pair.Replica) : null;
        var check = new LogCheck(new LogCheckInput
        {
            Source = openLogs(pair.Source),
            Replica = replica,
            LogsUpdates = logsUpdates,
            ReplicaName = pair.Replica.Name,
            Tables = tables,
            Skipped = skipped.Count > 0 ? skipped : ReadErrorLog(onError, token),
            Filter = channel == null ? null : new ReplicationFilter(channel),
            AppliedTo = AppliedTo(channel),
            ReplicaExecuted = replicaExecuted,
            SourceExecuted = ReadExecuted(pair.Source, token),
            SourceApplied = pair.Source.IsMariaDb ? PositionCheck.MariaDbApplied(pair.Source, token) : null,
            IsOfOtherChannel = OtherChannels([.. channels.Where(c => !IsOfSource(c))]),
            IsDetached = channels.Count == 0,
        });
        NotApplied = check.NotApplied;
        if (!logsUpdates)
            yield return Unseen();
        foreach (ConsistencyFinding finding in check.Run(onError, token))
            yield return finding;
        if (ReadSkipCounterUse(onError, token) is { } use)
            yield return use;
    }

    private bool IsOfSource(Dictionary<string, string?> channel) =>
        channel.GetValueOrDefault("Source_UUID") is { Length: > 0 } uuid && pair.Source.Variable("server_uuid") is { } own
            ? uuid.Equals(own, StringComparison.OrdinalIgnoreCase)
            : channel.GetValueOrDefault("Source_Server_Id") == pair.Source.Variable("server_id");

    /// <summary>Tells what servers of other channels wrote, and what came through them.</summary>
    private static Func<LoggedTransaction, bool> OtherChannels(Dictionary<string, string?>[] channels)
    {
        if (channels.Length == 0)
            return _ => false;
        HashSet<string> servers = [.. channels.Select(c => c.GetValueOrDefault("Source_Server_Id") ?? "")];
        GtidSet received = GtidSet.Parse(
            channels.SelectMany(c => new[] { c.GetValueOrDefault("Retrieved_Gtid_Set") ?? "", c.GetValueOrDefault("Source_UUID") ?? "" }));
        return t => servers.Contains(t.ServerId.ToString(CultureInfo.InvariantCulture)) || (t.Gtid is { } gtid && received.Contains(gtid));
    }

    private static GtidSet? ReadExecuted(ComparedServer server, CancellationToken token) => !server.IsOn("gtid_mode") ? null
        : GtidSet.Parse([server.Client.QueryScalar("SELECT @@GLOBAL.gtid_executed", token) ?? ""]);

    private static LogPosition? AppliedTo(Dictionary<string, string?>? channel) =>
        channel?.GetValueOrDefault("Relay_Source_Log_File") is { Length: > 0 } file
        && long.TryParse(
            channel.GetValueOrDefault("Exec_Source_Log_Pos"), NumberStyles.None, CultureInfo.InvariantCulture, out long position)
            ? new LogPosition(file, position) : null;

    private ConsistencyFinding Unseen() => new()
    {
        Type = FindingType.TransactionMissing,
        Severity = FindingSeverity.Info,
        Confidence = FindingConfidence.Unknown,
        Server = pair.Replica.Name,
        Evidence = ["The replica does not log what it applies (log_replica_updates, log_slave_updates), so that its logs "
            + "cannot show what it lacks."],
        Recommendation = "Give its -ErrorLog, which tells what was skipped, and compare the rows (-Check Data).",
    };

    /// <summary>MySQL 8.0.22+ keeps the newest part of its error log in a table.</summary>
    private List<SkippedRange> ReadErrorLog(Action<RecoveryException> onError, CancellationToken token)
    {
        // Start, skip, error, stop and change of the SQL thread (share/messages_to_error_log.txt).
        const string Sql = "SELECT LOGGED, DATA FROM performance_schema.error_log"
            + " WHERE ERROR_CODE IN ('MY-010581', 'MY-010582', 'MY-010584', 'MY-010587', 'MY-010597') ORDER BY LOGGED";
        if (!pair.Replica.IsMySql(8, 0, 22) || !pair.Replica.IsOn("performance_schema"))
            return [];
        return SkippedRanges.Find(Ask(Sql, onError, token).Select(r => ReplicaErrorLog.Parse($"{r[0]} {r[1]}")).OfType<ReplicaLogEntry>());
    }

    /// <summary>The rows; none, and an error, where the user may not see them.</summary>
    private List<string?[]> Ask(string sql, Action<RecoveryException> onError, CancellationToken token)
    {
        try
        {
            return pair.Replica.Client.QueryAll(sql, token);
        }
        catch (RecoveryException e) when (e.Kind == RecoveryErrorKind.PermissionDenied)
        {
            onError(e);
            return [];
        }
    }

    /// <summary>How often the skip counter was set, by the statements that the replica has counted.</summary>
    private ConsistencyFinding? ReadSkipCounterUse(Action<RecoveryException> onError, CancellationToken token)
    {
        const string Sql =
            "SELECT DIGEST_TEXT, COUNT_STAR, FIRST_SEEN, LAST_SEEN FROM performance_schema.events_statements_summary_by_digest"
            + " WHERE DIGEST_TEXT LIKE 'SET %' AND (DIGEST_TEXT LIKE '%sql_slave_skip_counter%' OR DIGEST_TEXT LIKE "
            + "'%sql_replica_skip_counter%')";
        if (!pair.Replica.IsOn("performance_schema"))
            return null;
        List<string?[]> rows = Ask(Sql, onError, token);
        return rows.Count == 0 ? null : new ConsistencyFinding
        {
            Type = FindingType.TransactionSkipped,
            Severity = FindingSeverity.Warning,
            Confidence = FindingConfidence.Likely,
            Server = pair.Replica.Name,
            Evidence = [.. rows.Select(r =>
                $"{r[0]} was run {r[1]} times, first at {r[2]}, last at {r[3]} (performance_schema.events_statements_summary_by_digest).")],
            Recommendation = "Find out who sets the skip counter, and stop it: each time transactions are lost. Where the logs that showed "
                + "them are purged, compare the rows (-Check Data).",
        };
    }
}
