using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>Goes back to a transaction in its log and reads its rows.</summary>
internal static class TransactionRows
{
    /// <summary>The rows in log order.</summary>
    /// <param name="series">The logs that the transaction was read from.</param>
    /// <param name="transaction">Which one.</param>
    /// <param name="schema">Completes table maps whose log has no names and keys, or null.</param>
    /// <param name="stop">Cancels.</param>
    /// <exception cref="RecoveryException">The log is gone, or other than it was.</exception>
    public static IEnumerable<LoggedRow> Read(
        LogSeries series, LoggedTransaction transaction, ITableSchemaSource? schema, CancellationToken stop)
    {
        int log = series.IndexOf(transaction.LogFile);
        var maps = new TableMapCache(schema);
        using EventReader reader = series.Open(log, transaction.Position);
        while (reader.Read() && reader.Position < transaction.EndPosition)
        {
            stop.ThrowIfCancellationRequested();
            foreach (LoggedRow row in ReadEvent(reader, maps))
                yield return row;
        }
    }

    private static List<LoggedRow> ReadEvent(EventReader reader, TableMapCache maps)
    {
        var result = new List<LoggedRow>();
        try
        {
            int idLength = reader.Format.TableIdLength;
            if (reader.Header.Type == BinlogEventType.TableMap)
                maps.Add(reader.Raw[..(EventHeader.Size + reader.Body.Length)], idLength);
            else if (reader.Header.Type.Operation() != null && maps.Find(RowsEvent.PeekTableId(reader.Body, idLength)) is { } map)
                AddRows(result, reader, map);
            return result;
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new RecoveryException(
                "BinlogEventMalformed", RecoveryErrorKind.InvalidData, $"the {reader.Header.Type} event cannot be read: {e.Message}",
                reader.Path, reader.Position, inner: e);
        }
    }

    private static void AddRows(List<LoggedRow> result, EventReader reader, TableMap map)
    {
        RowsEvent rows = RowsEvent.Parse(reader.Header.Type, reader.Body, map.Columns.Length, reader.Format.TableIdLength);
        if (rows.Type == BinlogEventType.PartialUpdateRows && PartialUpdate.CanExpand(rows, map))
        {
            ReadOnlySpan<byte> full = PartialUpdate.Expand(reader.Header, rows, map);
            rows = RowsEvent.Parse((BinlogEventType)full[4], full[EventHeader.Size..], map.Columns.Length);
        }

        bool isWhole = rows.Type != BinlogEventType.PartialUpdateRows;
        var cursor = new RowCursor(rows, map);
        while (cursor.MoveNext())
        {
            result.Add(new LoggedRow(
                map, rows.Operation,
                cursor.Before.IsEmpty ? null : new LoggedImage(cursor.BeforeLayout, cursor.Before.ToArray()),
                cursor.After.IsEmpty || !isWhole ? null : new LoggedImage(cursor.AfterLayout, cursor.After.ToArray())));
        }
    }
}
