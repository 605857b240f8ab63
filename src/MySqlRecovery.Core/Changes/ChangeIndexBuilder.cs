using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;

namespace MySqlRecovery.Changes;

/// <summary>Makes an <see cref="ChangeIndex"/> from the events that a scan lets through, to undo them or to do them again.</summary>
internal static class ChangeIndexBuilder
{
    [MethodImpl(Jit.Hot)]
    public static ChangeIndex Build(
        EventScan scan, RowPredicate? where, bool reverse, Action<EventScan>? onEvent = null, long maximumMemory = ChangeIndex.DefaultMaximumMemory)
    {
        var index = new ChangeIndex(maximumMemory);
        try
        {
            (int Log, long Position) transaction = (-1, -1);
            int statement = 0;
            var effects = new StatementEffects(index, reverse, scan.Tables, namesNewTables: !scan.ChoosesOperations);
            while (scan.Read())
            {
                AddGaps(scan, index);
                onEvent?.Invoke(scan);
                if (scan.Reader.Header.Type.Operation() == null)
                {
                    effects.Observe(scan);
                    continue;
                }

                if (transaction != (scan.LogIndex, scan.Transaction.Position) || index.Transactions.Count == 0)
                {
                    transaction = (scan.LogIndex, scan.Transaction.Position);
                    statement++;
                }

                AddRows(scan, index, effects, where, reverse, ref statement);
            }

            AddGaps(scan, index);
            effects.Complete();
            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    [MethodImpl(Jit.Hot)]
    private static void AddGaps(EventScan scan, ChangeIndex index)
    {
        while (scan.Gaps.TryDequeue(out RecoveryException? gap))
            index.Obstacles.Add(Path.GetFileName(gap.Path ?? string.Empty), gap.Offset ?? 0, gap.Detail);
    }

    [MethodImpl(Jit.Hot)]
    private static void AddRows(EventScan scan, ChangeIndex index, StatementEffects effects, RowPredicate? where, bool reverse, ref int statement)
    {
        EventReader reader = scan.Reader;
        TableMap map = scan.Table!;
        try
        {
            RowsEvent rows = scan.ParseRows();
            (int bytes, int count) = RowsReverser.Measure(rows, map, where);
            TransactionEnd end = scan.Outcome.EndOf(reader.Position);
            if ((ChangeRules.FindObstacle(rows, map, reverse) ?? ChangeRules.FindObstacle(end)) is { } cause)
            {
                index.Obstacles.AddRows(map.Database, map.Table, count, cause, reader.LogFile, reader.Position);
            }
            else if (count > 0)
            {
                (int log, int source, long offset) = index.Locate(scan);
                index.BeginTransaction(log, scan.Transaction.Position, Kind(scan, index), scan.Transaction.ThreadId ?? 0, scan.Transaction.Gtid);
                index.Add(new IndexedEvent(
                        rows.Type, offset, scan.Raw.Length, rows.Rows.Length, bytes, count,
                        source, index.NumberOf(map), statement));
                if (end == TransactionEnd.Prepare)
                    effects.ObservePrepared(scan.Outcome.XaId, new StatementEffects.Place(reader.LogFile, reader.Position, scan.Transaction.Position));
            }

            if (reverse && count > 0)
                UnloggedCascades.Note(index, rows, map, count, scan.Schema, reader.LogFile, reader.Position);
            if (rows.EndsStatement)
                statement++;
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw scan.Malformed(e);
        }
    }

    [MethodImpl(Jit.Hot)]
    private static IndexedTransactionKind Kind(EventScan scan, ChangeIndex index)
    {
        // Behind a gap the start of the transaction may be lost: it is like the ones before it.
        if (scan.Salvage && !scan.Transaction.HasGtidEvent && index.Transactions.Count > 0)
            return index.Transactions[^1].Kind;
        if (scan.Transaction.Gtid != null)
            return IndexedTransactionKind.Gtid;
        return scan.Transaction.HasGtidEvent ? IndexedTransactionKind.Anonymous : IndexedTransactionKind.Plain;
    }
}
