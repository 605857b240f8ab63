using System.Globalization;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.Consistency.Servers;

/// <summary>Looks where the replica stands: its threads, its lag and errors, and the transactions of each side that the other
/// lacks.</summary>
internal sealed class PositionCheck(ServerPair pair) : IConsistencyCheck
{
    // A second or two behind is what a busy replica is all the time.
    private const int WorthyLag = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(WorthyLag);

    private static readonly string[] SemiSyncStatus = ["Rpl_semi_sync_source_status", "Rpl_semi_sync_master_status"];
    private static readonly string[] SemiSyncWithout = ["Rpl_semi_sync_source_no_tx", "Rpl_semi_sync_master_no_tx"];

    public IEnumerable<ConsistencyFinding> Run(Action<RecoveryException> onError, CancellationToken token)
    {
        var progress = new ReplicaProgress(pair, token);
        string? place = progress.ReadSource();
        if (progress.Channel is { } channel)
        {
            foreach (
                ConsistencyFinding finding in Threads(channel).Concat(Errors(channel)).Concat(Lag(channel)).Concat(Unexecuted(channel,
                token)))
                yield return finding;
        }
        else
        {
            yield return Make(
                FindingSeverity.Error, "channel", "Set up replication again, or compare the rows only.",
                "the replica does not replicate from any server");
        }

        if (place != null && progress.Channel is { } delayed && IsDelayed(delayed))
        {
            if (!progress.HasReached(place))
                yield return Make(
                    FindingSeverity.Info, "delay", "Rows that differ may be what it has not applied yet; they are of Confidence Likely.",
                    $"the replica is told to stay {delayed["SQL_Delay"]} s behind, and lacks {progress.Missing(place)}");
        }
        else if (place != null && !progress.Wait(place, Patience) && !progress.HasReached(place))
        {
            yield return Behind(progress, place);
            foreach (ConsistencyFinding finding in Gaps(token))
                yield return finding;
        }

        IEnumerable<ConsistencyFinding> errant = pair.Source.IsMariaDb ? MariaDbErrant(token) : Errant(token);
        foreach (ConsistencyFinding finding in errant.Concat(SemiSync()))
            yield return finding;
    }

    /// <summary>Whether it is as far behind as it was told to be, and in order.</summary>
    private static bool IsDelayed(Dictionary<string, string?> channel) => Delay(channel) > 0
        && channel.GetValueOrDefault("Replica_IO_Running") == "Yes" && channel.GetValueOrDefault("Replica_SQL_Running") == "Yes"
        && (!TryParse(channel.GetValueOrDefault("Seconds_Behind_Source"), out double seconds) || seconds - Delay(channel) < WorthyLag);

    private static double Delay(Dictionary<string, string?> channel) =>
        TryParse(channel.GetValueOrDefault("SQL_Delay"), out double delay) ? delay : 0;

    private static bool TryParse(string? text, out double number) => double.TryParse(text, CultureInfo.InvariantCulture, out number);

    private IEnumerable<ConsistencyFinding> Threads(Dictionary<string, string?> channel)
    {
        foreach (
            (string column, string what) in ((string, string)[])[("Replica_IO_Running", "receives nothing"), (
                "Replica_SQL_Running", "applies nothing")])
        {
            if (channel.GetValueOrDefault(column) is { } state && state != "Yes")
                yield return Make(
                    FindingSeverity.Error, column, $"See the errors of this check and the replica's error log, then START {Word}.",
                    $"{column} is {state}: the replica {what}");
        }
    }

    private IEnumerable<ConsistencyFinding> Errors(Dictionary<string, string?> channel)
    {
        foreach (string kind in (string[])["IO", "SQL"])
        {
            if (channel.GetValueOrDefault($"Last_{kind}_Errno") is { } number && number != "0")
                yield return Make(
                    FindingSeverity.Error, $"Last_{kind}_Error", "Set the cause right; skipping the transaction loses it.",
                    $"error {number}: {channel.GetValueOrDefault($"Last_{kind}_Error")}");
        }

        if (channel.GetValueOrDefault("Skip_Counter") is { } skip && skip != "0")
            yield return Make(
                FindingSeverity.Error, "Skip_Counter",
                $"SET GLOBAL {(pair.Replica.IsMySql(8, 0, 26) ? "sql_replica_skip_counter" : "sql_slave_skip_counter")} = 0 "
                    + "before the replica starts again.",
                $"the replica leaves out the next {skip} events");
    }

