using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>
/// Goes back to transactions in their logs and reads their rows. A log stays open: transactions that are asked for in its order
/// are read in one go, which of a server's log is one dump.
/// </summary>
/// <param name="series">The logs that the transactions were read from.</param>
/// <param name="schema">Completes table maps whose log has no names and keys, or null.</param>
/// <param name="stop">Cancels.</param>
internal sealed class TransactionRows(LogSeries series, ITableSchemaSource? schema, CancellationToken stop) : IDisposable
{
    // So many bytes are sooner read than a log is opened again.
    private const long LongestWay = 16 << 20;

    private readonly TableMapCache _maps = new(schema);
    private EventReader? _reader;
    private string _log = string.Empty;
    private bool _isAhead;

    /// <summary>The rows of a transaction in log order; whoever does not want them all can ask for another transaction.</summary>
    /// <exception cref="RecoveryException">The log is gone, or other than it was.</exception>
    public IEnumerable<LoggedRow> Read(LoggedTransaction transaction)
    {
        GoTo(transaction);
        while (_isAhead || _reader!.Read())
        {
            stop.ThrowIfCancellationRequested();
            _isAhead = _reader!.Position >= transaction.EndPosition;
            if (_isAhead)
                yield break;
            if (_reader.Position < transaction.Position)
                continue;
            foreach (LoggedRow row in ReadEvent(_reader, _maps))
                yield return row;
        }

        Dispose();
    }

    public void Dispose()
    {
        _reader?.Dispose();
        _reader = null;
    }

    private void GoTo(LoggedTransaction transaction)
    {
        long way = _reader == null || _log != transaction.LogFile ? -1 : transaction.Position - _reader.Position;
        if (way < LongestWay && (way > 0 || (way == 0 && _isAhead)))
            return;
        Dispose();
        _maps.Clear();
        _isAhead = false;
        _log = transaction.LogFile;
        _reader = series.Open(series.IndexOf(_log), transaction.Position);
    }

    private static List<LoggedRow> ReadEvent(EventReader reader, TableMapCache maps)
    {
        var result = new List<LoggedRow>();
        try
        {
            int idLength = reader.Format.TableIdLength;
            if (reader.Header.Type == BinlogEventType.TableMap)
                maps.Add(reader.Raw[..(EventHeader.Size + reader.Body.Length)], idLength, reader.Format.IsMariaDb);
            else if (reader.Header.Type.IsRows() && maps.Find(RowsEvent.PeekTableId(reader.Body, idLength)) is { } map)
                AddRows(result, reader, map);
            return result;
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw MalformedData.OfEvent($"the {reader.Header.Type} event", e, reader.Path, reader.Position);
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
