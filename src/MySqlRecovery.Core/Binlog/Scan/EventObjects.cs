using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Scan;

/// <summary>Makes the objects of the pipeline from the event that a scan stands on.</summary>
internal static class EventObjects
{
    /// <param name="scan">Stands on the event.</param>
    /// <param name="withSecrets">Whether passwords, and hashes of them, are to be seen in the text of statements.</param>
    [MethodImpl(Jit.Hot)]
    public static BinlogEvent ToBinlogEvent(this EventScan scan, bool withSecrets = false)
    {
        EventReader reader = scan.Reader;
        TransactionTracker transaction = scan.Transaction;
        BinlogEventType type = reader.Header.Type;
        var result = new BinlogEvent
        {
            LogFile = reader.LogFile,
            Position = reader.Position,
            EndPosition = reader.EndPosition,
            PayloadOffset = reader.PayloadOffset,
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
        if (transaction.HasGtidEvent)
        {
            result.Transaction = transaction.FactsOf(reader.Format);
            if (type.IsGtid())
                result.XaId = transaction.GtidEvent.XaId;
        }

        if (result.Operation != null)
            FillRows(scan, result);
        else
            FillStatement(scan, result);
        if (!withSecrets && result.Statement != null)
            result.Statement = SqlSecrets.Mask(result.Statement);
        return result;
    }

    /// <summary>One object a row of the event that a scan stands on; only the rows that its filter lets through.</summary>
    public static List<RowChange> ToRowChanges(this EventScan scan) =>
        ToRowChanges(new EventView(scan), scan.TakeRaw(), scan.Table!.Raw, scan.Reader.Format.Raw);

    /// <summary>One object a row of a row event; only the rows that <paramref name="where"/> lets through.</summary>
    public static List<RowChange> ToRowChanges(this BinlogEvent item, TableMap map, RowPredicate? where)
    {
        var piped = new PipedEvent();
        piped.Set(item, map);
        var view = new EventView(piped);
        return where == null || view.IsMatch(new EventFilter { Where = where }) ? ToRowChanges(view, item) : [];
    }

    /// <summary>One object a row of an event of the pipeline; only the rows that a filter let through.</summary>
    public static List<RowChange> ToRowChanges(in EventView view, BinlogEvent item) =>
        ToRowChanges(view, item.RawEvent!, item.TableMapEvent!, item.FormatEvent!);

    [MethodImpl(Jit.Hot)]
    private static List<RowChange> ToRowChanges(in EventView view, byte[] raw, byte[] tableMap, byte[] format)
    {
        TableMap map = view.Table!;
        try
        {
            RowsEvent rows = view.Rows;
            int rowsStart = EventHeader.Size + rows.At.Rows;
            var source = new RowSource(raw, rowsStart, tableMap, format, map.Decoder);
            var facts = new RowFacts
            {
                Server = view.Server,
                LogFile = view.LogFile,
                Position = view.Position,
                EndPosition = view.EndPosition,
                PayloadOffset = view.PayloadOffset,
                Timestamp = view.Timestamp,
                Gtid = view.GtidText,
                ThreadId = view.ThreadId,
                ServerId = view.ServerId,
                ServerVersion = view.ServerVersion,
                Database = map.Database,
                Table = map.Table,
                Operation = rows.Operation,
                Statement = view.RowsStatement,
                TransactionPosition = view.TransactionPosition,
                TransactionEnd = view.End,
                XaId = view.XaId,
                CommitTime = view.CommitTime,
            };
            var changes = new List<RowChange>();
            var row = new RowCursor(rows, map);
            if (view.ChosenRows is { } chosen)
            {
                foreach (RowCursorMark mark in chosen)
                    Add(mark);
                return changes;
            }

            while (row.MoveNext())
                Add(row.Mark());
            return changes;

            void Add(in RowCursorMark of) => changes.Add(
                new RowChange(source, facts, of.Index, rowsStart + of.Start, rowsStart + of.Middle, rowsStart + of.End));
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw view.Malformed(e);
        }
    }

    [MethodImpl(Jit.Hot)]
    private static void FillRows(EventScan scan, BinlogEvent result)
    {
        try
        {
            result.RowCount = scan.Rows.Count(scan.ParseRows(), scan.Table!);
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw scan.Malformed(e);
        }

        result.Statement = scan.Transaction.Statement;
        result.TransactionEnd = scan.Outcome.EndOf(scan.Reader.Position);
        result.XaId = scan.Outcome.XaId;
        result.RawEvent = scan.TakeRaw();
        result.TableMapEvent = scan.Table!.Raw;
        result.FormatEvent = scan.Reader.Format.Raw;
    }

    [MethodImpl(Jit.Hot)]
    private static void FillStatement(EventScan scan, BinlogEvent result)
    {
        switch (result.EventType)
        {
            case BinlogEventType.Query or BinlogEventType.MariaDbQueryCompressed:
                QueryEvent query = QueryEvent.Parse(scan.Reader.Body);
                result.Statement = query.DecodeStatement();
                result.Database = scan.NameOf(query.DatabaseBytes);
                result.RawEvent = scan.TakeRaw();
                break;
            case BinlogEventType.XaPrepare:
                result.RawEvent = scan.TakeRaw();
                break;
            case BinlogEventType.RowsQuery or BinlogEventType.MariaDbAnnotateRows:
                result.Statement = scan.Transaction.Statement;
                break;
        }
    }
}

/// <summary>Tells what was chosen of some logs from the rest, in scans that let all of the tables through.</summary>
internal interface IEventSelection
{
    /// <summary>Whether some rows of a chosen table may not be chosen.</summary>
    bool IsPartial { get; }

