using MySqlRecovery.Gtids;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>A line of a replica's error log about its SQL thread.</summary>
internal sealed record ReplicaLogEntry(ReplicaLogEvent Event, string Line)
{
    /// <summary>The time at the start of the line as the server wrote it, without fraction and zone; empty where there is none.</summary>
    public string Time { get; init; } = string.Empty;

    /// <summary>The replication channel; empty for the default one and where the line names none.</summary>
    public string Channel { get; init; } = string.Empty;

    /// <summary>The place in the source's logs; of a skip, where it began; of an error, where the event ends.</summary>
    public LogPlace Source { get; init; }

    /// <summary>MariaDB: the GTID position there; null where the line has none.</summary>
    public string? Gtid { get; init; }

    /// <summary>Of a skip: the place in the source's logs behind it.</summary>
    public LogPlace SourceEnd { get; init; }

    /// <summary>Of a skip: MariaDB's GTID position behind it.</summary>
    public string? GtidEnd { get; init; }

    /// <summary>Of a skip: the relay log that it began in.</summary>
    public string RelayFile { get; init; } = string.Empty;

    /// <summary>Of a skip: the relay log that it ended in.</summary>
    public string RelayEndFile { get; init; } = string.Empty;

    /// <summary>Of a skip: the value of the counter. Of an error: its code.</summary>
    public long Number { get; init; }

    /// <summary>Of a change: the source that is replicated from now on.</summary>
    public string SourceServer { get; init; } = string.Empty;
}