    private IEnumerable<ConsistencyFinding> Lag(Dictionary<string, string?> channel)
    {
        if (!TryParse(channel.GetValueOrDefault("Seconds_Behind_Source"), out double seconds) || seconds < WorthyLag)
            yield break;
        double delay = Delay(channel);
        yield return Make(
            seconds - delay < WorthyLag ? FindingSeverity.Info : FindingSeverity.Warning, "Seconds_Behind_Source",
            "A failover now loses that much unless the replica catches up first.",
            string.Create(CultureInfo.InvariantCulture, $"the replica is {seconds} s behind{(delay > 0 ? $" (SQL_Delay {delay})" : "")}"));
    }

    /// <summary>What the replica received and has not applied, where it does not apply any more.</summary>
    private IEnumerable<ConsistencyFinding> Unexecuted(Dictionary<string, string?> channel, CancellationToken token)
    {
        if (channel.GetValueOrDefault("Replica_SQL_Running") == "Yes")
            yield break;
        string? waiting = null;
        if (channel.GetValueOrDefault("Retrieved_Gtid_Set") is { Length: > 0 } retrieved)
            waiting = Subtract(pair.Replica, $"'{retrieved}'", "@@GLOBAL.gtid_executed", token);
        else if (channel.GetValueOrDefault("Source_Log_File") is { } file
            && (file, channel["Read_Source_Log_Pos"]) != (channel["Relay_Source_Log_File"], channel["Exec_Source_Log_Pos"]))
            waiting = $"{channel["Relay_Source_Log_File"]}:{channel["Exec_Source_Log_Pos"]} to {file}:{channel["Read_Source_Log_Pos"]}";
        if (!string.IsNullOrEmpty(waiting))
        {
            ConsistencyFinding finding = Make(
                FindingSeverity.Warning, "relay log", "Do not RESET the replica and keep its relay logs: they hold these transactions.",
                $"received and not applied: {waiting}");
            finding.Gtid = waiting.Contains(' ', StringComparison.Ordinal) ? null : waiting;
            yield return finding;
        }
    }

    private ConsistencyFinding Behind(ReplicaProgress progress, string place)
    {
        string missing = progress.Missing(place);
        ConsistencyFinding finding = Make(
            FindingSeverity.Error, "missing transactions", "Look for them with -Check Log; if the replica never gets them, repair its rows "
                + "(-Check Data).",
            $"the source has transactions that the replica has not applied: {missing}", $"the source was at {place}");
        finding.Gtid = progress.IsByGtid ? missing : null;
        return finding;
    }

    // MySQL: what the replica executed and the source did not, after the replica's set was read first.
    private IEnumerable<ConsistencyFinding> Errant(CancellationToken token)
    {
        if (!pair.Source.IsMySql(5, 6, 5) || !pair.Replica.IsMySql(5, 6, 5)
            || pair.Replica.Client.QueryScalar("SELECT @@GLOBAL.gtid_executed", token) is not { Length: > 0 } executed)
            yield break;
        string? errant = Subtract(pair.Source, $"'{executed}'", "@@GLOBAL.gtid_executed", token);
        if (string.IsNullOrEmpty(errant))
            yield break;

        // What the replica has from other sources of its own is not errant: what their channels received, and what they wrote.
        Dictionary<string, string?>[] others = [.. pair.Replica.ReadReplicaStatus().Where(c =>
            c.GetValueOrDefault("Source_UUID") is { Length: > 0 } uuid
            && !uuid.Equals(pair.Source.Variable("server_uuid"), StringComparison.OrdinalIgnoreCase)
            && !uuid.Equals(pair.Replica.Variable("server_uuid"), StringComparison.OrdinalIgnoreCase))];
        HashSet<Guid> uuids = [.. others.Select(c => Guid.Parse(c["Source_UUID"]!))];
        string written = GtidSet.Parse([errant]).Where(origin => uuids.Contains(origin.Uuid)).ToString();
        GtidSet foreign = GtidSet.Parse(others.Select(c => c.GetValueOrDefault("Retrieved_Gtid_Set") ?? "").Append(written));
        string own = others.Length == 0 ? errant : Subtract(pair.Replica, $"'{errant}'", $"'{foreign}'", token) ?? "";
        string ofOthers = own.Length == 0 ? errant : own == errant ? "" : Subtract(pair.Replica, $"'{errant}'", $"'{own}'", token) ?? "";
        if (own.Length > 0)
            yield return Errant(own, isOfOtherSource: false);
        if (ofOthers.Length > 0)
            yield return Errant(ofOthers, isOfOtherSource: true);
    }

