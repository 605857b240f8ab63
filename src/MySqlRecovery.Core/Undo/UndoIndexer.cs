using MySqlRecovery.Binlog;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Transactions;

namespace MySqlRecovery.Undo;

/// <summary>Makes an <see cref="UndoIndex"/> from the events that a scan lets through, to undo them or to do them again.</summary>
internal static class UndoIndexer
{
    public static UndoIndex Build(EventScan scan, RowPredicate? where, bool reverse, Action<EventScan>? onEvent = null)
    {
        var index = new UndoIndex();
        try
        {
            (int Log, long Position) transaction = (-1, -1);
            int statement = 0;
            while (scan.Read())
            {
                onEvent?.Invoke(scan);
                if (scan.Reader.Header.Type.Operation() == null)
                {
                    ObserveOther(scan, index);
                    continue;
                }

                if (transaction != (scan.LogIndex, scan.Transaction.Position) || index.Transactions.Count == 0)
                {
                    transaction = (scan.LogIndex, scan.Transaction.Position);
                    statement++;
                }

                AddRows(scan, index, where, reverse, ref statement);
            }

            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    private static void AddRows(EventScan scan, UndoIndex index, RowPredicate? where, bool reverse, ref int statement)
    {
        EventReader reader = scan.Reader;
        TableMap map = scan.Table!;
        try
        {
            RowsEvent rows = scan.ParseRows();
            (int bytes, int count) = RowsReverser.Measure(rows, map, where);
            if (UndoRules.FindObstacle(rows, map, reverse) is { } cause)
            {
                index.Obstacles.AddRows(map.Database, map.Table, count, cause, reader.LogFile, reader.Position);
            }
            else if (count > 0)
            {
                int source = index.SourceOf(reader);
                index.BeginTransaction(source, scan.Transaction.Position, Kind(scan), scan.Transaction.ThreadId ?? 0, scan.Transaction.Gtid);
                index.Add(
                    new UndoIndex.Event(
                        reader.Position, EventHeader.Size + reader.Body.Length, rows.Rows.Length, bytes,
                        source, index.NumberOf(map), statement),
                    count);
            }

            if (rows.EndsStatement)
                statement++;
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw scan.Malformed(e);
        }
    }

    private static UndoIndex.TransactionKind Kind(EventScan scan)
    {
        if (scan.Transaction.Gtid != null)
            return UndoIndex.TransactionKind.Gtid;
        return scan.Transaction.HasGtidEvent ? UndoIndex.TransactionKind.Anonymous : UndoIndex.TransactionKind.Plain;
    }

    private static void ObserveOther(EventScan scan, UndoIndex index)
    {
        EventReader reader = scan.Reader;
        if (reader.Header.Type == BinlogEventType.Query)
            StatementObstacle.Find(QueryEvent.Parse(reader.Body).DecodeStatement(), reader.LogFile, reader.Position, index.Obstacles);
    }
}
