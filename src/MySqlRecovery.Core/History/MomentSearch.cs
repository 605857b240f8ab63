using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Gtids;

namespace MySqlRecovery.History;

/// <summary>Finds in a log where a moment ends: the place of the first transaction behind it.</summary>
internal static class MomentSearch
{
    /// <summary>The first transaction that was committed after a time; null where there is none.</summary>
    /// <param name="scan">All events of logs.</param>
    /// <param name="time">UTC. Where the log does not say when a transaction was committed, the time of its last event stands for
    /// that.</param>
    public static (string File, long Position)? After(EventScan scan, DateTime time)
    {
        while (scan.Read())
        {
            var view = new EventView(scan);
            if (!scan.Transaction.IsInside)
                continue;
            DateTime? committed = view.CommitTime ?? (scan.Transaction.IsOver ? view.Timestamp : null);
            if (committed > time)
                return (view.LogFile, scan.Transaction.Position);
        }

        return null;
    }

    /// <summary>What comes behind a transaction; null where the log does not have it.</summary>
    public static (string File, long Position)? After(EventScan scan, Gtid gtid)
    {
        while (scan.Read())
        {
            if (scan.Transaction is { IsOver: true, Gtid: { } found } && found == gtid)
                return (scan.Reader.LogFile, scan.Reader.EndPosition);
        }

        return null;
    }
}
