using System.Globalization;

namespace MySqlRecovery.Changes;

/// <summary>Collects what cannot be undone; row losses are counted per table and cause, not listed one by one.</summary>
internal sealed class ChangeObstacles
{
    /// <summary>More than this many single findings are counted only.</summary>
    private const int MaximumListed = 100;

    private readonly List<string> _listed = [];
    private readonly Dictionary<(string Table, string Cause), (long Rows, string First)> _rows = [];
    private int _unlisted;

    public bool IsEmpty => _listed.Count == 0 && _rows.Count == 0;

    /// <summary>Something at one place of the log, such as a statement.</summary>
    public void Add(string logFile, long position, string what)
    {
        if (_listed.Count < MaximumListed)
            _listed.Add(string.Create(CultureInfo.InvariantCulture, $"{logFile}:{position} {what}"));
        else
            _unlisted++;
    }

    /// <summary>Rows of a table that cannot be undone for one cause.</summary>
    public void AddRows(string database, string table, long rows, string cause, string logFile, long position)
    {
        (string, string) key = ($"{database}.{table}", cause);
        _rows[key] = _rows.TryGetValue(key, out var known)
            ? (known.Rows + rows, known.First)
            : (rows, string.Create(CultureInfo.InvariantCulture, $"{logFile}:{position}"));
    }

    public string[] ToReasons()
    {
        var reasons = new List<string>(_listed);
        if (_unlisted > 0)
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"and {_unlisted} more statements"));
        foreach (((string table, string cause), (long rows, string first)) in _rows)
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{table}: {rows} rows from {first} on: {cause}"));
        return [.. reasons];
    }
}
