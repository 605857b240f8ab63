using System.Collections.Specialized;

namespace MySqlRecovery.Model;

/// <summary>Something in which a replica differs from its source, or by which it can come to differ.</summary>
public sealed class ConsistencyFinding
{
    private string? _database;
    private string? _table;
    private string? _key;
    private string? _gtid;
    private string? _logFile;
    private string? _repair;
    private string[]? _statements;

    /// <summary>What it is about.</summary>
    public FindingType Type { get; set; }

    /// <summary>How bad it is.</summary>
    public FindingSeverity Severity { get; set; }

    /// <summary>How sure it is.</summary>
    public FindingConfidence Confidence { get; set; }

    /// <summary>The server it was found on, as <c>host:port</c>, or the folder or file of an offline comparison.</summary>
    public string Server { get; set; } = "";

    /// <summary>The database; null if it is not about one.</summary>
    public string? Database { get => _database; set => _database = NullIfEmpty(value); }

    /// <summary>The table; null if it is not about one.</summary>
    public string? Table { get => _table; set => _table = NullIfEmpty(value); }

    /// <summary>The row's key as a condition such as <c>`id` = 7</c>, or the parameter, column, key or trigger that differs.</summary>
    public string? Key { get => _key; set => _key = NullIfEmpty(value); }

    /// <summary>The row on the source, by column; null where there is none.</summary>
    public OrderedDictionary? SourceRow { get; set; }

    /// <summary>The row on the replica, by column; null where there is none.</summary>
    public OrderedDictionary? ReplicaRow { get; set; }

    /// <summary>The transaction, or the set of them; null if unknown.</summary>
    public string? Gtid { get => _gtid; set => _gtid = NullIfEmpty(value); }

    /// <summary>The log that holds the transaction; null if unknown.</summary>
    public string? LogFile { get => _logFile; set => _logFile = NullIfEmpty(value); }

    /// <summary>Where the transaction starts in <see cref="LogFile"/>, in bytes.</summary>
    public long? Position { get; set; }

    /// <summary>Where it ends, in bytes: the position of what follows.</summary>
    public long? EndPosition { get; set; }

    /// <summary>What shows it, a fact a line.</summary>
    public string[] Evidence { get; set; } = [];

    /// <summary>What to do.</summary>
    public string Recommendation { get; set; } = "";

    /// <summary>What sets it right, as text: <see cref="RepairStatement"/> one below the other; null if there is nothing.</summary>
    public string? Repair { get => _repair; set => _repair = NullIfEmpty(value); }

    /// <summary>
    /// The statements that set it right, in their order, each whole with its semicolon: what is to be run takes these, because
    /// names and values may hold whatever would end a statement in a text. Empty if there are none.
    /// </summary>
    public string[] RepairStatement
    {
        get => _statements ?? (Repair == null ? [] : [Repair]);
        set => _statements = value is { Length: > 0 } ? value : null;
    }

    /// <summary>Sets <see cref="RepairStatement"/> and <see cref="Repair"/> alike.</summary>
    internal void SetRepair(IEnumerable<string> statements)
    {
        RepairStatement = [.. statements];
        Repair = _statements == null ? null : string.Join('\n', _statements);
    }

    /// <summary>All of it in one line.</summary>
    public override string ToString()
    {
        string place = Database == null ? "" : Table == null ? $" {Database}" : $" {Database}.{Table}";
        string key = Key == null ? "" : $" {Key}";
        string transaction = Gtid ?? (LogFile == null ? "" : $"{LogFile}:{Position}");
        string what = Evidence.Length > 0 ? Evidence[0] : Recommendation;
        return $"{Severity} {Type} on {Server}{place}{key}{(transaction.Length > 0 ? " " + transaction : "")}: {what}";
    }

    private static string? NullIfEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;
}

/// <summary>What a comparison of source and replica looks at.</summary>
public enum ConsistencyCheckKind
{
    /// <summary>The parameters of each server.</summary>
    Setting,

    /// <summary>Where the replica stands.</summary>
    Position,

    /// <summary>The definitions of tables, sequences, views, routines, triggers and events, and AUTO_INCREMENT counters.</summary>
    Schema,

    /// <summary>The transactions in the logs.</summary>
    Log,

    /// <summary>The rows.</summary>
    Data,
}

/// <summary>How sure a <see cref="ConsistencyFinding"/> is.</summary>
public enum FindingConfidence
{
    /// <summary>It could not be seen, for example because SQL does not show it.</summary>
    Unknown,

    /// <summary>The evidence allows other explanations.</summary>
    Likely,

    /// <summary>The servers or their logs show it.</summary>
    Proven,
}

/// <summary>How bad a <see cref="ConsistencyFinding"/> is.</summary>
public enum FindingSeverity
{
    /// <summary>Good to know.</summary>
    Info,

    /// <summary>Data can be lost or drift.</summary>
    Warning,

    /// <summary>Data is lost or differs.</summary>
    Error,
}

/// <summary>What a <see cref="ConsistencyFinding"/> is about.</summary>
public enum FindingType
{
    /// <summary>A server parameter, or a combination, that lets data be lost or drift.</summary>
    Setting,

    /// <summary>Where the replica stands: threads, lag, errors, GTID sets.</summary>
    Position,

    /// <summary>A table, column, key, trigger or event that differs.</summary>
    Schema,

    /// <summary>AUTO_INCREMENT counters that differ, or will hand out the same numbers.</summary>
    AutoIncrement,

    /// <summary>A row of the source that the replica lacks.</summary>
    RowMissing,

    /// <summary>A row of the replica that the source lacks.</summary>
    RowExtra,

    /// <summary>A row that both have, with other contents.</summary>
    RowDifferent,

    /// <summary>A transaction of the source's log that the replica has not applied, for no known reason.</summary>
    TransactionMissing,

    /// <summary>A transaction passed over by SQL_SLAVE_SKIP_COUNTER, SQL_REPLICA_SKIP_COUNTER, a skipped error or a moved
    /// position.</summary>
    TransactionSkipped,

    /// <summary>A transaction that the replica holds empty or with other contents under the source's GTID.</summary>
    TransactionInjected,

    /// <summary>A transaction of the replica that the source does not have.</summary>
    TransactionErrant,

    /// <summary>A transaction left out by a replication filter.</summary>
    TransactionFiltered,

    /// <summary>What lost transactions have in common.</summary>
    LossPattern,
}
