using System.Buffers;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Changes;
using MySqlRecovery.IO;

namespace MySqlRecovery.Output.Sql;

/// <summary>Writes transactions as SQL on all processors: parts of them at a time, their text in order.</summary>
/// <param name="sources">Where the rows of an index are; none where events come with their bytes.</param>
/// <param name="where">The row test that is still to be made, or null.</param>
/// <param name="form">In which form.</param>
/// <param name="output">Where the text goes.</param>
/// <param name="obstacles">Is told of the rows that SQL cannot express.</param>
internal sealed class ParallelSql(ByteSource[] sources, RowPredicate? where, SqlForm form, SqlFileOutput output, ChangeObstacles obstacles)
    : IDisposable
{
    private readonly List<SqlPart> _parts = [];
    private readonly Stack<SqlPart> _free = new();
    private readonly Queue<Running> _running = new();
    private SqlPart? _open;
    private bool? _checksForeignKeys;

    public long StatementCount => _parts.Sum(p => p.StatementCount);

    public void BeginTransaction(string origin) => Open().BeginTransaction(origin);

    public void EndTransaction() => Open().EndTransaction();

    public void Comment(string text) => Open().Comment(text);

    /// <summary>Takes an event of the transaction begun last, which is read from its source when its text is made.</summary>
    public void Add(in IndexedEvent item, TableMap map, string logFile, StatementPart part)
    {
        if (Open().TryAdd(item, map, logFile, part))
            return;
        Start();
        Open().TryAdd(item, map, logFile, part);
    }

    /// <summary>Takes an event of the transaction begun last with its bytes.</summary>
    public void Add(ReadOnlySpan<byte> raw, TableMap map, string logFile, long position)
    {
        if (raw.Length <= WindowReader.WindowLength && Open().TryAdd(raw, map, logFile, position))
            return;
        if (raw.Length <= WindowReader.WindowLength)
        {
            Start();
            Open().TryAdd(raw, map, logFile, position);
            return;
        }

        SqlPart part = OpenLarge(Open());
        _open = null;
        part.Write(raw, map, logFile, position);
        CloseLarge(part);
    }

    /// <summary>Writes what is not written yet.</summary>
    public void Complete()
    {
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
            _parts.Add(_open = new SqlPart(sources, where, form));
        return _open;
    }

    private void Start()
    {
        if (_open is not { } part)
            return;
        _open = null;
        if (part.IsLarge)
        {
            OpenLarge(part).Write();
            CloseLarge(part);
            return;
        }

        _running.Enqueue(new Running(part, Task.Run(part.Write)));
        if (_running.Count > Environment.ProcessorCount)
            Finish();
    }

    // Side by side, rows of many megabytes would take many times the memory. Their text goes out as it is made.
    private SqlPart OpenLarge(SqlPart part)
    {
        while (_running.Count > 0)
            Finish();
        part.Text.Sink = piece =>
        {
            BeginText(part);
            output.Append(piece);
        };
        return part;
    }

    private void CloseLarge(SqlPart part)
    {
        Append(part);
        part.Dispose();
    }

    private void BeginText(SqlPart part)
    {
        if (part.FirstChecks is { } checks && checks != _checksForeignKeys)
            SqlScriptWriter.WriteChecks(checks, output);
        _checksForeignKeys = part.FirstChecks ?? _checksForeignKeys;
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
        BeginText(part);
        output.Append(part.Text.Written);
        _checksForeignKeys = part.LastChecks ?? _checksForeignKeys;
        part.Clear(obstacles);
    }

    private sealed record Running(SqlPart Part, Task Work);
}

/// <summary>A stretch of an export, of whole transactions and parts of them, whose text any thread can make.</summary>
internal sealed class SqlPart : IDisposable
{
    private readonly RowEventSql _sql;
    private readonly SourceWindows? _windows;
    private readonly List<Step> _steps = [];
    private byte[] _bytes = [];
    private int _length;
    private int _source;
    private long _start;
    private long _end;

    public SqlPart(ByteSource[] sources, RowPredicate? where, SqlForm form)
    {
        _sql = new RowEventSql(where, form, Text);
        _windows = sources.Length == 0 ? null : new SourceWindows(sources, form.Reverse);
    }

    /// <summary>The text, once it is made.</summary>
    public SqlText Text { get; } = new();

    /// <summary>Whether it holds an event that is longer than what is read in one go.</summary>
    public bool IsLarge => _end - _start > WindowReader.WindowLength;

    public long StatementCount => _sql.Script.StatementCount;

    /// <summary>What foreign_key_checks has to be before the text; null where it does not matter.</summary>
    public bool? FirstChecks => _sql.Script.FirstChecks;

