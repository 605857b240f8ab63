using MySqlRecovery.Binlog.Scan;

namespace MySqlRecovery.Input;

/// <summary>How far a reading is.</summary>
/// <param name="Path">The log's path or server.</param>
/// <param name="LogFile">The log's name.</param>
/// <param name="LogIndex">Its number among those read, from 0.</param>
/// <param name="Position">Offset in it.</param>
internal readonly record struct LogPlace(string Path, string LogFile, int LogIndex, long Position)
{
    public static LogPlace Of(EventScan scan) => new(scan.Reader.Path, scan.Reader.LogFile, scan.LogIndex, scan.Reader.Position);
}
