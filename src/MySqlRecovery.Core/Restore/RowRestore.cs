using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.Restore;

/// <summary>How rows are restored.</summary>
internal sealed record RestoreOptions
{
    /// <summary>Rows of a transaction, unless they need others to be restored with them.</summary>
    public int BatchSize { get; init; } = 500;

    public ConflictAction OnConflict { get; init; }

    /// <summary>Whether rows are written although triggers do their work a second time.</summary>
    public bool AllowTrigger { get; init; }

    /// <summary>Whether all rows are written as row events, where the account may.</summary>
    public bool AsRowEvent { get; init; }

    /// <summary>Called before each batch: waits, or ends the run by answering false.</summary>
    public Func<bool> MayGoOn { get; init; } = () => true;
}

/// <summary>
/// Restores rows in batches, each a transaction: its rows are locked, judged once more, written, counted, and committed. First
/// rows go, children before parents, then they change, then they come, parents before children.
/// </summary>
internal sealed class RowRestore
{
    private const int Attempts = 5;

    /// <summary>A batch with all rows that must be restored together with others has so many at most.</summary>
    private const int MaximumTogether = 10_000;
    private const long MaximumBytes = 4 << 20;

    private readonly RestoreRun _run;
    private readonly RestoreOptions _options;
    private readonly RestoreWriter _writer;
    private readonly HashSet<int> _early = [];
    private readonly Random _pauses = new(1);

    public RowRestore(RestoreRun run, RestoreOptions options)
    {
        _run = run;
        _options = options;
        _writer = new RestoreWriter(run);
    }

    /// <summary>Rows in all, once the run has started.</summary>
    public int Total { get; private set; }

    /// <summary>Whether it ended before all rows were come to.</summary>
    public bool WasStopped { get; private set; }

    /// <summary>Restores, and gives the verdict of each row when its batch is committed or left.</summary>
    /// <exception cref="RecoveryException">
    /// RestoreConflict (with <see cref="ConflictAction.Stop"/>), or what ended the connection; what was committed before stays.
    /// </exception>
    public IEnumerable<RestoreRow> Restore()
    {
        _run.BeginWriting();
        if (_options.AsRowEvent || _run.MayNeedEvents(_options.AllowTrigger))
            _writer.BeginEvents();
        ushort[] phaseOf = Plan(out int phases);
        Total = phaseOf.Count(p => p < phases);
        for (int phase = 0; phase < phases; phase++)
        {
            foreach (int[] numbers in Batches(RowsOf(phaseOf, phase)))
            {
                WasStopped = WasStopped || !_options.MayGoOn();
                if (WasStopped)
                    yield break;
                foreach (RestoreRow row in RestoreBatch(numbers))
                    yield return row;
            }
        }
    }

    /// <summary>The phase of each row by its number: which rows are restored after which.</summary>
    private ushort[] Plan(out int phases)
    {
        Dictionary<RestoreTable, int> ranks = Rank();
        int tables = ranks.Count == 0 ? 0 : ranks.Values.Max() + 1;
        var phaseOf = new ushort[_run.Changes.Count];
        Array.Fill(phaseOf, ushort.MaxValue);
        foreach (int number in _run.Numbers())
            phaseOf[number] = PhaseOf(_run.Changes[number], ranks, tables);
        phases = 3 * tables;
        return phaseOf;
    }

    private IEnumerable<int> RowsOf(ushort[] phaseOf, int phase)
    {
        for (int i = 0; i < phaseOf.Length; i++)
        {
            int number = _run.Form.Reverse ? phaseOf.Length - 1 - i : i;
            if (phaseOf[number] == phase)
                yield return number;
        }
    }

