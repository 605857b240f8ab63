using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.Consistency.Data;

/// <summary>A session in which both servers write the same value as the same bytes, and in which nothing can be written.</summary>
internal sealed class ReadingSession(IQueryClient client, bool fast, CancellationToken token)
{
    private const int HashLength = 32;

    private static readonly string[] Settings =
    [
        "SET NAMES utf8mb4",
        "SET SESSION character_set_results = NULL",
        "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
        "SET SESSION time_zone = '+00:00'",
        "SET SESSION sql_big_selects = 1",
        "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "SET SESSION TRANSACTION READ ONLY",
    ];

    /// <summary>Opens a session of the server and sets it up.</summary>
    public static ReadingSession Open(ComparedServer server, bool fast, CancellationToken token)
    {
        IQueryClient client = server.OpenSession();
        foreach (string setting in Settings)
            client.Execute(setting, token);
        return new ReadingSession(client, fast, token);
    }

    /// <summary>From here on what others commit is not seen, in tables of engines that have snapshots.</summary>
    public void BeginSnapshot() => client.Execute("START TRANSACTION WITH CONSISTENT SNAPSHOT", token);

    /// <summary>The values of the one row that a question has for an answer.</summary>
    public string[] ReadValues(string sql)
    {
        using IQueryRows rows = client.Query(sql, token);
        rows.Read();
        return [.. Enumerable.Range(0, rows.ColumnNames.Count).Select(i => rows.GetString(i)!)];
    }

    public ChunkSum ReadSum(TableSql table, KeyRange range)
    {
        using IQueryRows rows = client.Query(table.Checksum(range, fast), token);
        rows.Read();
        return new ChunkSum(long.Parse(rows.GetString(0)!, CultureInfo.InvariantCulture), rows.GetString(1)!);
    }

    /// <summary>The sums of a part's rows by a hash of their keys.</summary>
    public Dictionary<int, ChunkSum> ReadBucketSums(TableSql table, KeyRange range, int count)
    {
        using IQueryRows rows = client.Query(table.BucketSums(range, count, fast), token);
        var sums = new Dictionary<int, ChunkSum>();
        var budget = new AnswerBudget(client.Server);
        while (rows.Read())
        {
            budget.AddRow();
            sums[int.Parse(rows.GetString(0)!, CultureInfo.InvariantCulture)] =
                new ChunkSum(long.Parse(rows.GetString(1)!, CultureInfo.InvariantCulture), budget.Take(rows.GetString(2))!);
        }

        return sums;
    }

    /// <summary>The key of the n-th row of a part, in its columns that have an order; null if there are fewer.</summary>
    public byte[][]? ReadBound(TableSql table, KeyRange range, long n) => ReadRow(table.Bound(range, n));

    /// <summary>The ends of the key's first column as text; null if the table is empty.</summary>
    public (string Least, string Greatest)? ReadEnds(TableSql table)
    {
        using IQueryRows rows = client.Query(table.Ends(), token);
        return rows.Read() && rows.GetString(0) is { } least ? (least, rows.GetString(1)!) : null;
    }

    /// <summary>Hash by key.</summary>
    public Dictionary<ComparedKey, string> ReadKeyHashes(TableSql table, int keyLength, KeyRange range)
    {
        using IQueryRows rows = client.Query(table.KeyHashes(range, fast), token);
        var hashes = new Dictionary<ComparedKey, string>();
        var budget = new AnswerBudget(client.Server);
        while (rows.Read())
        {
            budget.AddRow();
            var key = new ComparedKey(Enumerable.Range(0, keyLength).Select(i => budget.Take(rows.GetBytes(i))!).ToArray());
            hashes[key] = budget.Take(rows.GetString(keyLength))!;
        }

        return hashes;
    }

    public Dictionary<ComparedKey, RowData> ReadRows(ComparedTable compared, TableSql table, IReadOnlyCollection<ComparedKey> keys)
    {
        using IQueryRows rows = client.Query(table.Rows([.. keys.Select(k => k.Values)]), token);
        var found = new Dictionary<ComparedKey, RowData>();
        var budget = new AnswerBudget(client.Server);
        while (rows.Read())
        {
            budget.AddRow();
            var row = new RowData(
                Enumerable.Range(0, compared.Columns.Length).Select(i =>
                    table.Columns[i].Normalize(budget.Take(rows.GetBytes(i)))).ToArray());
            found[new ComparedKey(Array.ConvertAll(compared.Key, i => row[i]!))] = row;
        }

        return found;
    }

