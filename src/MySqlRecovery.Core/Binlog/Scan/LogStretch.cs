using MySqlRecovery.Gtids;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Scan;

/// <summary>What is known of a stretch of a log from an earlier reading: whole transactions, one after the other.</summary>
internal sealed class LogStretch
{
    /// <summary>More sessions than this are not listed.</summary>
    private const int MaximumThreads = 64;

    private GtidSet? _gtids;

    /// <summary>Offset of its first event.</summary>
    public long Start { get; set; }

    /// <summary>Offset after its last event.</summary>
    public long End { get; set; }

    /// <summary>Whether there is anything but rows and what belongs to them: a statement, an XA transaction, what nobody expects.</summary>
    public bool HasStatements { get; set; }

    /// <summary>Whether some rows are compressed, so that their bytes are not those of the log.</summary>
    public bool IsCompressed { get; set; }

    /// <summary>Whether the filter that it was looked at for lets nothing of it through; false where it was looked at for none.</summary>
    public bool IsUnwanted { get; init; }

    /// <summary>Where its row events are; null where that was not noted.</summary>
    public StretchRows? Rows { get; set; }

    /// <summary>Whether the session of some rows is not known.</summary>
    public bool LacksThreads { get; set; }

    /// <summary>Whether some transactions have no GTID.</summary>
    public bool LacksGtids { get; set; }

    /// <summary>The earliest time of an event, in seconds since 1970; 0 where one has none.</summary>
    public uint FirstTime { get; set; } = uint.MaxValue;

    /// <summary>The latest time of an event.</summary>
    public uint LastTime { get; set; }

    /// <summary>The earliest time that an event has.</summary>
    public uint FirstKnownTime { get; set; } = uint.MaxValue;

    /// <summary>The time of the last event that has one.</summary>
    public uint EndTime { get; set; }

    /// <summary>Events, those out of compressed transactions too.</summary>
    public long EventCount { get; set; }

    /// <summary>Row events.</summary>
    public long RowEventCount { get; set; }

    /// <summary>GTIDs of the transactions.</summary>
    public GtidSet Gtids => _gtids ??= GtidSet.Parse([]);

    /// <summary>Servers that wrote the events first.</summary>
    public HashSet<uint> ServerIds { get; } = [];

    /// <summary>Sessions of the rows; null where there are too many to list.</summary>
    public HashSet<uint>? Threads { get; set; } = [];

    /// <summary>Its tables, in the order of their numbers.</summary>
    public List<TableStretch> Tables { get; } = [];

    /// <summary>The last four bytes: of an event with a checksum, that.</summary>
    public uint Border { get; set; }

    /// <summary>Offset after the last row event, and the four bytes before it.</summary>
    public (long Position, uint Bytes) Sample { get; set; }

    /// <summary>Lists a session, as long as there are not too many.</summary>
    public void AddThread(uint thread)
    {
        if (Threads?.Add(thread) == true && Threads.Count > MaximumThreads)
            Threads = null;
    }

    /// <summary>A table by its number; null where it is not in the stretch.</summary>
    public TableStretch? Table(int number) =>
        PlaceOf(number) is var at && at < Tables.Count && Tables[at].Number == number ? Tables[at] : null;

    /// <summary>Adds a table that is not there yet.</summary>
    public void Add(TableStretch table) => Tables.Insert(PlaceOf(table.Number), table);

    /// <summary>Takes in the stretch that follows.</summary>
    public void Add(LogStretch next)
    {
        if (EventCount == 0)
            Start = next.Start;
        (End, Border) = (next.End, next.Border);
        HasStatements |= next.HasStatements;
        IsCompressed |= next.IsCompressed;
        LacksThreads |= next.LacksThreads;
        LacksGtids |= next.LacksGtids;
        FirstTime = Math.Min(FirstTime, next.FirstTime);
        LastTime = Math.Max(LastTime, next.LastTime);
        FirstKnownTime = Math.Min(FirstKnownTime, next.FirstKnownTime);
        EndTime = next.EndTime > 0 ? next.EndTime : EndTime;
        EventCount += next.EventCount;
        RowEventCount += next.RowEventCount;
        Gtids.Add(next.Gtids);
        ServerIds.UnionWith(next.ServerIds);
        foreach (uint thread in next.Threads ?? [])
            AddThread(thread);
        if (next.Threads == null)
            Threads = null;
        if (next.Sample.Position > 0)
            Sample = next.Sample;
        foreach (TableStretch table in next.Tables)
        {
            TableStretch? known = Table(table.Number);
            if (known == null)
                Add(known = new TableStretch(table.Number));
            known.Add(table);
        }
    }

