using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Incidents;

/// <summary>
/// Goes through events once, keeps what is usual in each table and each session, and tells at the end which transactions, runs
/// of transactions and definitions are not. Rows are counted; those of large updates are looked at, too.
/// </summary>
internal sealed class IncidentFinder
{
    private const int SessionsAtMost = 50_000;

    private readonly Dictionary<TableMap, TableHistory> _byMap = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<TableName, TableHistory> _tables = [];
    private readonly Dictionary<(uint Server, uint Thread), Session> _sessions = [];
    private readonly Definitions _definitions = new();
    private Episode? _transaction;
    private Gtid? _gtid;
    private int _log = -1;
    private DateTime _first = DateTime.MaxValue, _last;

    /// <summary>Takes an event in.</summary>
    public void Add(in EventView view)
    {
        if (_transaction != null && (view.TransactionPosition != _transaction.StartPosition || view.LogIndex != _log))
            FinishTransaction();
        if (view.HasRows)
        {
            try
            {
                AddRows(view);
            }
            catch (Exception e) when (MalformedData.Is(e))
            {
                throw view.Malformed(e);
            }
        }
        else if (_transaction != null)
        {
            _transaction.StopPosition = view.EndPosition;
        }
        else if (view.Type.IsQuery() && view.TryGetStatement(out string statement, out string database, out SqlModes modes))
        {
            _definitions.Add(view, statement, database, modes);
        }
    }

    /// <summary>What is unusual, the most suspicious first.</summary>
    /// <param name="least">The least score.</param>
    public IEnumerable<Incident> Complete(int least = Thresholds.Score)
    {
        FinishTransaction();
        foreach (Session session in _sessions.Values)
            FinishRun(session);
        var scoring = new Scoring(_last - _first, _sessions.ToDictionary(s => s.Key, s => s.Value.Habit));
        List<ScoredEpisode> found =
            [.. _tables.Values.SelectMany(Candidates).Distinct().Select(scoring.Score).Where(s => s.Score >= least && s.Tables.Count > 0)];
        IEnumerable<Incident> incidents = Choose(found).Select(IncidentText.Of);
        return incidents.Concat(_definitions.Incidents(Find).Where(i => i.Score >= least))
            .OrderByDescending(i => i.Score).ThenByDescending(i => i.InsertCount + i.UpdateCount + i.DeleteCount)
            .ThenBy(i => i.FirstTimestamp);
    }

    private static IEnumerable<Episode> Candidates(TableHistory table) =>
        table.Transactions.Concat(table.Runs).SelectMany(h => h.Largest).Where(l => l.Size >= Thresholds.LeastRows).Select(l => l.Episode);

    // A run that is one transaction for the most part is that; else what lies in a run is part of it.
    private static List<ScoredEpisode> Choose(List<ScoredEpisode> found)
    {
        var chosen = new List<ScoredEpisode>();
        foreach (ScoredEpisode next in found.OrderByDescending(s => s.Score).ThenByDescending(s => s.Episode.RowCount))
        {
            int other = chosen.FindIndex(c => c.Episode.Overlaps(next.Episode));
            if (other < 0)
                chosen.Add(next);
            else if (IsBetter(next, chosen[other]))
                chosen[other] = next with { Score = chosen[other].Score };
        }

        return chosen;
    }

    private static bool IsBetter(ScoredEpisode next, ScoredEpisode than)
    {
        if (next.Episode.TransactionCount < than.Episode.TransactionCount)
            return next.RowCount >= 0.8 * than.RowCount && next.Episode.TransactionCount == 1;
        return next.Episode.TransactionCount > than.Episode.TransactionCount && than.RowCount < 0.8 * next.RowCount;
    }

    private void AddRows(in EventView view)
    {
        RowsEvent rows = view.Rows;
        TableMap map = view.Table!;
        int count = view.MeasureRows(rows).Count;
        if (count == 0)
            return;
        if (_transaction == null)
            Begin(view);
        TableHistory table = Find(map);
        TableShare share = _transaction!.ShareOf(table);
        share.Rows.Add(rows.Operation, count);
        table.Add(rows.Operation, count, view.ThreadId);
        if (rows.Operation == RowOperation.Update && (count >= Thresholds.LeastRows || share.Uniform != null))
            (share.Uniform ??= new UniformColumns(map)).Add(rows);
        (_transaction.Last, _transaction.StopPosition) = (view.Timestamp, view.EndPosition);
        if (view.Timestamp < _first)
            _first = view.Timestamp;
        if (view.Timestamp > _last)
            _last = view.Timestamp;
    }

