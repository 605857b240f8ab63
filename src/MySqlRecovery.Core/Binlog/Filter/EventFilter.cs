using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Filter;

/// <summary>What an event must be to be let through, tested cheapest first: header, then table, then rows.</summary>
internal sealed record EventFilter
{
    /// <summary>One that takes everything; its own, for it keeps what it cannot know.</summary>
    public static EventFilter All => new();

    public HashSet<BinlogEventType>? Types { get; init; }

    public HashSet<RowOperation>? Operations { get; init; }

    public HashSet<uint>? ServerIds { get; init; }

    public HashSet<uint>? ThreadIds { get; init; }

    /// <summary>What the times are compared with.</summary>
    public TimeBasis TimeBasis { get; init; }

    /// <summary>Included.</summary>
    public DateTime? StartTime { get; init; }

    /// <summary>Excluded.</summary>
    public DateTime? StopTime { get; init; }

    /// <summary>Transactions.</summary>
    public GtidFilter? Gtids { get; init; }

    public TableFilter? Tables { get; init; }

    /// <summary>What objects of the pipeline stand for, or null.</summary>
    public ITransactionChoice? Choice { get; init; }

    public RowPredicate? Where { get; init; }

    /// <summary>Tells the tables that a statement names, with its default database; null: that database alone decides.</summary>
    public Func<string, string, SqlModes, IReadOnlyList<TableName>>? NamedTables { get; init; }

    /// <summary>
    /// Whether statements come through in spite of what is asked of tables and rows: what undoes a range must see them.
    /// </summary>
    public bool WithStatements { get; init; }

    /// <summary>Rows that were passed over for want of something that the log does not say.</summary>
    public FilterDoubts Doubts { get; } = new();

    /// <summary>Whether nothing is asked of the header.</summary>
    public bool TakesAnyHeader
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => StartTime == null && StopTime == null && Types == null && ServerIds == null && Operations == null && Where == null;
    }

    /// <summary>Whether nothing is asked of the transaction.</summary>
    public bool TakesAnyTransaction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Gtids == null && ThreadIds == null && Choice == null;
    }

    /// <summary>Whether nothing is asked at all.</summary>
    public bool IsAll => TakesAnyHeader && TakesAnyTransaction && Tables == null;

    /// <summary>Whether commit times decide on what is taken.</summary>
    public bool ComparesCommitTime => TimeBasis == TimeBasis.Commit && (StartTime != null || StopTime != null);

    /// <summary>Whether only tables, their rows and, where they are asked for, statements can be let through.</summary>
    public bool NeedsRows => Tables?.NeedsTable == true || Operations != null || Where != null;

    /// <summary>Whether a time is in the range.</summary>
    [MethodImpl(Jit.Hot)]
    public bool IsInTime(DateTime time) => !(time < StartTime) && !(time >= StopTime);

    /// <summary>Whether what its header says, and its time by the filter's basis, let an event through.</summary>
    [MethodImpl(Jit.Hot)]
    public bool IsMatch(BinlogEventType type, uint serverId, DateTime timestamp)
    {
        if (timestamp < StartTime || timestamp >= StopTime)
            return false;
        if (Types != null && !Types.Contains(type))
            return false;
        if (ServerIds != null && !ServerIds.Contains(serverId))
            return false;
        if ((Operations != null || Where != null) && !(WithStatements && type.IsStatement()))
            return type.Operation() is { } operation && Operations?.Contains(operation) != false;
        return true;
    }

    /// <summary>Whether its transaction lets an event through.</summary>
    [MethodImpl(Jit.Hot)]
    public bool IsMatch(Gtid? gtid, uint? threadId) =>
        Gtids?.IsMatch(gtid) != false && (ThreadIds == null || (threadId is { } thread && ThreadIds.Contains(thread)));
}