    private int PlaceOf(int number)
    {
        int low = 0, high = Tables.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Tables[middle].Number < number)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}

/// <summary>What a stretch of a log has of one table.</summary>
/// <param name="number">The table's number, by which the catalog knows it.</param>
internal sealed class TableStretch(int number)
{
    private IReadOnlyList<(long First, long Last)>? _ranges;

    /// <summary>The table's number, by which the catalog knows it.</summary>
    public int Number => number;

    /// <summary>Row events.</summary>
    public long EventCount { get; set; }

    /// <summary>Inserted rows.</summary>
    public long InsertCount { get; set; }

    /// <summary>Updated rows.</summary>
    public long UpdateCount { get; set; }

    /// <summary>Deleted rows.</summary>
    public long DeleteCount { get; set; }

    /// <summary>What its row events did, with rows or without.</summary>
    public HashSet<RowOperation> Operations { get; } = [];

    /// <summary>Transactions with rows.</summary>
    public long TransactionCount { get; set; }

    /// <summary>Bytes of the events with rows.</summary>
    public long Size { get; set; }

    /// <summary>Time of the first event with rows, in seconds since 1970.</summary>
    public uint FirstTime { get; set; }

    /// <summary>Time of the last one.</summary>
    public uint LastTime { get; set; }

    /// <summary>Offset of the first transaction with rows.</summary>
    public long Start { get; set; }

    /// <summary>Offset after the last event with rows.</summary>
    public long End { get; set; }

    /// <summary>Why the rows cannot be undone; empty where they can.</summary>
    public List<string> Obstacles { get; } = [];

    /// <summary>Whether an event has no rows to count: rows of nothing but default values have no bytes.</summary>
    public bool HasUncountedRows { get; set; }

    /// <summary>Where its keys are looked up.</summary>
    public KeyPlace Keys { get; set; } = KeyPlace.None;

    /// <summary>Ranges of integers, both ends included, outside of which there is no key; for <see cref="KeyPlace.Ranges"/>.</summary>
    public IReadOnlyList<(long First, long Last)> Ranges { get => _ranges ?? []; set => _ranges = value; }

    /// <summary>Whether there are rows.</summary>
    public bool HasRows => InsertCount + UpdateCount + DeleteCount > 0;

    public void Add(TableStretch next)
    {
        if (!HasRows && next.HasRows)
            (FirstTime, Start) = (next.FirstTime, next.Start);
        if (next.HasRows)
            (LastTime, End) = (next.LastTime, next.End);
        EventCount += next.EventCount;
        InsertCount += next.InsertCount;
        UpdateCount += next.UpdateCount;
        DeleteCount += next.DeleteCount;
        TransactionCount += next.TransactionCount;
        Size += next.Size;
        Operations.UnionWith(next.Operations);
        Obstacles.AddRange(next.Obstacles.Except(Obstacles));
        HasUncountedRows |= next.HasUncountedRows;
        Ranges = [.. Ranges, .. next.Ranges];
        // No keys are no rows; two places are more than one can name.
        Keys = EventCount == next.EventCount ? next.Keys : next.EventCount == 0 || Keys == next.Keys ? Keys
            : Keys == KeyPlace.None || next.Keys == KeyPlace.None ? KeyPlace.None : KeyPlace.Both;
    }
}

/// <summary>Where the keys of a table in a stretch are looked up.</summary>
internal enum KeyPlace
{
    /// <summary>Nowhere: any key may be there.</summary>
    None,

    /// <summary>In its ranges.</summary>
    Ranges,

    /// <summary>In the catalog's index.</summary>
    Index,

    /// <summary>In one or the other.</summary>
    Both,
}
