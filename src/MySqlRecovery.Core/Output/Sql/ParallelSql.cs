using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Changes;
using MySqlRecovery.IO;

namespace MySqlRecovery.Output.Sql;

/// <summary>Writes the transactions of an index as SQL on all processors: parts of it at a time, their text in order.</summary>
internal sealed class ParallelSql(ChangeIndex index, RowPredicate? where, SqlForm form, SqlFileOutput output, ChangeObstacles obstacles)
    : IDisposable
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
        part.Clear(obstacles);
    }
}

/// <summary>A stretch of an export, of whole transactions and parts of them, whose text any thread can make.</summary>
internal sealed class SqlPart : IDisposable
{
    private readonly RowEventSql _sql;
    private readonly List<Step> _steps = [];
    private int _source;
    private long _start;
    private long _end;

    public SqlPart(ChangeIndex index, RowPredicate? where, SqlForm form) => _sql = new RowEventSql(index, where, form, Text);

    /// <summary>The text, once it is made.</summary>
    public SqlText Text { get; } = new();

    /// <summary>Whether it holds an event that is longer than what is read in one go.</summary>
    public bool IsLarge => _end - _start > WindowReader.WindowLength;

    public long StatementCount => _sql.Script.StatementCount;

    public void BeginTransaction(string origin) => _steps.Add(new Step(default, 0, origin, IsEnd: false));

    public void EndTransaction() => _steps.Add(new Step(default, 0, Origin: null, IsEnd: true));

    /// <summary>Takes an event; false where it is too far from those that are in here to be read in one go.</summary>
    [MethodImpl(Jit.Hot)]
    public bool TryAdd(in IndexedEvent item, int log)
    {
        long start = item.Offset, end = item.Offset + item.Length;
        if (_end > 0)
        {
            (start, end) = (Math.Min(start, _start), Math.Max(end, _end));
            if (item.Source != _source || end - start > WindowReader.WindowLength)
                return false;
        }

        (_source, _start, _end) = (item.Source, start, end);
        _steps.Add(new Step(item, log, Origin: null, IsEnd: false));
        return true;
    }

    [MethodImpl(Jit.Hot)]
    public void Write()
    {
        foreach (Step step in _steps)
        {
            if (step.Origin != null)
                _sql.Script.BeginTransaction(step.Origin);
            else if (step.IsEnd)
                _sql.Script.EndTransaction();
            else
                _sql.Write(step.Event, step.Log);
        }

        _sql.Script.Flush();
    }

    /// <summary>Names the rows that SQL cannot express, and makes room for another stretch.</summary>
    public void Clear(ChangeObstacles obstacles)
    {
        _sql.NameRefused(obstacles);
        _steps.Clear();
        Text.Clear();
        _end = 0;
    }

    public void Dispose()
    {
        _sql.Dispose();
        Text.Dispose();
    }

    /// <summary>The start of a transaction, an event of it, or its end.</summary>
    private readonly record struct Step(IndexedEvent Event, int Log, string? Origin, bool IsEnd);
}
