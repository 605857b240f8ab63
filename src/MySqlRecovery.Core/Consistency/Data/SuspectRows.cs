using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Data;

/// <summary>Narrows a part of a table whose sums differ down to rows.</summary>
internal sealed class SuspectRange(
    ComparedTable table, ServerPair pair, ReadingSession source, ReadingSession replica, ReplicaProgress progress)
{
    private const int Parts = 16;
    private const int RowsOfLeaf = 2000;
    private const int RowsOfBucket = 500, RowsOfBuckets = 50_000, MaximumBuckets = 1 << 16;
    private const int RowsOfBatch = 500;

    public IEnumerable<ConsistencyFinding> Decide(KeyRange range, CancellationToken token)
    {
        ChunkSum sum = source.ReadSum(table.Source, range);
        progress.Wait(progress.ReadSource());
        ChunkSum copy = replica.ReadSum(table.Replica, range);
        if (sum == copy)
            return [];
        long rows = Math.Max(sum.Rows, copy.Rows);
        return rows <= RowsOfLeaf ? DecideLeaf(range, token)
            : table.OrderedKeyLength == 0 ? DecideBuckets(range, rows, token) : DecideParts(range, sum, copy, token);
    }

    // The side with more rows says where to cut: the other's surplus would stay in one part for ever.
    private IEnumerable<ConsistencyFinding> DecideParts(KeyRange range, ChunkSum sum, ChunkSum copy, CancellationToken token)
    {
        (ReadingSession session, TableSql sql) = sum.Rows >= copy.Rows ? (source, table.Source) : (replica, table.Replica);
        long rows = Math.Max(RowsOfLeaf / 2, Math.Max(sum.Rows, copy.Rows) / Parts);
        byte[][]? after = range.After;
        var bounds = new List<byte[][]>();
        while (bounds.Count < 2 * Parts && session.ReadBound(sql, new KeyRange(after, range.UpTo), rows) is { } bound)
        {
            bounds.Add(bound);
            after = bound;
        }

        // All rows may have the same values in the columns that have an order: then there is nothing to cut.
        if (bounds.Count == 0 || (range.UpTo != null && new ComparedKey(bounds[0]).Equals(new ComparedKey(range.UpTo))))
            return DecideBuckets(range, Math.Max(sum.Rows, copy.Rows), token);
        IEnumerable<KeyRange> parts = bounds.Select((bound, i) => new KeyRange(i == 0 ? range.After : bounds[i - 1], bound))
            .Append(new KeyRange(bounds[^1], range.UpTo));
        return parts.SelectMany(part => Decide(part, token));
    }

    // Each look reads the whole part, but no more rows come over than there are in the buckets that differ.
    private IEnumerable<ConsistencyFinding> DecideBuckets(KeyRange range, long rows, CancellationToken token)
    {
        if (rows <= RowsOfLeaf)
            return DecideLeaf(range, token);
        int count = (int)Math.Min(MaximumBuckets, rows / RowsOfBucket);
        Dictionary<int, ChunkSum> sums = source.ReadBucketSums(table.Source, range, count);
        progress.Wait(progress.ReadSource());
        Dictionary<int, ChunkSum> copies = replica.ReadBucketSums(table.Replica, range, count);
        var batches = new List<List<int>>();
        long rowsOfBatch = RowsOfBuckets;
        foreach (int number in sums.Keys.Union(copies.Keys).Order())
        {
            ChunkSum sum = sums.GetValueOrDefault(number), copy = copies.GetValueOrDefault(number);
            if (sum == copy)
                continue;
            rowsOfBatch += Math.Max(sum.Rows, copy.Rows);
            if (rowsOfBatch > RowsOfBuckets)
            {
                batches.Add([]);
                rowsOfBatch = Math.Max(sum.Rows, copy.Rows);
            }

            batches[^1].Add(number);
        }

        return batches.SelectMany(b => DecideLeaf(range with { Buckets = new KeyBuckets(count, b) }, token));
    }

    private IEnumerable<ConsistencyFinding> DecideLeaf(KeyRange range, CancellationToken token)
    {
        Dictionary<ComparedKey, string> hashes = source.ReadKeyHashes(table.Source, table.Key.Length, range);
        progress.Wait(progress.ReadSource());
        Dictionary<ComparedKey, string> copies = replica.ReadKeyHashes(table.Replica, table.Key.Length, range);
        ComparedKey[] suspects = [.. hashes.Where(row => copies.GetValueOrDefault(row.Key) != row.Value).Select(row => row.Key)
            .Concat(copies.Keys.Where(key => !hashes.ContainsKey(key)))];
        return suspects.Chunk(RowsOfBatch).SelectMany(
            batch => new SuspectRows(table, pair, source, replica, progress).Decide(batch, token));
    }
}

