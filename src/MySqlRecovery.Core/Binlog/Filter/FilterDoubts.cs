using System.Collections.Concurrent;

namespace MySqlRecovery.Binlog.Filter;

/// <summary>
/// What a filter cannot know: rows that it passed over although the log does not say enough to tell that they are not meant,
/// counted by table and cause, and logs that are not there. Several logs may be read at a time.
/// </summary>
internal sealed class FilterDoubts
{
    private readonly ConcurrentDictionary<(string Database, string Table, string Cause), Place> _found = new();

    private readonly ConcurrentQueue<string> _logs = new();

    public bool IsEmpty => _found.IsEmpty && _logs.IsEmpty;

    /// <summary>What logs lack.</summary>
    public IEnumerable<string> Logs => _logs.Distinct();

    /// <summary>Notes something about logs.</summary>
    public void NoteLog(string what) => _logs.Enqueue(what);

    /// <summary>One line each, for people.</summary>
    public IEnumerable<string> Lines => Logs.Concat(Found.Select(
        f => $"{f.Database}.{f.Table}: {f.Place.Rows} rows from {f.Place.LogFile}:{f.Place.Position} on: {f.Cause}"));

    /// <summary>What was passed over, with the first place of each.</summary>
    public IEnumerable<(string Database, string Table, string Cause, Place Place)> Found =>
        _found.Select(f => (f.Key.Database, f.Key.Table, f.Key.Cause, f.Value)).OrderBy(
            f => f.Value.LogFile, StringComparer.Ordinal).ThenBy(f => f.Value.Position);

    /// <summary>Counts rows.</summary>
    public void Note(string database, string table, string cause, int rows, string logFile, long position) => _found.AddOrUpdate(
        (database, table, cause), _ => new Place(rows, logFile, position), (_, known) => known with { Rows = known.Rows + rows });

    /// <summary>How many rows, and where the first of them is.</summary>
    /// <param name="Rows">The number.</param>
    /// <param name="LogFile">Its log.</param>
    /// <param name="Position">Offset of its event.</param>
    internal readonly record struct Place(long Rows, string LogFile, long Position);
}
