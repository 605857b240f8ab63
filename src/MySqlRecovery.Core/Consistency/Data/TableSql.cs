using MySqlRecovery.Consistency.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.Consistency.Data;

/// <summary>The questions about a table to one of the two servers.</summary>
internal sealed class TableSql
{
    private readonly ComparedTable _table;
    private readonly ColumnSql[] _columns;
    private readonly string _from;
    private readonly string _keyOrder;

    public TableSql(ComparedTable table, bool ofReplica, TableName name)
    {
        _table = table;
        _columns = Array.ConvertAll(table.Columns, c => ofReplica ? c.Replica : c.Source);
        Name = name.Quoted;
        string? index = ofReplica ? table.ReplicaIndex : table.SourceIndex;
        _from = index == null ? $" FROM {Name}" : $" FROM {Name} FORCE INDEX ({SqlIdentifier.Quote(index)})";
        _keyOrder = string.Join(',', table.Key.Take(table.OrderedKeyLength).Select(i => _columns[i].Name));
    }

    /// <summary>Database and table in backquotes.</summary>
    public string Name { get; }

    public IReadOnlyList<ColumnSql> Columns => _columns;

    /// <summary>Number of rows and sum of their hashes.</summary>
    public string Checksum(KeyRange range, bool fast) => $"SELECT COUNT(*),COALESCE(SUM({NumberHash(fast)}),0){_from}{Where(range)}";

    /// <summary>Number of all rows, sum of their hashes, and sums of columns.</summary>
    public string State(IEnumerable<LiveColumn> sums) => $"SELECT COUNT(*),COALESCE(SUM({NumberHash(fast: false)}),0)"
        + $"{string.Concat(sums.Select(c => $",COALESCE(SUM({SqlIdentifier.Quote(c.Name)}),0)"))} FROM {Name}";

    /// <summary>The key of the n-th row of a part.</summary>
    public string Bound(KeyRange range, long rows) =>
        $"SELECT {Values(_table.Key.Take(_table.OrderedKeyLength))}{_from}{Where(range)} ORDER BY {_keyOrder} LIMIT {rows - 1},1";

    /// <summary>Smallest and largest value of the key's first column.</summary>
    public string Ends() =>
        $"SELECT CAST(MIN({_columns[_table.Key[0]].Name}) AS BINARY),CAST(MAX({_columns[_table.Key[0]].Name}) AS BINARY) FROM {Name}";

    /// <summary>Number of rows and sum of their hashes by a hash of the key, in the order of that.</summary>
    public string BucketSums(KeyRange range, int count, bool fast) =>
        $"SELECT {Bucket(count)} b,COUNT(*),COALESCE(SUM({NumberHash(fast)}),0){_from}{Where(range)} GROUP BY b ORDER BY b";

    /// <summary>Key columns and hash of each row.</summary>
    public string KeyHashes(KeyRange range, bool fast) => $"SELECT {Values(_table.Key)},{TextHash(fast)}{_from}{Where(range)}";

    /// <summary>The rows with the given keys, all columns.</summary>
    public string Rows(IReadOnlyCollection<byte[][]> keys)
    {
        string select = $"SELECT {Values(Enumerable.Range(0, _columns.Length))}{_from} WHERE ";
        if (_table.Key.Length == 1)
        {
            ColumnSql column = _columns[_table.Key[0]];
            return $"{select}{column.Name} IN ({string.Join(',', keys.Select(k => column.Literal(k[0])))})";
        }

        return select + string.Join(" OR ", keys.Select(k => $"({IsKey(k)})"));
    }

    /// <summary>The condition that a row has this key.</summary>
    public string IsKey(byte[][] key) =>
        string.Join(" AND ", _table.Key.Select((ordinal, i) => $"{_columns[ordinal].Name} = {_columns[ordinal].Literal(key[i])}"));

