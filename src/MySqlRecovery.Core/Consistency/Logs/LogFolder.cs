using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>Finds the logs among the files of a folder, such as a data directory or a copy of one.</summary>
internal static class LogFolder
{
    private const int HeadLength = FileEventReader.FirstPosition + EventHeader.Size;

    /// <summary>The binlogs or the relay logs in log order.</summary>
    /// <exception cref="RecoveryException">LogFolderEmpty: there is none.</exception>
    public static IReadOnlyList<string> Find(string folder, bool isRelay, CancellationToken stop)
    {
        string[] files = [.. Directory.EnumerateFiles(folder).Where(f => LogNumber.Of(f) >= 0 && IsLog(f, isRelay, stop))];
        if (files.Length == 0)
            throw new RecoveryException(
                "LogFolderEmpty", RecoveryErrorKind.ObjectNotFound, $"the folder holds no {(isRelay ? "relay log" : "binlog")}", folder);
        return [.. files.OrderBy(LogNumber.Stem, StringComparer.Ordinal).ThenBy(LogNumber.Of)];
    }

    // The server marks the format description of a relay log. Encrypted logs are told by their content only.
    private static bool IsLog(string path, bool isRelay, CancellationToken stop)
    {
        try
        {
            using var file = LogContainer.Open(path, null, stop);
            Span<byte> head = stackalloc byte[HeadLength];
            if (file.Read(0, head) < HeadLength || !head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0x62, 0x69, 0x6E]))
                return false;
            EventHeader header = EventHeader.Parse(head[FileEventReader.FirstPosition..]);
            return header.Type == BinlogEventType.FormatDescription && header.Flags.HasFlag(EventFlags.RelayLog) == isRelay;
        }
        catch (RecoveryException e) when (e.ErrorId == "BinlogEncrypted")
        {
            return true;
        }
    }
}
