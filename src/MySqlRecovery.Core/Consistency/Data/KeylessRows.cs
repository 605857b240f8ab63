using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.Consistency.Data;

/// <summary>
/// Compares a table whose rows no key tells apart: how often each row is there on either side. Every look reads the whole
/// table, so this is for tables whose sums differ.
/// </summary>
internal sealed class KeylessRows(
    ComparedTable table, ServerPair pair, ReadingSession source, ReadingSession replica, ReplicaProgress progress)
{
    private const int RoundsOnBusySource = 8;
    private const int RoundsOnQuietSource = 2;
    private const int HashesOfBatch = 500;

    private bool _wasReached;

    public IEnumerable<ConsistencyFinding> Decide(CancellationToken token)
    {
        Dictionary<string, long> suspects = Differences(null);
        (int confirmed, int quiet) = (1, 0);
        while (suspects.Count > 0 && confirmed < RoundsOnBusySource && quiet < RoundsOnQuietSource)
        {
            token.ThrowIfCancellationRequested();
            string? before = progress.ReadSource();
            Dictionary<string, long> again = [];
            foreach (string[] batch in suspects.Keys.Chunk(HashesOfBatch))
            {
                foreach ((string hash, long difference) in Differences(batch))
                    again.Add(hash, difference);
            }

            string? after = progress.ReadSource();

            // Only what stays the same is a difference; what comes and goes is traffic.
            suspects = suspects.Where(s => again.GetValueOrDefault(s.Key) == s.Value).ToDictionary();
            confirmed++;
            quiet = before != null && before == after ? quiet + 1 : 0;
        }

        if (table.Columns.Any(c => c.IsNormalized))
            suspects = WithoutEqual(suspects);
        return suspects.Keys.Chunk(HashesOfBatch).SelectMany(batch => Report(batch, suspects));
    }

    /// <summary>Sets off against each other the rows that differ in nothing but how the servers write them.</summary>
    private Dictionary<string, long> WithoutEqual(Dictionary<string, long> suspects)
    {
        var counts = new Dictionary<string, (string Hash, long Difference)>();
        foreach (string[] batch in suspects.Keys.Chunk(HashesOfBatch))
        {
            Dictionary<string, RowData> rows = source.ReadRowsByHash(table, table.Source, batch);
            foreach ((string hash, RowData row) in replica.ReadRowsByHash(table, table.Replica, batch))
                rows.TryAdd(hash, row);
            foreach ((string hash, RowData row) in rows)
            {
                string content = row.Digest();
                counts[content] = (hash, counts.GetValueOrDefault(content).Difference + suspects[hash]);
            }
        }

        return counts.Values.Where(c => c.Difference != 0).ToDictionary(c => c.Hash, c => c.Difference);
    }

    private IEnumerable<ConsistencyFinding> Report(string[] hashes, Dictionary<string, long> differences)
    {
        Dictionary<string, RowData> rows = source.ReadRowsByHash(table, table.Source, hashes);
        foreach ((string hash, RowData row) in replica.ReadRowsByHash(table, table.Replica, hashes))
            rows.TryAdd(hash, row);
        var findings = new RowFindings(table, pair);
        foreach (string hash in hashes)
        {
            long difference = differences[hash];
            bool isMissing = difference > 0;
            string count = $"the {(isMissing ? "source" : "replica")} has {Math.Abs(difference)} more of this row; the table has no key";
            for (long i = 0; i < Math.Abs(difference) && rows.TryGetValue(hash, out RowData? row); i++)
            {
                yield return findings.Make(
                    null, isMissing ? row : null, isMissing ? null : row, _wasReached ? FindingConfidence.Proven : FindingConfidence.Likely,
                    _wasReached ? [count] : [count, SuspectRows.StandsStill(progress)]);
            }
        }
    }

    /// <summary>How many more rows of a hash the source has, where the numbers differ. Both answers are sorted: no table need
    /// fit into memory.</summary>
    private Dictionary<string, long> Differences(string[]? hashes)
    {
        var differences = new Dictionary<string, long>();
        using IEnumerator<(string Hash, long Count)> here = source.ReadHashCounts(table.Source, hashes).GetEnumerator();
        bool more = here.MoveNext();

        // The source's answer is of the time when the question came: the replica has to be there before it is asked.
        string? place = progress.ReadSource();
        _wasReached = progress.Wait(place) || (place != null && progress.HasReached(place));
        using IEnumerator<(string Hash, long Count)> there = replica.ReadHashCounts(table.Replica, hashes).GetEnumerator();
        bool moreThere = there.MoveNext();
        var budget = new AnswerBudget(pair.Replica.Name);
        while (more || moreThere)
        {
            int order = !more ? 1 : !moreThere ? -1 : string.CompareOrdinal(here.Current.Hash, there.Current.Hash);
            string hash = order <= 0 ? here.Current.Hash : there.Current.Hash;
            long difference = (order <= 0 ? here.Current.Count : 0) - (order >= 0 ? there.Current.Count : 0);
            if (difference != 0)
            {
                budget.AddRow();
                differences.Add(budget.Take(hash)!, difference);
            }

            if (order <= 0)
                more = here.MoveNext();
            if (order >= 0)
                moreThere = there.MoveNext();
        }

        return differences;
    }
}
