using System.Globalization;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Server;
using MySqlRecovery.Text;

namespace MySqlRecovery.Consistency.Schema;

/// <summary>Compares AUTO_INCREMENT counters with each other and with the numbers that are taken.</summary>
internal sealed class CounterCheck(ServerPair pair, CancellationToken token)
{
    private ReplicaProgress? _progress;

    /// <summary>The finding for a table, or null where the counters will do.</summary>
    public ConsistencyFinding? Check(LiveTable source, LiveTable replica)
    {
        if (source.Columns.Find(c => c.IsAutoIncrement) is not { } column || replica.Find(column.Name) is null
            || source.AutoIncrement is not { } next || replica.AutoIncrement is not { } copy || next == copy)
            return null;

        // The source's first, then what the replica has made of it; its greatest first, because rows that come in between move the counter.
        next = ReadCounter(pair.Source, source) ?? next;
        WaitForReplica();
        ulong taken = ReadGreatest(replica, column.Name);
        copy = ReadCounter(pair.Replica, replica) ?? copy;
        bool collides = copy <= taken;
        if (copy >= next && !collides)
            return null;
        return new ConsistencyFinding
        {
            Type = FindingType.AutoIncrement,
            Severity = collides ? FindingSeverity.Error : FindingSeverity.Info,
            Confidence = FindingConfidence.Proven,
            Server = pair.Replica.Name,
            Database = source.Name.Database,
            Table = source.Name.Name,
            Key = column.Name,
            Evidence =
            [
                $"the next value is {next} on the source and {copy} on the replica",
                collides
                    ? $"the replica gives out {copy} next, and {taken} is taken: inserts fail with 1062 after a failover"
                    : "numbers that the source gave out, and that no row has, are given out again after a failover",
                "REPLACE, inserts that were rolled back and ON DUPLICATE KEY UPDATE move the counter on the source alone",
            ],
            Recommendation = "Set the counter of the replica, not later than in a failover.",
            Repair =
                $"ALTER TABLE {replica.Name.Quoted} AUTO_INCREMENT = {Math.Max(next, taken + 1).ToString(CultureInfo.InvariantCulture)};",
        };
    }

    // Without the right to see positions, traffic may be taken for drift: that is an Info.
    private void WaitForReplica()
    {
        try
        {
            _progress ??= new ReplicaProgress(pair, token);
            _progress.Wait(_progress.ReadSource());
        }
        catch (RecoveryException e) when (e.Kind == RecoveryErrorKind.PermissionDenied)
        {
        }
    }

    private static ulong? Parse(string? number) => ulong.TryParse(number, CultureInfo.InvariantCulture, out ulong value) ? value : null;

    private ulong? ReadCounter(ComparedServer server, LiveTable table) => Parse(server.Client.QueryScalar(
        $"SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = {SqlString.Quote(table.Name.Database!)} AND TABLE_NAME "
            + $"= {SqlString.Quote(table.Name.Name)}", token));

    private ulong ReadGreatest(LiveTable table, string column) => Parse(pair.Replica.Client.QueryScalar(
        $"SELECT MAX({SqlIdentifier.Quote(column)}) FROM {table.Name.Quoted}", token)) ?? 0;
}
