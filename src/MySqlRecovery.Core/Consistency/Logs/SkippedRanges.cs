using MySqlRecovery.Gtids;

namespace MySqlRecovery.Consistency.Logs;

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
