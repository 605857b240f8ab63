using MySqlRecovery.Model;

namespace MySqlRecovery.Bench.Logs;

/// <summary>Counts a log with the engine, and decodes every row on the way.</summary>
internal static class EngineCounts
{
    public static LogCounts Of(string path)
    {
        var counts = new LogCounts();
        try
        {
            foreach (BinlogEvent item in BinlogRecovery.ReadEvents([path]))
            {
                counts.ServerVersion = item.ServerVersion;
                counts.Count((byte)item.EventType);
                foreach (RowChange row in BinlogRecovery.ReadRowChanges([item]))
                {
                    counts.Count(row.Operation);
                    _ = (row.Before, row.After);
                }
            }
        }
        catch (RecoveryException e)
        {
            counts.Failure = e.Detail;
        }

        return counts;
    }
}
