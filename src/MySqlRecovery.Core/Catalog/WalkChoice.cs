using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;

namespace MySqlRecovery.Catalog;

/// <summary>What a scan need not read of a log: where sums or places are taken in place of rows, plain transactions; else those of
/// which its filter can let no event through. Asked by several threads.</summary>
internal sealed class WalkChoice
{
    private readonly EventFilter _filter;
    private readonly bool _asksForTime;

    private WalkChoice(EventFilter filter, StretchUse use)
    {
        (_filter, TakesAll, TakesPlaces) = (filter, use != StretchUse.None, use == StretchUse.Places);
        _asksForTime = filter.StartTime != null || filter.StopTime != null;
    }

    /// <summary>Null where nothing could be passed over.</summary>
    /// <param name="filter">The scan's.</param>
    /// <param name="use">What is taken in place of rows.</param>
    public static WalkChoice? For(EventFilter filter, StretchUse use)
    {
        if (filter.IsAll)
            return use != StretchUse.None ? new WalkChoice(filter, use) : null;
        // Catalogs and walks know nothing of commit times.
        bool mayPass = !filter.ComparesCommitTime && (filter.NeedsRows || filter.StartTime != null || filter.StopTime != null
            || filter.ServerIds != null || filter.ThreadIds != null || filter.Gtids?.Included != null);
        return mayPass ? new WalkChoice(filter, StretchUse.None) : null;
    }

    /// <summary>Whether all rows are taken, by their sums or their places.</summary>
    public bool TakesAll { get; }

    /// <summary>Whether the places of row events are taken.</summary>
    public bool TakesPlaces { get; }

    /// <summary>Whether it matters which GTIDs are passed over.</summary>
    public bool NamesGtids => _filter.Gtids != null;

    /// <summary>Whether nothing but tables and their rows can be let through.</summary>
    public bool AsksForRows => _filter.NeedsRows;

    /// <summary>Whether a table's map, or its rows by what they do, may be let through.</summary>
    [MethodImpl(Jit.Hot)]
    public bool IsWanted(TableMap map, RowOperation? operation) => !TakesAll
        && _filter.Tables?.IsMatch(map) != false
        && (_filter.Operations == null || (operation is { } asked && _filter.Operations.Contains(asked)));

    /// <summary>Whether a transaction that is whole may be passed over.</summary>
    [MethodImpl(Jit.Hot)]
    public bool MayPass(in WalkedTransaction transaction) => !transaction.IsWanted || !MayMatch(transaction);

    private bool MayMatch(in WalkedTransaction transaction) =>
        (!_asksForTime || IsInTime(transaction))
        && _filter.ServerIds?.Contains(transaction.ServerId) != false
        && (_filter.ThreadIds == null || transaction.LacksThread
            || (transaction.ThreadId is { } thread && _filter.ThreadIds.Contains(thread)))
        && (_filter.Gtids?.Included is not { } wanted || (transaction.Gtid is { } gtid && wanted.Contains(gtid)));

    private bool IsInTime(in WalkedTransaction transaction) =>
        !(Time(transaction.LastTime) < _filter.StartTime || Time(transaction.FirstTime) >= _filter.StopTime);

    private static DateTime Time(uint seconds) => DateTime.UnixEpoch.AddSeconds(seconds);
}
