using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;

namespace MySqlRecovery.Server.Tests.Binlog;

/// <summary>Reads logs as the cmdlets do.</summary>
internal static class LogReading
{
    public static List<BinlogEvent> Events(string[] logs, long? start = null, long? stop = null, EventFilter? filter = null)
    {
        using var scan = new EventScan(LogRange.Of(logs, start, stop), filter ?? EventFilter.All,
            Xunit.TestContext.Current.CancellationToken);
        var events = new List<BinlogEvent>();
        while (scan.Read())
            events.Add(scan.ToBinlogEvent());
        return events;
    }

    public static List<RowChange> Rows(string[] logs, long? start = null, long? stop = null, EventFilter? filter = null)
    {
        var maps = new PipelineTableMaps(null);
        return [.. Events(logs, start, stop, filter)
            .Where(item => item.Operation != null)
            .SelectMany(item => item.ToRowChanges(maps.Find(item)!, filter?.Where))];
    }
}
