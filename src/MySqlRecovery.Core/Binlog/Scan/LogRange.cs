using MySqlRecovery.IO;

namespace MySqlRecovery.Binlog.Scan;

/// <summary>A log, or the part of it between two event boundaries.</summary>
/// <param name="Path">The file, or what errors call the log of a server.</param>
/// <param name="Start">Offset of the first event taken.</param>
/// <param name="Stop">Offset of the first event not taken any more.</param>
internal readonly record struct LogRange(string Path, long Start, long Stop)
{
    /// <summary>The server that the log comes from; null for a file.</summary>
    public string? Server { get; init; }

    /// <summary>Whether the whole log is read, although only a part of it is chosen.</summary>
    public bool IsReadWhole { get; init; }

    /// <summary>Opens the log of a server; null for a file.</summary>
    public Func<ByteSource>? Open { get; init; }

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
