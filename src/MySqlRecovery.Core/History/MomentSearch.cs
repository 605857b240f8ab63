using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;

namespace MySqlRecovery.History;

/// <summary>Finds in a log where a moment ends: the place of the first transaction after it.</summary>
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

    /// <summary>Makes sure that a place parts transactions, and does not cut one in two.</summary>
    /// <param name="scan">All events of a log from the place on.</param>
    /// <param name="file">The log.</param>
    /// <param name="position">The place in it.</param>
    /// <exception cref="RecoveryException">PositionNotABoundary.</exception>
    public static void CheckBoundary(EventScan scan, string file, long position)
    {
        if (!scan.Read() || !scan.Transaction.IsInside || scan.Transaction.Position >= position)
            return;
        (long start, long end) = (scan.Transaction.Position, scan.Reader.EndPosition);
        while (!scan.Transaction.IsOver && scan.Read() && scan.Transaction.Position == start)
            end = scan.Reader.EndPosition;
        throw new RecoveryException(
            "PositionNotABoundary", RecoveryErrorKind.InvalidArgument,
            $"{file}:{position} is within a transaction, which goes from {start} to {end}", scan.Chosen.Path, position,
            $"Give {start} for the moment before it, or {end} for the one after it.");
    }

    /// <summary>What comes after a transaction; null where the log does not have it.</summary>
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
