using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Data;

/// <summary>Narrows a part of a table whose sums differ down to rows.</summary>
internal sealed class SuspectRange(
    ComparedTable table, ServerPair pair, ReadingSession source, ReadingSession replica, ReplicaProgress progress)
{
    private const int Parts = 16;
    private const int RowsOfLeaf = 2000;
    private const int RowsOfBatch = 500;

    public IEnumerable<ConsistencyFinding> Decide(KeyRange range, CancellationToken token)
    {
        ChunkSum sum = source.ReadSum(table.Source, range);
        progress.Wait(progress.ReadSource());
        ChunkSum copy = replica.ReadSum(table.Replica, range);
        if (sum == copy)
            return [];
        return Math.Max(sum.Rows, copy.Rows) <= RowsOfLeaf || table.OrderedKeyLength == 0
            ? DecideLeaf(range, token) : DecideParts(range, sum, copy, token);
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
            return DecideLeaf(range, token);
        IEnumerable<KeyRange> parts = bounds.Select((bound, i) => new KeyRange(i == 0 ? range.After : bounds[i - 1], bound))
            .Append(new KeyRange(bounds[^1], range.UpTo));
        return parts.SelectMany(part => Decide(part, token));
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
