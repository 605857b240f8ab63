namespace MySqlRecovery.Binlog.Reading;

/// <summary>The number that a server gives its logs: 42 for <c>binlog.000042</c>, compressed or not.</summary>
internal static class LogNumber
{
    /// <summary>The number; -1 for a name without one.</summary>
    public static long Of(string file) => long.TryParse(Path.GetExtension(LogContainer.LogName(file)).AsSpan().TrimStart('.'), out long number) ? number : -1;

    /// <summary>The name before the number; the whole name where it has none.</summary>
    public static string Stem(string file) => Of(file) < 0 ? file : Path.ChangeExtension(LogContainer.LogName(file), null);

    /// <summary>Whether both are logs of one series, and the first has the lower number.</summary>
    public static bool IsBefore(string file, string other) =>
        Of(file) >= 0 && Of(file) < Of(other) && string.Equals(Stem(file), Stem(other), StringComparison.Ordinal);
}
