using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Gtids;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>A part of the source's logs that the replica's SQL thread passed over, by its error log.</summary>
/// <param name="From">Where it began.</param>
/// <param name="To">Where it went on.</param>
/// <param name="Evidence">The lines that show it.</param>
internal sealed record SkippedRange(LogPosition From, LogPosition To, string[] Evidence)
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
        LogPosition end = transaction.SourceEnd;
        return From.IsSameSeries(end) && From.IsBefore(end) && !To.IsBefore(end);
    }
}

/// <summary>Makes ranges that were passed over of the entries of a replica's error log.</summary>
internal static class SkippedRanges
{
    private sealed record Channel
    {
        public ReplicaLogEntry? Stop { get; set; }

        public ReplicaLogEntry? Error { get; set; }

        public string Source { get; set; } = string.Empty;
    }

    public static List<SkippedRange> Find(IEnumerable<ReplicaLogEntry> entries)
    {
        var result = new List<SkippedRange>();
        var channels = new Dictionary<string, Channel>(StringComparer.Ordinal);
        foreach (ReplicaLogEntry entry in entries)
        {
            if (!channels.TryGetValue(entry.Channel, out Channel? channel))
                channels.Add(entry.Channel, channel = new Channel());
            switch (entry.Event)
            {
                case ReplicaLogEvent.Stop:
                    channel.Stop = entry;
                    break;
                case ReplicaLogEvent.Error:
                    channel.Error = entry;
                    break;
                case ReplicaLogEvent.Change when channel.Source != entry.SourceServer:
                    // The positions of another source say nothing about those of the first.
                    (channel.Source, channel.Stop, channel.Error) = (entry.SourceServer, null, null);
                    break;
                case ReplicaLogEvent.Start:
                    if (channel.Stop is { } stop && Moved(stop, entry) is { } moved)
                        result.Add(moved);
                    channel.Stop = null;
                    break;
                case ReplicaLogEvent.Skip:
                    result.Add(Skipped(entry, channel.Error));
                    channel.Error = null;
                    break;
            }
        }

        return result;
    }

    private static SkippedRange Skipped(ReplicaLogEntry skip, ReplicaLogEntry? error)
    {
        // The event that failed ends in the range, so that the counter was how the operator got on.
        bool isRemedy = error != null && skip.Source.IsBefore(error.Source) && !skip.SourceEnd.IsBefore(error.Source);
        return new SkippedRange(skip.Source, skip.SourceEnd, isRemedy ? [skip.Line.Trim(), error!.Line.Trim()] : [skip.Line.Trim()])
        {
            IsByCounter = true,
            Time = skip.Time,
            IsFirstInRelayLog = skip.Number == 1 && skip.RelayFile != skip.RelayEndFile,
            Gtids = Gtids(skip.Gtid, skip.GtidEnd),
        };
    }

    private static SkippedRange? Moved(ReplicaLogEntry stop, ReplicaLogEntry start)
    {
        (Gtid, Gtid)? gtids = Gtids(stop.Gtid, start.Gtid);
        bool isAhead = stop.Source.IsSameSeries(start.Source) && stop.Source.IsBefore(start.Source);
        return !isAhead && gtids == null
            ? null
            : new SkippedRange(stop.Source, isAhead ? start.Source : stop.Source, [stop.Line.Trim(), start.Line.Trim()])
            {
                Time = start.Time,
                Gtids = gtids,
            };
    }

    // One domain with one transaction more behind than before; several are left to the positions.
    private static (Gtid After, Gtid Last)? Gtids(string? before, string? after) =>
        before != null && after != null && Gtid.Parse(before) is { IsMariaDb: true } from && Gtid.Parse(after) is { IsMariaDb: true } to
        && from.Domain == to.Domain && from.Number < to.Number ? (from, to) : null;
}
