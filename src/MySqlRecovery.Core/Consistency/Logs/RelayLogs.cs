using MySqlRecovery.Gtids;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>Where transactions of the source are in the replica's relay logs.</summary>
internal sealed class RelayLogs(LogSeries? series)
{
    private readonly Dictionary<LoggedTransaction, LoggedTransaction> _found = [];
    private bool _isRead;

    /// <summary>How many relay logs there are; 0 where none were given.</summary>
    public int LogCount => series?.Logs.Count ?? 0;

    /// <summary>Reads the relay logs for these transactions; not at all if there are none.</summary>
    public void Find(IEnumerable<LoggedTransaction> wanted, CancellationToken token)
    {
        // A place has 32 bits in relay logs, and a transaction can be lost in parts: none of this is unique.
        var byPlace = new Dictionary<(string, uint), LoggedTransaction>();
        var byGtid = new Dictionary<Gtid, LoggedTransaction>();
        foreach (LoggedTransaction transaction in wanted)
        {
            byPlace.TryAdd((transaction.SourceEnd.File, (uint)transaction.SourceEnd.Position), transaction);
            if (transaction.Gtid is { } gtid)
                byGtid.TryAdd(gtid, transaction);
        }

        if (series == null || byPlace.Count == 0)
            return;
        _isRead = true;
        using var reader = new TransactionReader(series, isRelay: true, token);
        while (reader.Read())
        {
            LoggedTransaction relayed = reader.Current!;
            LoggedTransaction? original;
            bool isWanted = relayed.Gtid is { } id
                ? byGtid.TryGetValue(id, out original)
                : byPlace.TryGetValue((relayed.SourceEnd.File, (uint)relayed.SourceEnd.Position), out original);
            if (isWanted)
                _found[original!] = relayed;
        }
    }

    /// <summary>Whether the transaction is the first of a relay log; null where that is not known.</summary>
    public bool? IsFirst(LoggedTransaction transaction) => _found.TryGetValue(transaction, out LoggedTransaction? relayed) ? relayed.IsFirstInLog : null;

    /// <summary>A sentence on where the transaction is, or null where there are no relay logs.</summary>
    public string? Describe(LoggedTransaction transaction)
    {
        if (!_isRead)
            return null;
        if (!_found.TryGetValue(transaction, out LoggedTransaction? relayed))
            return "The relay logs given do not hold it: it was not received, or its relay log is gone.";
        string first = relayed.IsFirstInLog ? ", as the first transaction of that relay log" : "";
        return $"It was received and not applied: it is in {relayed.LogFile} at {relayed.Position}{first}.";
    }
}
