using MySqlRecovery.Binlog.Reading;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>A place in the logs of a server.</summary>
internal readonly record struct LogPlace(string File, long Position)
{
    /// <summary>Whether both are places of one series of logs, so that they have an order.</summary>
    public bool IsSameSeries(LogPlace other) => string.Equals(LogNumber.Stem(File), LogNumber.Stem(other.File), StringComparison.Ordinal);

    public bool IsBefore(LogPlace other) =>
        string.Equals(File, other.File, StringComparison.Ordinal) ? Position < other.Position : LogNumber.IsBefore(File, other.File);

    public override string ToString() => $"{File}:{Position}";
}