/// <summary>
/// Decides about rows that looked different while both servers were being written. In every round the source's row is read,
/// the replica is given the time to come to that point, its row is read, and the source's once more: a replica's row that
/// the source had at either time is right.
/// </summary>
internal sealed class SuspectRows(
    ComparedTable table, ServerPair pair, ReadingSession source, ReadingSession replica, ReplicaProgress progress)
{
    // A row that changes to and fro can look wrong in one round: here it would have to in each, with the same contents.
    private const int RoundsOnBusySource = 8;
    private const int RoundsOnQuietSource = 2;
    private const int MaximumRounds = 100;

    private readonly Dictionary<ComparedKey, Suspect> _suspects = [];

    public IEnumerable<ConsistencyFinding> Decide(IReadOnlyCollection<ComparedKey> keys, CancellationToken token)
    {
        foreach (ComparedKey key in keys)
            _suspects.Add(key, new Suspect());
        var findings = new RowFindings(table, pair);
        for (int round = 0; round < MaximumRounds && _suspects.Count > 0; round++)
        {
            if (round > 0 && token.WaitHandle.WaitOne(Math.Min(10 * round, 100)))
                token.ThrowIfCancellationRequested();
            (bool wasQuiet, bool wasReached) = Look();
            foreach ((ComparedKey key, Suspect suspect) in _suspects.ToArray())
            {
                suspect.Quiet = wasQuiet ? suspect.Quiet + 1 : 0;
                if (suspect.Confirmed < RoundsOnBusySource && suspect.Quiet < RoundsOnQuietSource)
                    continue;
                _suspects.Remove(key);
                yield return wasReached
                    ? findings.Make(key, suspect.Source, suspect.Replica, FindingConfidence.Proven)
                    : findings.Make(key, suspect.Source, suspect.Replica, FindingConfidence.Likely, StandsStill(progress));
            }
        }

        foreach (ComparedKey key in _suspects.Keys)
            yield return Undecided(key);
    }

    /// <summary>Why a difference may be no more than a replica that is behind.</summary>
    public static string StandsStill(ReplicaProgress progress) => progress.Channel == null
        ? "the replica does not replicate from any server"
        : "the replica does not apply what the source writes, or has not come to the time of this check: the difference may be "
            + "in what it lacks";

    /// <summary>One round: lets those go that are right, counts how often the others were the same.</summary>
    private (bool WasQuiet, bool WasReached) Look()
    {
        string? before = progress.ReadSource();
        Dictionary<ComparedKey, RowData> first = source.ReadRows(table, table.Source, _suspects.Keys);
        string? between = progress.ReadSource();
        bool wasReached = progress.Wait(between) || (between != null && progress.HasReached(between));
        Dictionary<ComparedKey, RowData> copies = replica.ReadRows(table, table.Replica, _suspects.Keys);
        Dictionary<ComparedKey, RowData> last = source.ReadRows(table, table.Source, _suspects.Keys);
        string? after = progress.ReadSource();
        foreach ((ComparedKey key, Suspect suspect) in _suspects.ToArray())
        {
            RowData? was = first.GetValueOrDefault(key), copy = copies.GetValueOrDefault(key), now = last.GetValueOrDefault(key);
            if (RowData.AreEqual(copy, was) || RowData.AreEqual(copy, now))
            {
                _suspects.Remove(key);
                continue;
            }

            bool isStable = RowData.AreEqual(was, now)
                && (suspect.Confirmed == 0 || (RowData.AreEqual(was, suspect.Source) && RowData.AreEqual(copy, suspect.Replica)));
            suspect.Confirmed = isStable ? suspect.Confirmed + 1 : 0;
            if (!isStable)
                suspect.Quiet = -1;
            (suspect.Source, suspect.Replica) = (now, copy);
        }

        return (before != null && before == after, wasReached);
    }

    private ConsistencyFinding Undecided(ComparedKey key) => new()
    {
        Type = FindingType.RowDifferent,
        Severity = FindingSeverity.Info,
        Confidence = FindingConfidence.Unknown,
        Server = pair.Replica.Name,
        Database = table.Name.Database,
        Table = table.Name.Name,
        Key = table.Source.IsKey(key.Values),
        Evidence = [$"the row changed on the source in each of {MaximumRounds} looks, and the replica had other contents each time"],
        Recommendation = "Compare the row when it is written less often.",
    };

    private sealed class Suspect
    {
        public RowData? Source { get; set; }

        public RowData? Replica { get; set; }

        /// <summary>In how many rounds on end the two were the same, and different from each other.</summary>
        public int Confirmed { get; set; }

        /// <summary>In how many of these nothing at all was written on the source.</summary>
        public int Quiet { get; set; }
    }
}
