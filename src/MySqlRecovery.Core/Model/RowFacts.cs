namespace MySqlRecovery.Model;

/// <summary>What all rows of an event have in common; see the properties of <see cref="RowChange"/>.</summary>
internal sealed record RowFacts
{
    public static RowFacts None { get; } = new();

    public string? Server { get; init => field = value is "" ? null : value; }

    public string LogFile { get; init; } = string.Empty;

    public long Position { get; init; }

    public long EndPosition { get; init; }

    public long PayloadOffset { get; init; }

    public DateTime Timestamp { get; init; }

    public string? Gtid { get; init => field = value is "" ? null : value; }

    public uint? ThreadId { get; init; }

    public uint ServerId { get; init; }

    public string ServerVersion { get; init; } = string.Empty;

    public string Database { get; init; } = string.Empty;

    public string Table { get; init; } = string.Empty;

    public RowOperation Operation { get; init; }

    public string? Statement { get; init => field = value is "" ? null : value; }

    public long TransactionPosition { get; init; }

    public TransactionEnd? TransactionEnd { get; init; }

    public string? XaId { get; init => field = value is "" ? null : value; }

    public DateTime? CommitTime { get; init; }
}
