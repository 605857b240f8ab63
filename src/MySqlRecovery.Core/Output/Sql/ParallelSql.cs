using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Changes;

namespace MySqlRecovery.Output.Sql;

/// <summary>Writes the transactions of an index as SQL on all processors: parts of it at a time, their text in order.</summary>
internal sealed class ParallelSql(ChangeIndex index, RowPredicate? where, SqlForm form, SqlFileOutput output) : IDisposable
{
    private readonly List<SqlPart> _parts = [];
    private readonly Stack<SqlPart> _free = new();
    private readonly Queue<(SqlPart Part, Task Work)> _running = new();
    private SqlPart? _open;

    public long StatementCount => _parts.Sum(p => p.StatementCount);

    /// <summary>Takes the next transaction's events, in the order that they are to be written in.</summary>
    public void Add(string origin, int first, int end, int log, CancellationToken stop)
    {
        SqlPart part = Open();
        part.BeginTransaction(origin);
        for (int i = 0; i < end - first; i++)
        {
            stop.ThrowIfCancellationRequested();
            IndexedEvent item = index.Events[form.Reverse ? end - 1 - i : first + i];
            if (part.TryAdd(item, log))
                continue;
            Start();
            part = Open();
            part.TryAdd(item, log);
        }

        part.EndTransaction();
    }

    /// <summary>Writes what is not written yet.</summary>
    public void Complete()
    {
        if (_open != null)
            Start();
        while (_running.Count > 0)
            Finish();
    }

    public void Dispose()
    {
        foreach ((_, Task work) in _running)
            ((IAsyncResult)work).AsyncWaitHandle.WaitOne();
        foreach (SqlPart part in _parts)
            part.Dispose();
    }

    private SqlPart Open()
    {
        if (_open != null)
            return _open;
        if (!_free.TryPop(out _open))
            _parts.Add(_open = new SqlPart(index, where, form));
        return _open;
    }

    private void Start()
    {
        SqlPart part = _open!;
        _open = null;
        if (part.IsLarge)
        {
            WriteAlone(part);
            return;
        }

        _running.Enqueue((part, Task.Run(part.Write)));
        if (_running.Count > Environment.ProcessorCount)
            Finish();
    }

    // Side by side, rows of many megabytes would take many times the memory.
    private void WriteAlone(SqlPart part)
    {
        while (_running.Count > 0)
            Finish();
        part.Write();
        Append(part);
        part.Dispose();
    }

    private void Finish()
    {
        (SqlPart part, Task work) = _running.Dequeue();
        work.GetAwaiter().GetResult();
        Append(part);
        _free.Push(part);
    }

    private void Append(SqlPart part)
    {
        output.Append(part.Text);
        part.Clear(index.Obstacles);
    }
}
