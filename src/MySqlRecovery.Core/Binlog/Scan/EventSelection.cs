using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Gtids;

namespace MySqlRecovery.Binlog.Scan;

/// <summary>
/// What was chosen of some logs, to tell it from the rest in a scan that lets all of the tables through: tables are not
/// looked at here.
/// </summary>
/// <param name="filter">Type, time, server and session.</param>
/// <param name="gtids">Transactions, or null for all.</param>
/// <param name="isPart">Whether the chosen ranges of the logs leave something out.</param>
internal sealed class EventSelection(EventFilter filter, GtidFilter? gtids, bool isPart)
{
    /// <summary>Whether some rows of a chosen table may not be chosen.</summary>
    public bool IsPartial => filter.Operations != null || filter.ServerIds != null || filter.ThreadIds != null || filter.Where != null
        || filter.StartTime != null || filter.StopTime != null || gtids != null
        || isPart;

    /// <summary>Whether the event that a scan stands on is chosen, its rows aside.</summary>
    public bool Includes(EventScan scan)
    {
        return scan.Reader.Position >= scan.Chosen.Start && scan.Reader.Position < scan.Chosen.Stop
            && filter.IsMatch(scan.Reader.Header)
            && gtids?.IsMatch(scan.Transaction.Gtid) != false
            && (filter.ThreadIds == null || (scan.Transaction.ThreadId is { } thread && filter.ThreadIds.Contains(thread)));
    }

    /// <summary>Whether a row of such an event is chosen.</summary>
    public bool Includes(in RowCursor row) => filter.Where?.IsMatch(row) != false;
}
