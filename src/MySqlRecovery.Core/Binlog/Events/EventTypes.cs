using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Events;

/// <summary>Which type bytes the servers have given a name.</summary>
internal static class EventTypes
{
    public static bool IsKnown(BinlogEventType type) =>
        type is > BinlogEventType.Unknown and <= BinlogEventType.GtidTagged
            or >= BinlogEventType.MariaDbAnnotateRows and <= BinlogEventType.MariaDbDeleteRowsCompressed;
}
