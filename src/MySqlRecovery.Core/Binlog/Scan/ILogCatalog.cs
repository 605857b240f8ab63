using MySqlRecovery.Binlog.Events;
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

/// <summary>Looks at logs ahead of their scan.</summary>
internal interface ILogsAhead
{
    /// <summary>What is found out while the scan goes on; null where that would be of no use to it.</summary>
    /// <param name="source">The log, whose reads are safe from any thread; it stays the caller's.</param>
    /// <param name="format">Its format.</param>
    /// <param name="part">The part that is read, from an event on.</param>
    /// <param name="filter">The scan's.</param>
    /// <param name="use">What is taken in place of rows.</param>
    /// <param name="stop">The scan's.</param>
    ILogCatalog? Open(
        ByteSource source, FormatDescriptionEvent format, LogPart part, EventFilter filter, StretchUse use, CancellationToken stop);
}

/// <summary>What is taken of stretches in place of their rows.</summary>
internal enum StretchUse
{
    /// <summary>Nothing: they are passed over or read.</summary>
    None,

    /// <summary>Sums by table.</summary>
    Sums,

    /// <summary>The places of row events.</summary>
    Places,
}

/// <summary>A part of a log, by its offsets.</summary>
internal readonly record struct LogPart(long Start, long End);

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

    /// <summary>Takes note that a stretch is passed over.</summary>
    void Pass(LogStretch stretch);
}

/// <summary>Takes the sums of stretches in place of their rows.</summary>
internal interface IStretchSums
{
    /// <summary>Whether sums by table are of use.</summary>
    bool IsByTable { get; }

    /// <summary>Takes the rows of a stretch as their sums; false where it must see them.</summary>
    bool TryAdd(LogStretch stretch, Func<int, LogTable> tableOf, string logFile, string path);
}
