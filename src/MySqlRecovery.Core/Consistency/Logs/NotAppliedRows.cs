using System.Globalization;
using System.Text;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>
/// The rows of the transactions that the replica did not apply, or that only the replica has, by table and key: the cause
/// of a difference between rows.
/// </summary>
internal sealed class NotAppliedRows
{
    private readonly List<(ConsistencyFinding Finding, LogSeries Series, LoggedTransaction Transaction)> _transactions = [];
    private readonly Dictionary<string, Dictionary<string, ConsistencyFinding>> _indexes = new(StringComparer.Ordinal);

    public void Add(ConsistencyFinding finding, LogSeries series, LoggedTransaction transaction) =>
        _transactions.Add((finding, series, transaction));

    /// <summary>
    /// The last of these transactions that touched a row, or null. Looks into the logs again, at the transactions of the
    /// row's table alone.
    /// </summary>
    /// <param name="database">The database.</param>
    /// <param name="table">The table.</param>
    /// <param name="schema">Names the columns where the logs do not.</param>
    /// <param name="key">The row's key: columns and their values; all columns where the table has no key.</param>
    /// <param name="token">Cancels.</param>
    /// <exception cref="RecoveryException">A log is gone or damaged.</exception>
    public ConsistencyFinding? Find(
        string database, string table, ITableSchemaSource schema, IReadOnlyList<KeyValuePair<string, object?>> key, CancellationToken token) =>
        Index(database, table, schema, [.. key.Select(k => k.Key)], token).GetValueOrDefault(Text(key.Select(k => k.Value)));

    private Dictionary<string, ConsistencyFinding> Index(
        string database, string table, ITableSchemaSource schema, string[] columns, CancellationToken token)
    {
        string name = $"{database}.{table}({string.Join(',', columns)})";
        if (_indexes.TryGetValue(name, out Dictionary<string, ConsistencyFinding>? index))
            return index;
        _indexes.Add(name, index = new(StringComparer.Ordinal));
        foreach ((ConsistencyFinding finding, LogSeries series, LoggedTransaction transaction) in _transactions)
        {
            if (!Array.Exists(transaction.Tables, t => t.Table == table && t.Database == database)
                || (finding.Table != null && finding.Table != table))
                continue;
            foreach (LoggedRow row in TransactionRows.Read(series, transaction, schema, token))
            {
                if (row.Map.Table != table || row.Map.Database != database)
                    continue;
                Add(index, row.Before, columns, finding);
                Add(index, row.After, columns, finding);
            }
        }

        return index;
    }

    private static void Add(Dictionary<string, ConsistencyFinding> index, LoggedImage? image, string[] columns, ConsistencyFinding finding)
    {
        if (image == null)
            return;
        Dictionary<string, object?> values = image.Decode();
        if (Array.TrueForAll(columns, values.ContainsKey))
            index[Text(columns.Select(c => values[c]))] = finding;
    }

    private static string Text(IEnumerable<object?> values)
    {
        var text = new StringBuilder();
        foreach (object? value in values)
        {
            string part = value switch
            {
                null => "N",
                byte[] bytes => "B" + Convert.ToHexString(bytes),
                DateTime time => "V" + time.ToString("O", CultureInfo.InvariantCulture),
                _ => "V" + Convert.ToString(value, CultureInfo.InvariantCulture),
            };
            text.Append(part.Length).Append(':').Append(part);
        }

        return text.ToString();
    }
}
