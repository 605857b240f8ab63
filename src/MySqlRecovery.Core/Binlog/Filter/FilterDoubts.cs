using System.Collections.Concurrent;
using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Filter;

/// <summary>
/// What a filter cannot know: rows that it passed over although the log does not say enough to tell that they are not meant,
/// counted by table and cause, and logs that are not there. Several logs may be read at a time.
/// </summary>
internal sealed class FilterDoubts
{
    private readonly Dictionary<Key, Place> _found = [];
    private readonly ConcurrentQueue<string> _logs = new();

    public bool IsEmpty
    {
        get
        {
            lock (_found)
                return _found.Count == 0 && _logs.IsEmpty;
        }
    }

    /// <summary>What logs lack.</summary>
    public IEnumerable<string> Logs => _logs.Distinct();

    /// <summary>Notes something about logs.</summary>
    public void NoteLog(string what) => _logs.Enqueue(what);

    /// <summary>Notes that transactions asked for are not there.</summary>
    public void NoteGtids(string what)
    {
        NamesGtids = true;
        NoteLog(what);
    }

    /// <summary>Whether transactions were noted.</summary>
    public bool NamesGtids { get; private set; }

    /// <summary>One line each, for people.</summary>
    public IEnumerable<string> Lines => Logs.Concat(Found.Select(
        f => $"{f.Table}: {f.Rows} rows from {f.LogFile}:{f.Position} on: {f.Cause}"));

    /// <summary>What was passed over, by the first place of each.</summary>
    public Place[] Found
    {
        get
        {
            lock (_found)
                return [.. _found.Values.OrderBy(p => p.LogFile, StringComparer.Ordinal).ThenBy(p => p.Position)];
        }
    }

    /// <summary>Counts rows.</summary>
    public void Note(string database, string table, string cause, int rows, string logFile, long position)
    {
        var key = new Key(new TableName(database, table), cause);
        lock (_found)
        {
            _found[key] = _found.TryGetValue(key, out Place? known)
                ? known with { Rows = known.Rows + rows } : new Place(key.Table, cause, rows, logFile, position);
        }
    }

    private sealed record Key(TableName Table, string Cause);

    /// <summary>How many rows, and where the first of them is.</summary>
    /// <param name="Table">Their table.</param>
    /// <param name="Cause">What is not known.</param>
    /// <param name="Rows">The number.</param>
    /// <param name="LogFile">Log of the first.</param>
    /// <param name="Position">Offset of its event.</param>
    internal sealed record Place(TableName Table, string Cause, long Rows, string LogFile, long Position);
}
