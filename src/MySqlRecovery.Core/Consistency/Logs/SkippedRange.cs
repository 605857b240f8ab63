using MySqlRecovery.Gtids;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>A part of the source's logs that the replica's SQL thread passed over, by its error log.</summary>
/// <param name="From">Where it began.</param>
/// <param name="To">Where it went on.</param>
/// <param name="Evidence">The lines that show it.</param>
internal sealed record SkippedRange(LogPlace From, LogPlace To, string[] Evidence)
{
    /// <summary>Whether the skip counter did it, rather than a position that was moved while replication stood still.</summary>
    public bool IsByCounter { get; init; }

    /// <summary>When, as the replica's error log writes it; empty where it does not.</summary>
    public string Time { get; init; } = string.Empty;

    /// <summary>Whether what was passed over is the first of a relay log: the counter was set before that log began.</summary>
    public bool IsFirstInRelayLog { get; init; }

    /// <summary>MariaDB: the first and the last of the GTIDs passed over; null where positions are not GTIDs.</summary>
    public (Gtid After, Gtid Last)? Gtids { get; init; }

    public bool Contains(LoggedTransaction transaction)
    {
        if (Gtids is { } range && transaction.Gtid is { IsMariaDb: true } gtid
            && gtid.Domain == range.Last.Domain && gtid.Number > range.After.Number && gtid.Number <= range.Last.Number)
            return true;
        // Ranges begin and end between transactions, so that the end tells.
        LogPlace end = transaction.SourceEnd;
        return From.IsSameSeries(end) && From.IsBefore(end) && !To.IsBefore(end);
    }
}
