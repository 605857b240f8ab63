using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Changes;
using MySqlRecovery.IO;
using MySqlRecovery.Text;

namespace MySqlRecovery.Output.Sql;

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
