using System.Globalization;
using System.Text;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Server;
using MySqlRecovery.Text;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>
/// The rows of the transactions that the replica did not apply, or that only the replica has, by table and key: the cause
/// of a difference between rows.
/// </summary>
internal sealed class NotAppliedRows
{
    private readonly List<(ConsistencyFinding Finding, LogSeries Series, LoggedTransaction Transaction)> _transactions = [];
    private readonly Dictionary<(TableName Table, string Columns), Dictionary<string, ConsistencyFinding>> _indexes = [];

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
        string database, string table, ITableSchemaSource schema, IReadOnlyList<KeyValuePair<string, object?>> key,
        CancellationToken token) =>
        Index(database, table, schema, [.. key.Select(k => k.Key)], token).GetValueOrDefault(Text(key.Select(k => k.Value)));

    private Dictionary<string, ConsistencyFinding> Index(
        string database, string table, ITableSchemaSource schema, string[] columns, CancellationToken token)
    {
        var name = (new TableName(database, table), string.Join(',', columns));
        if (_indexes.TryGetValue(name, out Dictionary<string, ConsistencyFinding>? index))
            return index;
        _indexes.Add(name, index = new(StringComparer.Ordinal));
        TransactionRows? rows = null;
        LogSeries? open = null;
        foreach ((ConsistencyFinding finding, LogSeries series, LoggedTransaction transaction) in _transactions)
        {
            if (!Array.Exists(transaction.Tables, t => t.Table == table && t.Database == database)
                || (finding.Table != null && finding.Table != table))
                continue;
            if (series != open)
            {
                rows?.Dispose();
                (rows, open) = (new TransactionRows(series, schema, token), series);
            }

            foreach (LoggedRow row in rows!.Read(transaction))
            {
                if (row.Map.Table != table || row.Map.Database != database)
                    continue;
                Add(index, row.Before, columns, finding);
                Add(index, row.After, columns, finding);
            }
        }

        rows?.Dispose();
        return index;
    }

    private static void Add(Dictionary<string, ConsistencyFinding> index, LoggedImage? image, string[] columns, ConsistencyFinding finding)
    {
        if (image == null)
            return;
        Dictionary<string, object?> values;
        try
        {
            values = image.Decode();
        }
        catch (Exception e)
            when (e is EndOfStreamException or InvalidDataException or FormatException or OverflowException or ArgumentException)
        {
            throw new RecoveryException(
                "BinlogEventMalformed", RecoveryErrorKind.InvalidData, $"a row of the transaction cannot be read: {e.Message}",
                finding.LogFile, finding.Position, inner: e);
        }

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

/// <summary>Tells of rows that differ which transaction is the cause, where the logs show it.</summary>
internal sealed class RowCauses(ServerPair pair, NotAppliedRows rows, CancellationToken token)
{
    private readonly Dictionary<(string, string), (LogSchema Schema, string[] Key)?> _tables = [];

    /// <summary>Adds the cause to the finding of a row; findings of other kinds stay as they are.</summary>
    /// <exception cref="RecoveryException">A server or a log is gone.</exception>
    public void Explain(ConsistencyFinding finding)
    {
        if (finding.Type is not (FindingType.RowMissing or FindingType.RowExtra or FindingType.RowDifferent)
            || finding is not { Database: { } database, Table: { } table } || (finding.SourceRow ?? finding.ReplicaRow) is not { } row
            || Describe(database, table) is not { } described)
            return;
        string[] key = described.Key.Length > 0 ? described.Key : [.. row.Keys.Cast<string>()];
        if (!Array.TrueForAll(key, k => row.Contains(k)))
            return;
        if (rows.Find(database, table, described.Schema, [.. key.Select(k => KeyValuePair.Create(k, row[k]))], token) is not { } cause)
        {
            finding.Evidence =
            [
                .. finding.Evidence,
                finding.Confidence == FindingConfidence.Proven
                    ? "No transaction that only one side has touches it: it was changed in no log (sql_log_bin = 0), or before the logs "
                        + "that are left begin."
                    : "No transaction that was lost touches it. The replica has not come to where the source is: what it "
                        + "has not applied yet may.",
            ];
            return;
        }

        (finding.Gtid, finding.LogFile, finding.Position, finding.EndPosition) = (
            cause.Gtid, cause.LogFile, cause.Position, cause.EndPosition);
        finding.Evidence = [.. finding.Evidence, $"{Name(cause.Type)}: {cause.Evidence[0]}", .. cause.Evidence.Skip(1)];
        finding.Recommendation = $"{finding.Recommendation} The cause is a transaction {Place(cause)}.";
    }

    private static string Place(ConsistencyFinding cause)
    {
        string place = string.Create(
            CultureInfo.InvariantCulture, $"{(cause.Gtid == null ? "" : cause.Gtid + " ")}at {cause.LogFile}:{cause.Position}");
        return cause.Type switch
        {
            FindingType.TransactionErrant => $"that only the replica has, {place}",
            FindingType.TransactionFiltered => $"that a filter left out, {place}",
            FindingType.TransactionInjected => $"in whose place the replica has another, {place}",
            FindingType.TransactionSkipped => $"that was skipped, {place}",
            _ => $"that was not applied, {place}",
        };
    }

    private static string Name(FindingType type) => type switch
    {
        FindingType.TransactionErrant => "Errant transaction",
        FindingType.TransactionFiltered => "Filtered transaction",
        FindingType.TransactionInjected => "Injected transaction",
        FindingType.TransactionSkipped => "Skipped transaction",
        _ => "Missing transaction",
    };

    // The source's definition names the columns and the key where the logs do not.
    private (LogSchema Schema, string[] Key)? Describe(string database, string table)
    {
        if (_tables.TryGetValue((database, table), out (LogSchema, string[])? known))
            return known;
        string sql = $"SHOW CREATE TABLE {new TableName(database, table).Quoted}";
        (LogSchema, string[])? described = null;
        try
        {
            if (pair.Source.Client.QueryAll(sql, token) is [[_, { } create, ..], ..])
            {
                SchemaCatalog catalog = SchemaCatalog.Parse($"USE {SqlIdentifier.Quote(database)};\n{create};");
                if (catalog.Find(database, table) is { } schema)
                    described = (new LogSchema(catalog), schema.PrimaryKey is { } key ? [.. key.Parts.Select(p => p.Column ?? "")] : []);
            }
        }
        catch (RecoveryException e)
            when (e.Kind is RecoveryErrorKind.ObjectNotFound or RecoveryErrorKind.PermissionDenied
                or RecoveryErrorKind.InvalidArgument or RecoveryErrorKind.InvalidData)
        {
            // A table of the replica alone, or a definition that cannot be read: the row stays without a cause.
        }

        _tables.Add((database, table), described);
        return described;
    }
}