    /// <summary>How many rows there are of each hash, in the order of the hashes; of these hashes only if some are given.</summary>
    public string HashCounts(IReadOnlyCollection<string>? hashes = null) =>
        $"SELECT {RowHash} h,COUNT(*) FROM {Name}{In(hashes)} GROUP BY h ORDER BY h";

    /// <summary>One row of each hash, hash first.</summary>
    public string RowsByHash(IReadOnlyCollection<string> hashes) =>
        $"SELECT {RowHash},{Values(Enumerable.Range(0, _columns.Length))} FROM {Name}{In(hashes)}";

    private string RowText(bool fast)
    {
        string parts = string.Join(',', _columns.Select(c => c.RowText(fast)));
        string[] nulls = [.. _columns.Where((_, i) => _table.Columns[i].IsNullable).Select(c => $"ISNULL({c.Name})")];

        // CONCAT_WS leaves NULLs out; which ones stands at the end. All else is a number, a time, or has its length before it.
        // The separator makes a binary string of the whole, so that no character set is converted.
        string end = nulls.Length == 0 ? "" : $",IF({string.Join(" OR ", nulls)},CONCAT({string.Join(',', nulls)}),'')";
        return $"CONCAT_WS(CAST(',' AS BINARY),{parts}{end})";
    }

    // 128 bits, as hexadecimal text that sorts alike everywhere.
    private string RowHash => $"CAST(LEFT(SHA2({RowText(fast: false)},256),32) AS BINARY)";

    private string TextHash(bool fast) => fast ? $"CRC32({RowText(fast)})" : RowHash;

    private string NumberHash(bool fast) =>
        fast ? $"CRC32({RowText(fast)})" : $"CAST(CONV(LEFT(SHA2({RowText(fast)},256),16),16,10) AS UNSIGNED)";

    private string Bucket(int count) =>
        $"CRC32(CONCAT_WS(CAST(',' AS BINARY),{string.Join(',', _table.Key.Select(i => _columns[i].RowText(fast: false)))}))%{count}";

    private string In(IReadOnlyCollection<string>? hashes) =>
        hashes == null ? "" : $" WHERE {RowHash} IN ({string.Join(',', hashes.Select(h => $"'{h}'"))})";

    private string Values(IEnumerable<int> ordinals) => string.Join(',', ordinals.Select(i => _columns[i].Value));

    private string Where(KeyRange range)
    {
        string[] conditions = [.. Bounds(range)];
        return conditions.Length == 0 ? "" : " WHERE " + string.Join(" AND ", conditions);
    }

    private IEnumerable<string> Bounds(KeyRange range)
    {
        if (range.After is { } after)
        {
            // Repeats what the rest implies, so that MySQL 5.6 sees a range of the index.
            if (after.Length > 1)
                yield return $"{Compare(0, ">=", after)}";
            yield return Beyond(after, ">", ">");
        }

        if (range.UpTo is { } upTo)
        {
            if (upTo.Length > 1)
                yield return $"{Compare(0, "<=", upTo)}";
            yield return Beyond(upTo, "<", "<=");
        }

        if (range.Buckets is { } buckets)
            yield return $"{Bucket(buckets.Count)} IN ({string.Join(',', buckets.Numbers)})";
    }

    // (a, b) > (1, 2) as a > 1 OR a = 1 AND b > 2: before 5.7, and in MariaDB, row constructors do not use the index.
    private string Beyond(byte[][] bound, string comparison, string lastComparison)
    {
        int last = bound.Length - 1;
        IEnumerable<string> alternatives = Enumerable.Range(0, bound.Length).Select(i => string.Join(
            " AND ", Enumerable.Range(0, i).Select(j => Compare(j, "=", bound)).Append(
                Compare(i, i == last ? lastComparison : comparison, bound))));
        return last == 0 ? alternatives.First() : $"({string.Join(" OR ", alternatives)})";
    }

    private string Compare(int part, string comparison, byte[][] bound)
    {
        ColumnSql column = _columns[_table.Key[part]];
        return $"{column.Name} {comparison} {column.Literal(bound[part])}";
    }
}
