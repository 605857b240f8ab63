namespace MySqlRecovery.Bench.Fuzz;

/// <summary>What reading a log may cost.</summary>
internal static class FuzzBounds
{
    public static TimeSpan Time { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Bytes allocated: the buffers of readers and windows, and what objects of rows weigh for a byte of log.</summary>
    public static long Allocation(long inputLength) => (64L << 20) + 1024 * inputLength;
}
