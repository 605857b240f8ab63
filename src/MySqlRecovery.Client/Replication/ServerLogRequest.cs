namespace MySqlRecovery.Client.Replication;

/// <summary>Which part of a server's binlogs to read.</summary>
internal sealed record ServerLogRequest
{
    /// <summary>File to start in; null means the oldest, or what <see cref="StartGtid"/> or <see cref="StartTime"/> leads to.</summary>
    public string? StartFile { get; init; }

    /// <summary>Offset of the first event taken in <see cref="StartFile"/>; null: its start.</summary>
    public long? StartPosition { get; init; }

    /// <summary>Last file to read; null: to the end.</summary>
    public string? StopFile { get; init; }

    /// <summary>Offset of the first event of <see cref="StopFile"/> that is not taken any more; null: its end.</summary>
    public long? StopPosition { get; init; }

    /// <summary>What is there already, as <see cref="BinlogDumpRequest.GtidSet"/> has it; null: nothing is said.</summary>
    public string? StartGtid { get; init; }

    /// <summary>Time (UTC) from which on events are wanted: files that end before it are not read.</summary>
    public DateTime? StartTime { get; init; }

    /// <summary>Whether something is chosen by GTID, here or by a filter.</summary>
    public bool UsesGtid { get; init; }

    /// <summary>Whether to wait at the end for what is written later.</summary>
    public bool Follow { get; init; }
}
