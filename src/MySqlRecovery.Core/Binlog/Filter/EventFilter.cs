using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Filter;

/// <summary>What an event must be to be let through, tested cheapest first: header, then table, then rows.</summary>
internal sealed class EventFilter
{
    public static EventFilter All { get; } = new();

    public HashSet<BinlogEventType>? Types { get; init; }

    public HashSet<RowOperation>? Operations { get; init; }

    public HashSet<uint>? ServerIds { get; init; }

    public HashSet<uint>? ThreadIds { get; init; }

    /// <summary>Included; compared with the event's own time.</summary>
    public DateTime? StartTime { get; init; }

    /// <summary>Excluded.</summary>
    public DateTime? StopTime { get; init; }

    public TableFilter? Tables { get; init; }

    public RowPredicate? Where { get; init; }

    /// <summary>
    /// Whether statements come through in spite of what is asked of tables and rows: what undoes a range must see them.
    /// </summary>
    public bool WithStatements { get; init; }

    /// <summary>Events that change data or transactions without row images.</summary>
    public static bool IsStatement(BinlogEventType type) => type.IsQuery() || type is BinlogEventType.XaPrepare or BinlogEventType.Incident
        or BinlogEventType.ExecuteLoadQuery or BinlogEventType.Load or BinlogEventType.NewLoad or BinlogEventType.ExecLoad
        or BinlogEventType.PreGaWriteRows or BinlogEventType.PreGaUpdateRows or BinlogEventType.PreGaDeleteRows;

    /// <summary>Whether the header alone lets the event through.</summary>
    [MethodImpl(Jit.Hot)]
    public bool IsMatch(in EventHeader header) =>
        ((StartTime == null && StopTime == null) || IsMatch(header.Time)) && IsMatch(header.Type, header.ServerId);

    /// <summary>The same for an event that is an object already.</summary>
    public bool IsMatch(BinlogEventType type, uint serverId, DateTime timestamp) => IsMatch(timestamp) && IsMatch(type, serverId);

    private bool IsMatch(DateTime timestamp) => !(timestamp < StartTime) && !(timestamp >= StopTime);

    [MethodImpl(Jit.Hot)]
    private bool IsMatch(BinlogEventType type, uint serverId)
    {
        if (Types != null && !Types.Contains(type))
            return false;
        if (ServerIds != null && !ServerIds.Contains(serverId))
            return false;
        if ((Operations != null || Where != null) && !(WithStatements && IsStatement(type)))
            return type.Operation() is { } operation && Operations?.Contains(operation) != false;
        return true;
    }
}
