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
        var byPlace = wanted.ToDictionary(t => (t.SourceEnd.File, (uint)t.SourceEnd.Position));
        var byGtid = byPlace.Values.Where(t => t.Gtid != null).ToDictionary(t => t.Gtid!.Value);
        if (series == null || byPlace.Count == 0)
            return;
        _isRead = true;
        using var reader = new TransactionReader(series, isRelay: true, token);
        while (reader.Read())
        {
            LoggedTransaction relayed = reader.Current!;
            LoggedTransaction? original;
            bool isWanted = relayed.Gtid is { } gtid
                ? byGtid.TryGetValue(gtid, out original)
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
