using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.IO;

namespace MySqlRecovery.Binlog.Scan;

/// <summary>What was kept of earlier readings of logs, so that a scan need not read all of them again.</summary>
internal interface ILogCatalogs
{
    /// <summary>What is known of a log; null where nothing is, or it is not of this log.</summary>
    /// <param name="source">The log; it stays the caller's.</param>
    ILogCatalog? Open(ByteSource source);
}

/// <summary>What is known of one log.</summary>
internal interface ILogCatalog : IDisposable
{
    /// <summary>All stretches as one; null where there is something between them.</summary>
    LogStretch? Whole { get; }

    /// <summary>Offset of the first stretch from an offset on; null after the last.</summary>
    long? NextStart(long position);

    /// <summary>The stretch that starts at an offset; null where none does.</summary>
    LogStretch? At(long position);

    /// <summary>A table by its number.</summary>
    LogTable Table(int number);

    /// <summary>Whether one of the keys may be among a table's in a stretch.</summary>
    bool MayHave(LogStretch stretch, int table, IReadOnlyList<LogKey> keys);

    /// <summary>Whether the log is still what was cataloged, as far as its bytes at the end of a stretch tell.</summary>
    bool IsIntact(LogStretch stretch);

    /// <summary>Takes note of bytes that are passed over.</summary>
    void NotePassed(long bytes);
}

/// <summary>Takes the sums of stretches in place of their rows.</summary>
internal interface IStretchSums
{
    /// <summary>Takes the rows of a stretch as their sums; false where it must see them.</summary>
    bool TryAdd(LogStretch stretch, Func<int, LogTable> tableOf, string logFile, string path);
}
