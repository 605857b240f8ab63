using System.Globalization;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Scan;

/// <summary>
/// What one reading passes by, whatever its filter lets through: the tables, sessions, GTIDs and times that are there, so that a
/// filter that matches nothing can say so, and what there would be. One thread at a time.
/// </summary>
internal sealed class LogSights
{
    private const int MaximumSessions = 100_000;

    private readonly HashSet<TableMap> _maps = new(ReferenceEqualityComparer.Instance);
    private TableMap? _lastMap;
    private (int Log, long Position) _transaction = (-1, -1);
    private uint? _lastThread;

    /// <summary>Tables with row changes.</summary>
    public HashSet<TableName> Tables { get; } = [];

    /// <summary>Sessions, of which only so many are kept.</summary>
    public HashSet<uint> Threads { get; } = [];

    /// <summary>Whether a transaction has a GTID that is asked for.</summary>
    public bool IsGtidSeen { get; private set; }

    /// <summary>What row events did.</summary>
    public HashSet<RowOperation> Operations { get; } = [];

    /// <summary>Servers that wrote the events first.</summary>
    public HashSet<uint> ServerIds { get; } = [];

    /// <summary>Time of the earliest event; null before any.</summary>
    public DateTime? First { get; private set; }

    /// <summary>Time of the latest event.</summary>
    public DateTime? Last { get; private set; }

    /// <summary>Whether any event was in the range of time that is asked for.</summary>
    public bool IsTimeSeen { get; private set; }

    /// <summary>Whether an event without table was let through.</summary>
    public bool HasTakenStatement { get; private set; }

    /// <summary>Events passed by.</summary>
    public long EventCount { get; private set; }

    /// <summary>Row events passed by.</summary>
    public long RowEventCount { get; private set; }

    /// <summary>Events let through.</summary>
    public long TakenEventCount { get; private set; }

    /// <summary>Row events let through.</summary>
    public long TakenRowEventCount { get; private set; }

    /// <summary>Takes in an event of the chosen range.</summary>
    [MethodImpl(Jit.Hot)]
    public void Observe(in EventView view, EventFilter filter)
    {
        EventCount++;
        bool hasRows = view.HasRows;
        (int, long) transaction = (view.LogIndex, view.TransactionPosition);
        if (hasRows)
            ObserveRows(view);
        else if (transaction == _transaction && _lastThread != null)
            return;
        ObserveTransaction(view, filter, transaction);
    }

    /// <summary>Takes in a stretch that is not read.</summary>
    public void Pass(LogStretch stretch, Func<int, LogTable> tableOf, EventFilter filter, bool isTimeSeen)
    {
        EventCount += stretch.EventCount;
        RowEventCount += stretch.RowEventCount;
        foreach (TableStretch table in stretch.Tables)
        {
            if (table.EventCount > 0)
                Tables.Add(new TableName(tableOf(table.Number).Database, tableOf(table.Number).Name));
            Operations.UnionWith(table.Operations);
        }

        ServerIds.UnionWith(stretch.ServerIds);
        foreach (uint thread in stretch.Threads ?? [])
        {
            if (Threads.Count < MaximumSessions || filter.ThreadIds?.Contains(thread) == true)
                Threads.Add(thread);
        }

        IsTimeSeen |= isTimeSeen;
        if (stretch.EndTime > 0)
        {
            DateTime first = DateTime.UnixEpoch.AddSeconds(stretch.FirstKnownTime), last = DateTime.UnixEpoch.AddSeconds(stretch.LastTime);
            First = First < first ? First : first;
            Last = Last > last ? Last : last;
        }

        IsGtidSeen |= filter.Gtids?.Included?.Intersect(stretch.Gtids).IsEmpty == false;
    }

    /// <summary>Takes in that the filter let the event through.</summary>
    [MethodImpl(Jit.Hot)]
    public void Take(in EventView view)
    {
        TakenEventCount++;
        if (view.HasRows)
            TakenRowEventCount++;
        else if (view.Table == null)
            HasTakenStatement = true;
    }

    [MethodImpl(Jit.Hot)]
    private void ObserveRows(in EventView view)
    {
        RowEventCount++;
        if (view.Table == _lastMap && Operations.Count == 3)
            return;
        _lastMap = view.Table!;
        if (_maps.Add(_lastMap))
            Tables.Add(_lastMap.QualifiedName);
        Operations.Add(view.Type.Operation()!.Value);
    }

    [MethodImpl(Jit.Hot)]
    private void ObserveTransaction(in EventView view, EventFilter filter, (int Log, long Position) transaction)
    {
        DateTime time = view.TimeFor(filter);
        if (time != DateTime.UnixEpoch)
        {
            First = First < time ? First : time;
            Last = Last > time ? Last : time;
            IsTimeSeen |= filter.IsInTime(time);
        }

        if (view.ThreadId is { } thread && thread != _lastThread)
        {
            _lastThread = thread;
            if (Threads.Count < MaximumSessions || filter.ThreadIds?.Contains(thread) == true)
                Threads.Add(thread);
        }

        if (transaction == _transaction)
            return;
        _transaction = transaction;
        ServerIds.Add(view.ServerId);
        if (filter.Gtids?.Included is not { } wanted || view.Gtid is not { } gtid)
            return;
        IsGtidSeen |= wanted.Contains(gtid);
        filter.Gtids.Note(gtid);
    }
}

/// <summary>What all readings of one command passed by, and what that says of filters that matched nothing.</summary>
internal sealed class FilterSights
{
    private const int NamesAtMost = 8;

    private readonly List<LogSights> _all = [];

    /// <summary>Whether statements were named that changed rows without row images: they say why there are no row changes.</summary>
    public bool HasNamedStatements { get; set; }

