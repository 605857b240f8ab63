using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;

namespace MySqlRecovery.Binlog.Scan;

/// <summary>
/// Whether a scan would miss anything if it passed over a stretch of a log: events that its filter lets through, and all that is to be
/// seen on the way, as statements are. What cannot be told is read.
/// </summary>
/// <param name="filter">The scan's.</param>
/// <param name="complete">What is known of a table of <see cref="LogTable.Shape"/> at this place of the log; null where rows may yet say
/// otherwise.</param>
internal sealed class StretchChoice(EventFilter filter, Func<LogTable, TableMap?> complete)
{
    private readonly Dictionary<LogTable, TableMap?> _maps = new(ReferenceEqualityComparer.Instance);

    /// <summary>What is looked for by key; null where that is not how it is looked for.</summary>
    public IKeySearch? Keys { get; set; }

    /// <summary>The log was read on: a table may have become another one.</summary>
    public void GoOn() => _maps.Clear();

    /// <summary>Whether a stretch has to be read.</summary>
    /// <param name="catalog">Has the stretch.</param>
    /// <param name="stretch">The stretch.</param>
    /// <param name="isInRange">Whether it is in the range that is chosen; else nothing in it is let through.</param>
    /// <param name="hasSights">Whether what is passed by has to be told.</param>
    [MethodImpl(Jit.Hot)]
    public bool MustRead(ILogCatalog catalog, LogStretch stretch, bool isInRange, bool hasSights)
    {
        if (stretch.HasStatements)
            return true;
        if (!isInRange)
            return false;
        return (hasSights && !IsTold(stretch)) || (!stretch.IsUnwanted && MayMatch(stretch) && MayMatchRows(catalog, stretch));
    }

    /// <summary>Whether some event of a stretch is in the range of time that is asked for.</summary>
    public bool IsTimeSeen(LogStretch stretch) =>
        IsInTime(stretch.FirstKnownTime) || IsInTime(stretch.EndTime) || IsInTime(stretch.LastTime);

    // Whether the stretch says by itself what an explanation of an empty result says of it.
    private bool IsTold(LogStretch stretch) => (filter.ThreadIds == null || stretch.Threads != null)
        && (filter.StartTime == null || filter.StopTime == null || IsTimeSeen(stretch) || IsOutOfTime(stretch));

    [MethodImpl(Jit.Hot)]
    private bool MayMatch(LogStretch stretch) =>
        !IsOutOfTime(stretch)
        && filter.ServerIds?.Overlaps(stretch.ServerIds) != false
        && (filter.ThreadIds == null || stretch.LacksThreads || stretch.Threads == null || filter.ThreadIds.Overlaps(stretch.Threads))
        && (filter.Gtids?.Included is not { } wanted || !wanted.Intersect(stretch.Gtids).IsEmpty);

    [MethodImpl(Jit.Hot)]
    private bool MayMatchRows(ILogCatalog catalog, LogStretch stretch)
    {
        if (!filter.NeedsRows)
            return true;
        foreach (TableStretch rows in stretch.Tables)
        {
            LogTable table = catalog.Table(rows.Number);
            if (filter.Tables?.IsMatch(table.Database, table.Name) == false
                || (filter.Operations != null && !filter.Operations.Overlaps(rows.Operations)))
                continue;
            TableMap? map = table.Shape != null && (filter.Where ?? (object?)Keys) != null ? MapOf(table) : null;
            if (IsWithoutKeys(catalog, stretch, rows.Number, filter.Where?.KeysIn(table, map)))
            {
                filter.Where!.NoteColumns();
                continue;
            }

            if (!IsWithoutKeys(catalog, stretch, rows.Number, Keys?.KeysIn(table, map)))
                return true;
        }

        return false;
    }

    private TableMap? MapOf(LogTable table)
    {
        if (!_maps.TryGetValue(table, out TableMap? map))
            _maps.Add(table, map = complete(table));
        return map;
    }

    private static bool IsWithoutKeys(ILogCatalog catalog, LogStretch stretch, int table, IReadOnlyList<LogKey>? keys) =>
        keys != null && !catalog.MayHave(stretch, table, keys);

    private bool IsOutOfTime(LogStretch stretch) =>
        Time(stretch.LastTime) < filter.StartTime || Time(stretch.FirstTime) >= filter.StopTime;

    private bool IsInTime(uint time) => time is > 0 and < uint.MaxValue && filter.IsInTime(Time(time));

    private static DateTime Time(uint seconds) => DateTime.UnixEpoch.AddSeconds(seconds);
}
