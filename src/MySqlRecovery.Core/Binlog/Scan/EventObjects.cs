using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Scan;

/// <summary>Makes the objects of the pipeline from the event that a scan stands on.</summary>
internal static class EventObjects
{
    public static BinlogEvent ToBinlogEvent(this EventScan scan)
    {
        EventReader reader = scan.Reader;
        TransactionTracker transaction = scan.Transaction;
        BinlogEventType type = reader.Header.Type;
        var result = new BinlogEvent
        {
            LogFile = reader.LogFile,
            Position = reader.Position,
            EndPosition = reader.EndPosition,
            Timestamp = reader.Header.Time,
            EventType = type,
            Size = reader.Header.Length,
            ServerId = reader.Header.ServerId,
            ServerVersion = reader.Format.ServerVersion,
            Gtid = transaction.GtidText,
            ThreadId = transaction.ThreadId,
            Operation = type.Operation(),
            TransactionPosition = transaction.Position,
            Server = scan.Chosen.Server,
            Database = scan.Table?.Database,
            Table = scan.Table?.Table,
        };
        if (result.Operation != null)
            FillRows(scan, result);
        else
            FillStatement(scan, result);
        return result;
    }

    /// <summary>One object a row of a row event; only the rows that <paramref name="where"/> lets through.</summary>
    public static List<RowChange> ToRowChanges(this BinlogEvent item, TableMap map, RowPredicate? where)
    {
        var changes = new List<RowChange>();
        try
        {
            RowsEvent rows = RowsEvent.Parse(
                (BinlogEventType)item.RawEvent![4], item.RawEvent.AsSpan(EventHeader.Size), map.Columns.Length);
            int rowsStart = EventHeader.Size + rows.At.Rows;
            var source = new RowSource(item.RawEvent!, rowsStart, item.TableMapEvent!, item.FormatEvent!, map.Decoder);
            var cursor = new RowCursor(rows, map);
            while (cursor.MoveNext())
            {
                if (where != null && !where.IsMatch(cursor))
                    continue;
                changes.Add(new RowChange(source, rowsStart + cursor.Start, rowsStart + cursor.Middle, rowsStart + cursor.End)
                {
                    Server = item.Server,
                    LogFile = item.LogFile,
                    Position = item.Position,
                    EndPosition = item.EndPosition,
                    RowIndex = cursor.Index,
                    Timestamp = item.Timestamp,
                    Gtid = item.Gtid,
                    ThreadId = item.ThreadId,
                    ServerId = item.ServerId,
                    ServerVersion = item.ServerVersion,
                    Database = map.Database,
                    Table = map.Table,
                    Operation = rows.Operation,
                    Statement = item.Statement,
                    TransactionPosition = item.TransactionPosition,
                    TransactionEnd = item.TransactionEnd,
                    XaId = item.XaId,
                });
            }
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new RecoveryException(
                "BinlogEventMalformed", RecoveryErrorKind.InvalidData, $"the event cannot be read: {e.Message}", item.LogFile, item.Position, inner: e);
        }

        return changes;
    }

    private static void FillRows(EventScan scan, BinlogEvent result)
    {
        try
        {
            var cursor = new RowCursor(scan.ParseRows(), scan.Table!);
            while (cursor.MoveNext())
                result.RowCount++;
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw scan.Malformed(e);
        }

        result.Statement = scan.Transaction.Statement;
        result.TransactionEnd = scan.Outcome.EndOf(scan.Reader.Position);
        result.XaId = scan.Outcome.XaId;
        result.RawEvent = scan.Raw.ToArray();
        result.TableMapEvent = scan.Table!.Raw;
        result.FormatEvent = scan.Reader.Format.Raw;
    }

    private static void FillStatement(EventScan scan, BinlogEvent result)
    {
        switch (result.EventType)
        {
            case BinlogEventType.Query or BinlogEventType.MariaDbQueryCompressed:
                QueryEvent query = QueryEvent.Parse(scan.Reader.Body);
                result.Statement = query.DecodeStatement();
                result.Database = scan.NameOf(query.DatabaseBytes);
                result.RawEvent = scan.Raw.ToArray();
                break;
            case BinlogEventType.XaPrepare:
                result.RawEvent = scan.Raw.ToArray();
                break;
            case BinlogEventType.RowsQuery or BinlogEventType.MariaDbAnnotateRows:
                result.Statement = scan.Transaction.Statement;
                break;
        }
    }
}

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