    // MariaDB: per domain, the server id of the last transaction in the replica's log; its own id is its own writing.
    private IEnumerable<ConsistencyFinding> MariaDbErrant(CancellationToken token)
    {
        if (pair.Replica.Client.QueryScalar("SELECT @@GLOBAL.gtid_binlog_state", token) is not { Length: > 0 } state)
            yield break;
        // What the source applied before it became the source it need not have logged: of each domain gtid_slave_pos has the last one.
        GtidSet applied = MariaDbApplied(pair.Source, token);
        string own = pair.Replica.Variable("server_id")!;
        Gtid[] errant = [.. MariaDbPosition.ParseList(state)
            .Where(g => g.ServerId.ToString(CultureInfo.InvariantCulture) == own && !applied.Contains(g))];
        if (errant.Length > 0)
            yield return Errant(string.Join(',', errant), isOfOtherSource: false);
    }

    /// <summary>What a MariaDB server has logged or applied: all up to the last of each domain and server.</summary>
    public static GtidSet MariaDbApplied(ComparedServer server, CancellationToken token) => GtidSet.UpTo(MariaDbPosition.ParseList(
        $"{server.Client.QueryScalar("SELECT @@GLOBAL.gtid_binlog_state", token)},"
            + $"{server.Client.QueryScalar("SELECT @@GLOBAL.gtid_slave_pos", token)}"));

    private ConsistencyFinding Errant(string gtids, bool isOfOtherSource) => new()
    {
        Type = FindingType.TransactionErrant,
        Severity = isOfOtherSource ? FindingSeverity.Info : FindingSeverity.Error,
        Confidence = isOfOtherSource ? FindingConfidence.Likely : FindingConfidence.Proven,
        Server = pair.Replica.Name,
        Gtid = gtids,
        Evidence = [$"the replica has executed transactions that the source has not: {gtids}"],
        Recommendation = "Read them in the replica's binary log (Get-RowChange -Gtid), bring to the source or undo what they did, and only "
            + "then inject them as empty ones on the source.",
    };

    // Among what is missing, that after which the replica has gone on: it does not come by itself.
    private IEnumerable<ConsistencyFinding> Gaps(CancellationToken token)
    {
        if (!pair.Source.IsMySql(5, 6, 5) || !pair.Replica.IsMySql(5, 6, 5) || pair.Source.Variable("server_uuid") is not { } uuid)
            yield break;
        string executed = pair.Replica.Client.QueryScalar("SELECT @@GLOBAL.gtid_executed", token) ?? "";
        string gaps = GtidSet.Parse([executed]).WhereNotContiguous()
            .Where(o => o.Uuid.ToString().Equals(uuid, StringComparison.OrdinalIgnoreCase)).ToString();
        if (gaps.Length == 0)
            yield break;
        ConsistencyFinding finding = Make(
            FindingSeverity.Error, "gap", $"START {Word} UNTIL SQL_AFTER_MTS_GAPS closes gaps of parallel workers; others are transactions "
                + "that were left out.",
            $"the transactions that the replica has executed are not contiguous: {gaps}");
        finding.Gtid = gaps;
        yield return finding;
    }

    private IEnumerable<ConsistencyFinding> SemiSync()
    {
        if (!pair.Source.IsOn("rpl_semi_sync_source_enabled") && !pair.Source.IsOn("rpl_semi_sync_master_enabled"))
            yield break;
        IReadOnlyDictionary<string, string> status = pair.Source.ReadStatus();
        string? Value(string[] names) => names.Select(n => status.GetValueOrDefault(n)).FirstOrDefault(v => v != null);
        if (Value(SemiSyncStatus) == "OFF")
            yield return MakeOn(
                pair.Source, FindingSeverity.Warning, "semi-sync",
                "Look whether the replica has semi-synchronous replication enabled and answers in time.",
                "semi-synchronous replication has fallen back: transactions are acknowledged that no replica has");
        if (Value(SemiSyncWithout) is { } count && count != "0")
            yield return MakeOn(
                pair.Source, FindingSeverity.Warning, "semi-sync",
                "Raise the timeout, and see when it was: a failover at that time lost them.",
                $"{count} transactions were acknowledged since the server's start without any replica having them");
    }

    private static string? Subtract(ComparedServer server, string set, string subtrahend, CancellationToken token) =>
        server.Client.QueryScalar($"SELECT GTID_SUBTRACT({set}, {subtrahend})", token)?.Replace("\n", "", StringComparison.Ordinal);

    private string Word => pair.Replica.IsMySql(8, 0, 22) ? "REPLICA" : "SLAVE";

    private ConsistencyFinding Make(FindingSeverity severity, string key, string recommendation, params string[] evidence) =>
        MakeOn(pair.Replica, severity, key, recommendation, evidence);

    private static ConsistencyFinding MakeOn(
        ComparedServer server, FindingSeverity severity, string key, string recommendation, params string[] evidence) => new()
        {
            Type = FindingType.Position,
            Severity = severity,
            Confidence = FindingConfidence.Proven,
            Server = server.Name,
            Key = key,
            Evidence = evidence,
            Recommendation = recommendation,
        };
}