    /// <summary>Hashes and how many rows have them, in the order of the hashes; read it to its end before the next question.</summary>
    public IEnumerable<(string Hash, long Count)> ReadHashCounts(TableSql table, IReadOnlyCollection<string>? hashes = null)
    {
        using IQueryRows rows = client.Query(table.HashCounts(hashes), token);
        string last = "";
        while (rows.Read())
        {
            // All of them are streamed, however many there are; but a server that does not sort them need never come to an end.
            string hash = rows.GetString(0)!;
            if (string.CompareOrdinal(hash, last) <= 0 || hash.Length != HashLength)
                throw new FormatException($"'{hash}' comes after '{last}'");
            last = hash;
            yield return (hash, long.Parse(rows.GetString(1)!, CultureInfo.InvariantCulture));
        }
    }

    public Dictionary<string, RowData> ReadRowsByHash(ComparedTable compared, TableSql table, IReadOnlyCollection<string> hashes)
    {
        using IQueryRows rows = client.Query(table.RowsByHash(hashes), token);
        var found = new Dictionary<string, RowData>();
        var budget = new AnswerBudget(client.Server);
        while (rows.Read())
        {
            budget.AddRow();
            string hash = budget.Take(rows.GetString(0))!;
            found[hash] = new RowData(
                Enumerable.Range(0, compared.Columns.Length).Select(i =>
                    table.Columns[i].Normalize(budget.Take(rows.GetBytes(i + 1)))).ToArray());
        }

        return found;
    }

    private byte[][]? ReadRow(string sql)
    {
        using IQueryRows rows = client.Query(sql, token);
        return rows.Read() ? Enumerable.Range(0, rows.ColumnNames.Count).Select(i => rows.GetBytes(i)!).ToArray() : null;
    }
}

/// <summary>Reads the source's sums on a thread of its own, a few parts ahead of the replica's.</summary>
internal sealed class SourceReader : IDisposable
{
    private const int PartsAhead = 3;

    private readonly BlockingCollection<SourceChunk> _chunks = new(PartsAhead);
    private readonly CancellationTokenSource _stop;
    private readonly ReadingSession _session;
    private readonly ChunkSize _size;
    private readonly Task _task;

    /// <param name="server">The source; this object has a session of its own there.</param>
    /// <param name="tables">The tables in order, each with the place after which to begin.</param>
    /// <param name="size">How large a part should be.</param>
    /// <param name="fast">Whether CRC-32 will do.</param>
    /// <param name="token">Ends the reading.</param>
    public SourceReader(
        ComparedServer server, IReadOnlyList<(ComparedTable Table, byte[][]? After)> tables, ChunkSize size, bool fast,
        CancellationToken token)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        _session = ReadingSession.Open(server, fast, _stop.Token);
        _size = size;
        _task = Task.Run(() => ReadAll(tables), CancellationToken.None);
    }

    /// <summary>The parts as they are read.</summary>
    /// <exception cref="RecoveryException">The connection is gone.</exception>
    public IEnumerable<SourceChunk> Chunks()
    {
        foreach (SourceChunk chunk in _chunks.GetConsumingEnumerable())
            yield return chunk;
        _task.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        // Closes the session in the middle of an answer, if need be.
        _stop.Cancel();
        ((IAsyncResult)_task).AsyncWaitHandle.WaitOne();
        _chunks.Dispose();
        _stop.Dispose();
    }

    private void ReadAll(IReadOnlyList<(ComparedTable Table, byte[][]? After)> tables)
    {
        try
        {
            foreach ((ComparedTable table, byte[][]? after) in tables)
                ReadTable(table, after);
        }
        finally
        {
            _chunks.CompleteAdding();
        }
    }

    private void ReadTable(ComparedTable table, byte[][]? after)
    {
        TaskCompletionSource<ChunkSum>? sum = null;
        KeyRange at = KeyRange.All;
        try
        {
            foreach (KeyRange range in new ChunkPlan(table, _session, _size).Cut(after))
            {
                at = range;
                sum = new TaskCompletionSource<ChunkSum>(TaskCreationOptions.RunContinuationsAsynchronously);
                _chunks.Add(new SourceChunk(table, range, sum.Task), _stop.Token);
                var clock = Stopwatch.StartNew();
                ChunkSum read = _session.ReadSum(table.Source, range);
                _size.Add(read.Rows, clock.Elapsed);
                sum.SetResult(read);
            }
        }
        catch (Exception e)
        {
            // Who waits for a sum must learn that it does not come; the next table is read only if the server still answers.
            if (sum is not { Task.IsCompleted: false })
                _chunks.Add(new SourceChunk(table, at, (sum = new TaskCompletionSource<ChunkSum>()).Task), _stop.Token);
            sum.SetException(e);
            if (!TableFailure.IsOfTable(e))
                throw;
        }
    }
}
