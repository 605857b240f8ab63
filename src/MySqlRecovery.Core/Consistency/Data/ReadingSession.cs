using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Server;

namespace MySqlRecovery.Consistency.Data;

/// <summary>A session in which both servers write the same value as the same bytes, and in which nothing can be written.</summary>
internal sealed class ReadingSession(IQueryClient client, bool fast, CancellationToken token)
{
    private static readonly string[] Settings =
    [
        "SET NAMES utf8mb4",
        "SET SESSION character_set_results = NULL",
        "SET SESSION sql_mode = ''",
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

    public ChunkSum ReadSum(TableSql table, KeyRange range)
    {
        using IQueryRows rows = client.Query(table.Checksum(range, fast), token);
        rows.Read();
        return new ChunkSum(long.Parse(rows.GetString(0)!, System.Globalization.CultureInfo.InvariantCulture), rows.GetString(1)!);
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
        while (rows.Read())
            hashes[new ComparedKey(Enumerable.Range(0, keyLength).Select(i => rows.GetBytes(i)!).ToArray())] = rows.GetString(keyLength)!;
        return hashes;
    }

    public Dictionary<ComparedKey, RowData> ReadRows(ComparedTable compared, TableSql table, IReadOnlyCollection<ComparedKey> keys)
    {
        using IQueryRows rows = client.Query(table.Rows([.. keys.Select(k => k.Values)]), token);
        var found = new Dictionary<ComparedKey, RowData>();
        while (rows.Read())
        {
            var row = new RowData(Enumerable.Range(0, compared.Columns.Length).Select(rows.GetBytes).ToArray());
            found[new ComparedKey(Array.ConvertAll(compared.Key, i => row[i]!))] = row;
        }

        return found;
    }

    /// <summary>Hashes and how many rows have them, in the order of the hashes; read it to its end before the next question.</summary>
    public IEnumerable<(string Hash, long Count)> ReadHashCounts(TableSql table, IReadOnlyCollection<string>? hashes = null)
    {
        using IQueryRows rows = client.Query(table.HashCounts(hashes), token);
        while (rows.Read())
            yield return (rows.GetString(0)!, long.Parse(rows.GetString(1)!, System.Globalization.CultureInfo.InvariantCulture));
    }

    public Dictionary<string, RowData> ReadRowsByHash(ComparedTable compared, TableSql table, IReadOnlyCollection<string> hashes)
    {
        using IQueryRows rows = client.Query(table.RowsByHash(hashes), token);
        var found = new Dictionary<string, RowData>();
        while (rows.Read())
            found[rows.GetString(0)!] = new RowData(Enumerable.Range(1, compared.Columns.Length).Select(rows.GetBytes).ToArray());
        return found;
    }

    private byte[][]? ReadRow(string sql)
    {
        using IQueryRows rows = client.Query(sql, token);
        return rows.Read() ? Enumerable.Range(0, rows.ColumnNames.Count).Select(i => rows.GetBytes(i)!).ToArray() : null;
    }
}