    /// <summary>What it is after the text; null for as before.</summary>
    public bool? LastChecks => _sql.Script.LastChecks;

    public void BeginTransaction(string origin) => _steps.Add(new Step(StepKind.Begin, origin));

    public void EndTransaction() => _steps.Add(new Step(StepKind.End, string.Empty));

    public void Comment(string text) => _steps.Add(new Step(StepKind.Comment, text));

    /// <summary>Takes an event; false where it is too far from those that are in here to be read in one go.</summary>
    [MethodImpl(Jit.Hot)]
    public bool TryAdd(in IndexedEvent item, TableMap map, string logFile, StatementPart part)
    {
        long start = item.Offset, end = item.Offset + item.Length;
        if (_end > 0)
        {
            (start, end) = (Math.Min(start, _start), Math.Max(end, _end));
            if (item.Source != _source || end - start > WindowReader.WindowLength)
                return false;
        }

        (_source, _start, _end) = (item.Source, start, end);
        _steps.Add(new Step(StepKind.Read, logFile, map, item.Offset, item.Offset, item.Length, part));
        return true;
    }

    /// <summary>Takes an event with its bytes; false where those that are in here leave no room.</summary>
    [MethodImpl(Jit.Hot)]
    public bool TryAdd(ReadOnlySpan<byte> raw, TableMap map, string logFile, long position)
    {
        if (_length > 0 && _length + raw.Length > WindowReader.WindowLength)
            return false;
        if (_bytes.Length < _length + raw.Length)
            Grow(_length + raw.Length);
        raw.CopyTo(_bytes.AsSpan(_length));
        _steps.Add(new Step(StepKind.Held, logFile, map, position, _length, raw.Length));
        _length += raw.Length;
        return true;
    }

    [MethodImpl(Jit.Hot)]
    public void Write()
    {
        _sql.Script.BeginPart();
        WriteSteps();
        _sql.Script.EndPart();
    }

    /// <summary>Writes an event after what is in here, whose bytes are not taken in.</summary>
    public void Write(ReadOnlySpan<byte> raw, TableMap map, string logFile, long position)
    {
        _sql.Script.BeginPart();
        WriteSteps();
        _sql.Write(raw, map, logFile, position);
        _sql.Script.EndPart();
    }

    [MethodImpl(Jit.Hot)]
    private void WriteSteps()
    {
        foreach (Step step in _steps)
        {
            switch (step.Kind)
            {
                case StepKind.Begin:
                    _sql.Script.BeginTransaction(step.Text);
                    break;
                case StepKind.End:
                    _sql.Script.EndTransaction();
                    break;
                case StepKind.Comment:
                    Text.Comment(step.Text);
                    break;
                case StepKind.Read:
                    _sql.Write(_windows!.Read(_source, step.Offset, step.Length), step.Map!, step.Text, step.Position, step.Part);
                    break;
                default:
                    _sql.Write(_bytes.AsSpan((int)step.Offset, step.Length), step.Map!, step.Text, step.Position);
                    break;
            }
        }
    }

    /// <summary>Names the rows that SQL cannot express, and makes room for another stretch.</summary>
    public void Clear(ChangeObstacles obstacles)
    {
        _sql.NameRefused(obstacles);
        _steps.Clear();
        Text.Clear();
        (_end, _length) = (0, 0);
    }

    public void Dispose()
    {
        _sql.Dispose();
        _windows?.Dispose();
        Text.Dispose();
        Return();
    }

    private void Grow(int length)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Math.Max(length, WindowReader.WindowLength));
        _bytes.AsSpan(0, _length).CopyTo(bytes);
        Return();
        _bytes = bytes;
    }

    private void Return()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private enum StepKind : byte
    {
        Begin,
        End,
        Comment,

        /// <summary>An event that is read from its source.</summary>
        Read,

        /// <summary>An event whose bytes are in here.</summary>
        Held,
    }

    /// <summary>The start of a transaction, an event of it, its end, or a comment.</summary>
    /// <param name="Kind">Which of these.</param>
    /// <param name="Text">Where the transaction is from, the comment, or the event's log.</param>
    /// <param name="Map">The event's table.</param>
    /// <param name="Position">The event's place in its log, for people.</param>
    /// <param name="Offset">Where its bytes are.</param>
    /// <param name="Length">How many they are.</param>
    /// <param name="Part">Where the event stands in its statement.</param>
    private readonly record struct Step(
        StepKind Kind, string Text, TableMap? Map = null, long Position = 0, long Offset = 0, int Length = 0,
        StatementPart Part = StatementPart.OfSeveral);
}