    private void Begin(in EventView view)
    {
        _log = view.LogIndex;
        _gtid = view.Gtid;
        _transaction = new Episode
        {
            Server = view.Server,
            ServerId = view.ServerId,
            ThreadId = view.ThreadId,
            First = view.Timestamp,
            LogFile = view.LogFile,
            StopLogFile = view.LogFile,
            StartPosition = view.TransactionPosition,
            Statement = view.RowsStatement,
        };
        _transaction.AddPath(view.LogPath);
    }

    private TableHistory Find(TableMap map)
    {
        if (!_byMap.TryGetValue(map, out TableHistory? table))
            _byMap.Add(map, table = Find(map.QualifiedName) ?? (_tables[map.QualifiedName] = new TableHistory(map.QualifiedName)));
        return table;
    }

    private TableHistory? Find(TableName name) => _tables.GetValueOrDefault(name);

    private void FinishTransaction()
    {
        if (_transaction is not { } transaction)
            return;
        _transaction = null;
        foreach (TableShare share in transaction.Tables)
        {
            share.Table.TransactionCount++;
            Note(share, share.Table.Transactions, transaction);
        }

        if (transaction.ThreadId is { } thread)
            AddToRun(transaction, thread);
        transaction.AddGtid(_gtid);
    }

    private static void Note(TableShare share, SizeHistory[] histories, Episode episode)
    {
        foreach (RowOperation operation in RowCounts.Operations)
        {
            if (share.Rows[operation] is > 0 and var count)
                histories[(int)operation - 1].Add(count, episode);
        }
    }

    private void AddToRun(Episode transaction, uint thread)
    {
        if (!_sessions.TryGetValue((transaction.ServerId, thread), out Session? session))
        {
            if (_sessions.Count >= SessionsAtMost)
                ForgetIdle(transaction.First);
            _sessions.Add((transaction.ServerId, thread), session = new Session());
        }

        session.Habit.Add(transaction.RowCount);
        if (session.Run is { } run && GoesOn(run, transaction.First - run.Last))
        {
            run.Add(transaction, _gtid);
            return;
        }

        FinishRun(session);
        var begun = new Episode
        {
            Server = transaction.Server,
            ServerId = transaction.ServerId,
            ThreadId = thread,
            First = transaction.First,
            LogFile = transaction.LogFile,
            StartPosition = transaction.StartPosition,
            Statement = transaction.Statement,
            TransactionCount = 0,
        };
        begun.Add(transaction, _gtid);
        session.Run = begun;
    }

    // Sessions of an application never pause for long: after a while a short pause ends a run, so that a burst stands out in it.
    private static bool GoesOn(Episode run, TimeSpan pause) =>
        pause <= (run.Last - run.First < Thresholds.LongRun ? Thresholds.Pause : Thresholds.ShortPause);

    private static void FinishRun(Session session)
    {
        if (session.Run is not { } run)
            return;
        session.Run = null;
        session.Habit.AddRun(run);
        foreach (TableShare share in run.Tables)
            Note(share, share.Table.Runs, run);
    }

    private void ForgetIdle(DateTime now)
    {
        foreach (((uint, uint) key, Session session) in _sessions.Where(s => now - (s.Value.Run?.Last ?? now) > Thresholds.Pause).ToList())
        {
            FinishRun(session);
            _sessions.Remove(key);
        }
    }

    private sealed class Session
    {
        public Episode? Run { get; set; }

        public SessionHabit Habit { get; } = new();
    }
}

/// <summary>What is usual for a session.</summary>
internal sealed class SessionHabit
{
    private long _largest, _secondLargest;

    public long TransactionCount { get; private set; }

    public long RunCount { get; private set; }

    /// <summary>Rows of the largest transaction but one.</summary>
    public long SecondLargest => _secondLargest;

    public void Add(long rows)
    {
        TransactionCount++;
        if (rows > _largest)
            (_largest, _secondLargest) = (rows, _largest);
        else
            _secondLargest = Math.Max(_secondLargest, rows);
    }

    public void AddRun(Episode run) => RunCount += run.TransactionCount > 0 ? 1 : 0;
}