    /// <summary>Whether whole tables may not be chosen.</summary>
    bool LeavesTablesOut { get; }

    /// <summary>Whether rows of a transaction in the range may be left out, and not only what comes before or after it.</summary>
    bool LeavesOut { get; }

    /// <summary>Whether it came down a pipeline: nobody has looked at what is not of it, and yet concerns it, as what decides prepared XA
    /// transactions.</summary>
    bool IsPiped => false;

    /// <summary>A scan starts at the first log.</summary>
    void Begin()
    {
    }

    /// <summary>Whether the event that a scan stands on is chosen, its rows aside.</summary>
    bool Includes(EventScan scan);

    /// <summary>Whether a row of such an event is chosen.</summary>
    bool Includes(in RowCursor row);

    /// <summary>Whether the event that a scan stands on is in the range of time and of positions, and not before it.</summary>
    bool IsInRange(EventScan scan);

    /// <summary>What the scans should have met and did not, for people; null for nothing.</summary>
    /// <param name="tables">The tables that were looked at; null for all.</param>
    string? FindMissing(TableFilter? tables) => null;
}

/// <summary>What a filter and ranges chose of some logs: tables are not looked at here.</summary>
/// <param name="filter">What was asked for.</param>
/// <param name="isPart">Whether the chosen ranges of the logs leave something out.</param>
internal sealed class EventSelection(EventFilter filter, bool isPart) : IEventSelection
{
    /// <inheritdoc/>
    public bool IsPartial => !filter.TakesAnyHeader || !filter.TakesAnyTransaction || isPart;

    /// <inheritdoc/>
    public bool LeavesTablesOut => filter.Tables != null;

    /// <inheritdoc/>
    public bool Includes(EventScan scan) =>
        scan.Reader.Position >= scan.Chosen.Start && scan.Reader.Position < scan.Chosen.Stop && new EventView(scan).IsMatchButTable(filter);

    /// <inheritdoc/>
    public bool LeavesOut => !filter.TakesAnyTransaction || filter.ServerIds != null || filter.Operations != null || filter.Where != null;

    /// <inheritdoc/>
    public bool IsInRange(EventScan scan) =>
        scan.Reader.Position >= scan.Chosen.Start && !(new EventView(scan).TimeFor(filter) < filter.StartTime);

    /// <inheritdoc/>
    public bool Includes(in RowCursor row) => filter.Where?.IsMatch(row) != false;
}