    private ushort PhaseOf(in NetChange change, Dictionary<RestoreTable, int> ranks, int tables)
    {
        (bool comes, bool goes) = _run.Form.Reverse
            ? (!change.Last.IsRow, !change.First.IsRow) : (!change.First.IsRow, !change.Last.IsRow);
        RestoreTable table = _run.Tables.Find(_run.Changes.MapOf(change));
        int rank = ranks[table];

        // Equal rows are counted, so that those that go and those that come belong together.
        (comes, goes) = table.Key.Length == 0 ? (false, false) : (comes, goes);
        return (ushort)(goes ? tables - 1 - rank : comes ? 2 * tables + rank : tables + rank);
    }

    /// <summary>How far each table is from those that refer to none; a cycle is cut where it is met.</summary>
    private Dictionary<RestoreTable, int> Rank()
    {
        RestoreTable[] tables = [.. _run.Changes.Maps.Select(_run.Tables.Find).Distinct()];
        var ranks = new Dictionary<RestoreTable, int>();
        foreach (RestoreTable table in tables)
            RankOf(table, []);
        return ranks;

        int RankOf(RestoreTable table, HashSet<RestoreTable> below)
        {
            if (ranks.TryGetValue(table, out int known) || !below.Add(table))
                return known;
            int rank = 0;
            foreach (RestoreTable parent in tables.Where(t => t != table && table.Parents.Any(r => r.Parent == t.Name)))
                rank = Math.Max(rank, RankOf(parent, below) + 1);
            return ranks[table] = rank;
        }
    }

    private IEnumerable<int[]> Batches(IEnumerable<int> phase)
    {
        var batch = new List<int>();
        long bytes = 0;
        foreach (int number in phase)
        {
            if (_early.Remove(number))
                continue;
            NetChange change = _run.Changes[number];
            long length = change.First.Length + (long)change.Last.Length;
            bool isKeyless = _run.Changes.MapOf(change).PrimaryKey.Length == 0;
            (int most, long mostBytes) = isKeyless ? (MaximumTogether, MaximumBytes / 4) : (_options.BatchSize, MaximumBytes);
            if (batch.Count >= most || (batch.Count > 0 && bytes + length > mostBytes))
            {
                yield return [.. batch];
                batch.Clear();
                bytes = 0;
                if (_early.Remove(number))
                    continue;
            }

            batch.Add(number);
            bytes += length;
        }

        if (batch.Count > 0)
            yield return [.. batch];
    }

    /// <summary>Restores a batch: again if another transaction was in the way, then in smaller parts.</summary>
    private IEnumerable<RestoreRow> RestoreBatch(int[] numbers)
    {
        RecoveryException? failure = null;
        for (int attempt = 1; attempt <= Attempts; attempt++)
        {
            try
            {
                return TryBatch(numbers);
            }
            catch (RecoveryException e)
                when (
                    e.ErrorId is not ("RestoreConflict" or "ServerConnectionLost" or "ServerTimeout" or "ServerPrivilegeMissing")
                    && !IsReadOnly(e))
            {
                failure = e;
                if (!RollBack())
                    throw;
                if (!IsPassing(e))
                    break;
                if (WasStopped = !_options.MayGoOn())
                    return [];
                Thread.Sleep(_pauses.Next(20 * attempt));
            }
            catch
            {
                RollBack();
                throw;
            }
        }

        if (numbers.Length > 1)
            return numbers.Chunk((numbers.Length + 1) / 2).SelectMany(RestoreBatch);
        RestoreRow row = _run.Load(numbers[0]);
        row.Decide(
            failure!.Detail.Contains("Duplicate entry", StringComparison.Ordinal)
            ? RestoreVerdict.UniqueTaken : row.Verdict, failure.Detail);
        row.Applies = false;
        return [row];
    }