    /// <summary>Begins another reading.</summary>
    public LogSights Begin()
    {
        var sights = new LogSights();
        _all.Add(sights);
        return sights;
    }

    /// <summary>
    /// One line, for people, for each condition that nothing fulfilled; or, where each was fulfilled and still nothing was let
    /// through, for all of them; none where there is nothing to say.
    /// </summary>
    /// <param name="filter">The conditions.</param>
    /// <param name="takesEvents">Whether events without rows are asked for, too.</param>
    public IEnumerable<string> Explain(EventFilter filter, bool takesEvents)
    {
        if (_all.Count == 0)
            return [];
        string[] lines = [.. Tables(filter), .. Times(filter), .. Gtids(filter), .. Threads(filter), .. ServerIds(filter),
            .. Operations(filter)];
        if (lines.Length > 0 || filter.Doubts.NamesGtids || _all.Sum(s => takesEvents ? s.TakenEventCount : s.TakenRowEventCount) > 0)
            return lines;
        long events = _all.Sum(s => s.EventCount), rows = _all.Sum(s => s.RowEventCount);
        if (rows == 0 && !takesEvents && events > 0)
            return HasNamedStatements ? [] : [string.Create(
                CultureInfo.InvariantCulture, $"there is no row change in these logs: none of their {events} events has rows")];
        return filter.IsAll || events == 0 ? [] : [string.Create(
            CultureInfo.InvariantCulture,
            $"nothing fulfils all conditions together: each of them is fulfilled somewhere, but by none of the {rows} row events are all")];
    }

    private IEnumerable<string> Tables(EventFilter filter)
    {
        if (filter.Tables == null || RowEventCount == 0)
            yield break;
        TableName[] seen = [.. _all.SelectMany(s => s.Tables).Distinct()];
        if (!_all.Exists(s => s.HasTakenStatement) || filter.WithStatements)
        {
            string[] databases = [.. seen.Select(t => t.Database!).Distinct(StringComparer.Ordinal)];
            foreach (string pattern in filter.Tables.UnmatchedDatabases(databases))
                yield return $"no row of database {pattern} was changed in these logs; there are changes of {List(databases, pattern)}";
        }

        foreach (string pattern in filter.Tables.UnmatchedTables(seen))
            yield return $"no table {pattern} in these logs; there are {List(seen.Select(t => t.ToString()), pattern)}";
    }

    private IEnumerable<string> Times(EventFilter filter)
    {
        if ((filter.StartTime ?? filter.StopTime) == null || _all.Exists(s => s.IsTimeSeen) || _all.Min(s => s.First) is not { } first)
            yield break;
        string from = filter.StartTime is { } start ? $" from {Local(start)}" : string.Empty;
        string to = filter.StopTime is { } stop ? $" to {Local(stop)}" : string.Empty;
        yield return $"nothing was logged{from}{to}; these logs go from {Local(first)} to {Local(_all.Max(s => s.Last)!.Value)}";
    }

    private IEnumerable<string> Gtids(EventFilter filter)
    {
        if (filter.Gtids?.Included is not { } wanted)
            yield break;
        // Those asked for by number are a doubt of the filter, which is said anyway.
        if (!_all.Exists(s => s.IsGtidSeen) && !filter.Doubts.NamesGtids)
            yield return $"no transaction of {Shorten(wanted.ToString())} in these logs; {filter.Gtids.There}";
    }

    private IEnumerable<string> Threads(EventFilter filter)
    {
        if (filter.ThreadIds == null)
            yield break;
        HashSet<uint> seen = [.. _all.SelectMany(s => s.Threads)];
        uint[] absent = [.. filter.ThreadIds.Where(t => !seen.Contains(t))];
        if (absent.Length > 0)
            yield return $"no session {string.Join(", ", absent)} in these logs; "
                + (seen.Count == 0 ? "they do not say which session changed what" : $"there are {List(seen)}");
    }

    private IEnumerable<string> ServerIds(EventFilter filter)
    {
        if (filter.ServerIds == null)
            yield break;
        HashSet<uint> seen = [.. _all.SelectMany(s => s.ServerIds)];
        uint[] absent = [.. filter.ServerIds.Where(t => !seen.Contains(t))];
        if (absent.Length > 0 && seen.Count > 0)
            yield return $"nothing in these logs was written by server id {string.Join(", ", absent)}; there are {List(seen)}";
    }

    private IEnumerable<string> Operations(EventFilter filter)
    {
        if (filter.Operations == null)
            yield break;
        HashSet<RowOperation> seen = [.. _all.SelectMany(s => s.Operations)];
        RowOperation[] absent = [.. filter.Operations.Where(o => !seen.Contains(o))];
        if (absent.Length > 0 && absent.Length == filter.Operations.Count && seen.Count > 0)
            yield return $"no {string.Join(" and no ", absent)} in these logs; there are {string.Join(", ", seen.Order())}";
    }

    private long RowEventCount => _all.Sum(s => s.RowEventCount);

    private static string List(IEnumerable<uint> numbers)
    {
        uint[] all = [.. numbers.Order()];
        return string.Join(", ", all.Take(NamesAtMost)) + More(all.Length);
    }

    private static string List(IEnumerable<string> names, string wanted)
    {
        string[] all = [.. NameDistance.Closest(names, wanted)];
        return string.Join(", ", all.Take(NamesAtMost)) + More(all.Length);
    }

    private static string More(int count) =>
        count <= NamesAtMost ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" and {count - NamesAtMost} more");

    private static string Shorten(string set) => set.Length <= 200 ? set : $"{set[..200]}…";

    private static string Local(DateTime time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);
}
