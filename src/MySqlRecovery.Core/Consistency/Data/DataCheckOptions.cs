using MySqlRecovery.Binlog.Filter;

namespace MySqlRecovery.Consistency.Data;

/// <summary>How rows are compared.</summary>
internal sealed record DataCheckOptions
{
    /// <summary>The tables to compare; null for all.</summary>
    public TableFilter? Tables { get; init; }

    /// <summary>CRC-32 rather than SHA-256: half the time, and one in four billion differences is not seen.</summary>
    public bool Fast { get; init; }

    /// <summary>How long the reading of a chunk should take.</summary>
    public TimeSpan ChunkTime { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The replica's lag above which reading pauses.</summary>
    public TimeSpan MaxLag { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The number of running threads on either server above which reading pauses.</summary>
    public int MaxLoad { get; init; } = 50;

    /// <summary>A file that keeps how far the comparison came, to go on from there; null for none.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Told after every chunk: the table, the rows of it that have been compared, and about how many it has.</summary>
    public Action<string, long, long>? OnProgress { get; init; }
}
