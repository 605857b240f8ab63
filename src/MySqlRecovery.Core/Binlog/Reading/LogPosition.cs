using System.Globalization;

namespace MySqlRecovery.Binlog.Reading;

/// <summary>A place in the logs of a server.</summary>
/// <param name="File">The log's name.</param>
/// <param name="Position">The offset in it.</param>
internal readonly record struct LogPosition(string File, long Position)
{
    /// <summary>Reads <c>binlog.000042:1234</c>.</summary>
    public static LogPosition Parse(string text)
    {
        int colon = text.LastIndexOf(':');
        return new(text[..colon], long.Parse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture));
    }

    /// <summary>Whether both are places of one series of logs, so that they have an order.</summary>
    public bool IsSameSeries(LogPosition other) => LogNumber.Stem(File) == LogNumber.Stem(other.File);

    public bool IsBefore(LogPosition other) =>
        string.Equals(File, other.File, StringComparison.Ordinal) ? Position < other.Position : LogNumber.IsBefore(File, other.File);

    /// <summary>Whether it is known to be there or after it: between two series of logs there is no order.</summary>
    public bool HasReached(LogPosition other) => IsSameSeries(other) && !IsBefore(other);

    public override string ToString() => $"{File}:{Position}";
}

/// <summary>The number that a server gives its logs: 42 for <c>binlog.000042</c>, compressed or not.</summary>
internal static class LogNumber
{
    /// <summary>The number; -1 for a name without one.</summary>
    public static long Of(string file) =>
        long.TryParse(Path.GetExtension(LogContainer.LogName(file)).AsSpan().TrimStart('.'), out long number) ? number : -1;

    /// <summary>The name before the number; the whole name where it has none.</summary>
    public static string Stem(string file) => Of(file) < 0 ? file : Path.ChangeExtension(LogContainer.LogName(file), null);

    /// <summary>Whether both are logs of one series, and the first has the lower number.</summary>
    public static bool IsBefore(string file, string other) =>
        Of(file) >= 0 && Of(file) < Of(other) && string.Equals(Stem(file), Stem(other), StringComparison.Ordinal);
}
