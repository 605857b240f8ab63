namespace MySqlRecovery.Transactions;

/// <summary>A log file, or the part of it between two event boundaries.</summary>
/// <param name="Path">The file.</param>
/// <param name="Start">Offset of the first event taken.</param>
/// <param name="Stop">Offset of the first event not taken any more.</param>
internal readonly record struct LogRange(string Path, long Start, long Stop)
{
    public static LogRange Whole(string path) => new(path, 0, long.MaxValue);

    /// <summary>Files in log order; the start applies to the first of them, the stop to the last.</summary>
    public static LogRange[] Of(IReadOnlyList<string> paths, long? start, long? stop)
    {
        var ranges = new LogRange[paths.Count];
        for (int i = 0; i < ranges.Length; i++)
            ranges[i] = new LogRange(
                paths[i], i == 0 ? start ?? 0 : 0, i == ranges.Length - 1 ? stop ?? long.MaxValue : long.MaxValue);
        return ranges;
    }
}
