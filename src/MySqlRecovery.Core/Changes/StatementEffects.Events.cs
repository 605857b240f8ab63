using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;

namespace MySqlRecovery.Changes;

/// <summary>The events without rows, as a scan stands on them and as they come down the pipeline.</summary>
internal sealed partial class StatementEffects
{
    /// <summary>Takes the event that a scan stands on in.</summary>
    [MethodImpl(Jit.Hot)]
    public void Observe(EventScan scan)
    {
        EventReader reader = scan.Reader;
        var place = new Place(reader.LogFile, reader.Position, scan.Transaction.Position);
        switch (reader.Header.Type.Uncompressed())
        {
            case BinlogEventType.Query:
                QueryEvent query = QueryEvent.Parse(reader.Body);
                // Most statements of a log are these two, and say nothing here.
                if (!query.IsBegin && !query.IsCommitOrRollback)
                    Observe(query.DecodeStatement(), query.Database, place);
                break;
            case BinlogEventType.XaPrepare:
                ObserveXaPrepare(reader.Body.Length > 0 && reader.Body[0] != 0);
                break;
            case var type when UnreadChange.Find(type) is { } cause:
                index.Obstacles.Add(place.LogFile, place.Position, cause);
                break;
        }
    }

    /// <summary>Takes an event that came down the pipeline in.</summary>
    public void Observe(BinlogEvent item)
    {
        var place = new Place(item.LogFile, item.Position, item.TransactionPosition);
        if (item.EventType.IsQuery() && item.Statement != null)
            Observe(item.Statement, item.Database ?? string.Empty, place);
        else if (item.EventType == BinlogEventType.XaPrepare)
            ObserveXaPrepare(item.RawEvent is { Length: > EventHeader.Size } raw && raw[EventHeader.Size] != 0);
        else if (UnreadChange.Find(item.EventType) is { } cause)
            index.Obstacles.Add(item.LogFile, item.Position, cause);
    }
}
