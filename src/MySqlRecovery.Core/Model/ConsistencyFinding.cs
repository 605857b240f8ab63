using System.Collections.Specialized;
using MySqlRecovery.Gtids;

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

    /// <summary>The statement that sets it right; null if there is none.</summary>
    public string? Repair { get => _repair; set => _repair = NullIfEmpty(value); }

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