    private List<RestoreRow> TryBatch(int[] numbers)
    {
        _run.Client.Execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED", _run.Stop);
        _run.Client.Execute("START TRANSACTION", _run.Stop);
        List<int> together = [.. numbers];
        List<RestoreRow> batch;
        var wanted = new HashSet<int>();
        do
        {
            together.AddRange(wanted);
            wanted.Clear();
            batch = together.ConvertAll(_run.Load);
            Dictionary<int, RestoreRow> known = batch.ToDictionary(r => r.Number);
            _run.Judge(batch, locks: true, Other, Override);

            RestoreRow? Other(int number)
            {
                if (!known.TryGetValue(number, out RestoreRow? row) && !_writer.IsDone(number))
                    wanted.Add(number);
                return row;
            }
        }
        while (wanted.Count > 0 && together.Count + wanted.Count <= MaximumTogether);

        if (_options.OnConflict == ConflictAction.Stop
            && batch.Find(r => !r.Applies && r.Verdict != RestoreVerdict.AlreadyRestored) is { } conflict)
            throw new RecoveryException(
                "RestoreConflict", RecoveryErrorKind.InvalidArgument, $"{_run.ToVerdict(conflict)}", _run.Client.Server,
                recommendedAction: "Look at all verdicts with Test-RowChange; -OnConflict Leave restores the other rows.");
        _writer.Write(batch, Unknown);
        _run.Client.Execute("COMMIT", _run.Stop);
        foreach (RestoreRow row in batch)
        {
            row.IsApplied = row.Applies;
            if (row is { IsApplied: true, Table.Key.Length: 0 })
                _run.Changes.NoteRestored(row.From, row.To);
        }

        foreach (int number in together)
            _writer.SetDone(number);
        _early.UnionWith(together.Skip(numbers.Length));
        return batch;

        RestoreRow? Unknown(int number) => batch.Find(r => r.Number == number);
    }

    private void Override(RestoreRow row)
    {
        bool firesTriggers = row.Table.HasTriggers && !_options.AllowTrigger;
        row.IsEvent = (firesTriggers || _options.AsRowEvent) && _writer.MayApplyEvents && row.CanBeEvent;
        if (firesTriggers && !row.IsEvent && row.Verdict != RestoreVerdict.AlreadyRestored)
        {
            row.Applies = false;
            row.Reason ??= $"{row.Table.Name} has triggers, which would do their work a second time: "
                + ((row.From ?? row.To)?.Image == null ? string.Empty : "an account with BINLOG_ADMIN or REPLICATION_APPLIER (MariaDB: "
                + "BINLOG REPLAY) restores it without them, ") + "-AllowTrigger has them do it";
            return;
        }

        if (_options.OnConflict != ConflictAction.Overwrite || row.Verdict is not (RestoreVerdict.ChangedSince or RestoreVerdict.Occupied))
            return;

        // Whoever refers to what the row is now would refer to nothing.
        bool isReferenced = row.Now != null && row.Table.Children.SelectMany(c => c.ParentColumns)
            .Any(c => !row.Now.IsSame(row.From ?? row.To!, row.Table.Find(c)));
        if (isReferenced)
            row.Reason += "; not overwritten, because foreign keys refer to what the row holds now";
        else
            row.Applies = true;
    }

    /// <summary>False where the connection is gone, and the transaction with it.</summary>
    private bool RollBack()
    {
        try
        {
            _run.Client.Execute("ROLLBACK", CancellationToken.None);
            return true;
        }
        catch (RecoveryException)
        {
            return false;
        }
    }

    // No row of any batch can be written.
    private static bool IsReadOnly(RecoveryException e) =>
        e.Detail.Contains("read-only", StringComparison.Ordinal) || e.Detail.Contains("read only", StringComparison.Ordinal);

    private static bool IsPassing(RecoveryException e) => e.ErrorId == "RestoreCountWrong"
        || e.Detail.Contains("Deadlock found", StringComparison.Ordinal) || e.Detail.Contains("Lock wait timeout", StringComparison.Ordinal)
        || e.Detail.Contains("Duplicate entry", StringComparison.Ordinal)
            || e.Detail.Contains("Record has changed since last read", StringComparison.Ordinal);
}
