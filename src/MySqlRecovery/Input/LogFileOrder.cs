using MySqlRecovery.Binlog.Reading;

namespace MySqlRecovery.Input;

/// <summary>Puts binlogs in the order in which the server wrote them: by base name, then by the number behind the last dot.</summary>
internal static class LogFileOrder
{
    public static List<string> Sort(IEnumerable<string> files)
    {
        var stems = new Dictionary<string, int>(StringComparer.Ordinal);
        return files.Distinct(StringComparer.Ordinal)
            .Select(file => (File: file, Stem: stems.TryAdd(LogNumber.Stem(file), stems.Count) ? stems.Count - 1 : stems[LogNumber.Stem(file)], Number: LogNumber.Of(file)))
            .OrderBy(f => f.Stem).ThenBy(f => f.Number)
            .Select(f => f.File)
            .ToList();
    }
}
