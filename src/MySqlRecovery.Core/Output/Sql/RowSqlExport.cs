using System.Globalization;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Changes;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Output.Sql;

/// <summary>
/// Writes the rows of an index as SQL, forward in log order or in reverse as their undo, one transaction a call so that a
/// pipeline can take the statements as they come. Folded, all changes are one transaction of one statement for each key:
/// first rows go, then they change, then they come, so that none is in the way of another.
/// </summary>
internal sealed class RowSqlExport : IDisposable
{
    private const int EventsBetweenTelling = 64;
    private const int MaximumNamed = 100;

    private readonly ChangeIndex _index;
    private readonly RowPredicate? _where;
    private readonly SqlForm _form;
    private readonly RowEventSql _sql;
    private readonly SqlOutput _output;
    private readonly SourceWindows _windows;
    private readonly ChangeObstacles _obstacles = new();
    private readonly FoldedRows? _folded;
    private readonly StatementKinds _kinds;
    private int _next;

    public RowSqlExport(ChangeIndex index, RowPredicate? where, SqlForm form, SqlOutput output, CancellationToken stop)
    {
        form.Check(index.Maps);
        form = form with { WritesHistory = form.Reverse && index.Format is { IsMariaDb: true } format && format.IsAtLeast(10, 11, 0) };
        _index = index;
        _where = index.RowTest(where);
        _form = form;
        _output = output;
        _kinds = new StatementKinds(index);
        _sql = new RowEventSql(_where, form, output);
        _windows = new SourceWindows(index.Sources, form.Reverse);
        if (form.Fold)
        {
            _folded = RowFold.Build(index, _where, form.Reverse, _obstacles, stop);
            _folded.MayReplaceRows = form.Columns.Length == 0;
        }

        foreach (TableMap map in index.Maps)
        {
            foreach (string doubt in SqlTable.Doubts(map))
                _obstacles.AddTable(map.Database, map.Table, doubt);
        }

        WriteHeading();
        _sql.Script.Begin(index.Format?.IsMariaDb == true);
    }

    /// <summary>What is not in the script, one line each; some values turn out to be beyond SQL only when their row is written.</summary>
    public string[] Reasons => [.. _index.Reasons, .. _obstacles.ToReasons()];

    /// <summary>Writes all of an index to a file that appears when it is complete.</summary>
    public static SqlExport WriteFile(
        ChangeIndex index, RowPredicate? where, SqlForm form, string path, bool overwrite, CancellationToken stop,
        Action<int, int>? onEvent = null)
    {
        using var output = new SqlFileOutput(path, overwrite, index.OpenFiles);
        using var export = new RowSqlExport(index, where, form, output, stop);
        long statements = export.WriteAll(output, onEvent, stop);
        export.WriteClosing();
        output.Complete();
        return new SqlExport
        {
            Path = path,
            Server = index.Server,
            File = index.LogFiles,
            IsReverse = form.Reverse,
            TransactionCount = form.Fold ? 1 : index.Transactions.Count,
            RowCount = index.RowCount,
            StatementCount = statements,
            Table = index.TableNames(form.Renames),
            IsComplete = export.Reasons.Length == 0,
            Reason = export.Reasons,
            LaterChange = index.LaterChanges,
            ExcludedRowCount = index.LeftOut?.RowCount ?? 0,
            Excluded = [.. index.LeftOut?.Changes ?? []],
        };
    }

    /// <summary>Writes the next transaction, or the next rows of a folded script; false when all are written.</summary>
    public bool WritePart(CancellationToken stop)
    {
        if (_folded != null)
            return WriteFolded(_folded, stop);
        if (!Next(out IndexedTransaction transaction, out int end))
            return false;
        int first = transaction.FirstEvent;
        _sql.Script.BeginTransaction(_index.Describe(transaction));
        for (int i = 0; i < end - first; i++)
        {
            stop.ThrowIfCancellationRequested();
            int number = _form.Reverse ? end - 1 - i : first + i;
            IndexedEvent item = _index.Events[number];
            ReadOnlySpan<byte> raw = _windows.Read(item.Source, item.Offset, item.Length);
            StatementPart part = _kinds.PartOf(number, first, end);
            _sql.Write(raw, _index.Maps[item.Map], _index.LogFiles[transaction.Log], item.Offset, part);
        }

        _sql.NameRefused(_obstacles);
        _sql.Script.EndTransaction();
        return true;
    }

    /// <summary>Writes everything; gives the number of statements.</summary>
    private long WriteAll(SqlFileOutput output, Action<int, int>? onEvent, CancellationToken stop)
    {
        int events = 0;
        if (_folded != null || !Array.TrueForAll(_index.Sources, s => s.CanReadAhead))
        {
            while (WritePart(stop))
                continue;
            return _sql.Script.StatementCount;
        }

        using var parallel = new ParallelSql(_index.Sources, _where, _form, output, _obstacles);
        while (Next(out IndexedTransaction transaction, out int end))
        {
            int first = transaction.FirstEvent;
            parallel.BeginTransaction(_index.Describe(transaction));
            for (int i = 0; i < end - first; i++)
            {
                stop.ThrowIfCancellationRequested();
                if ((++events & EventsBetweenTelling - 1) == 0)
                    onEvent?.Invoke(events, _index.Events.Count);
                int number = _form.Reverse ? end - 1 - i : first + i;
                IndexedEvent item = _index.Events[number];
                parallel.Add(item, _index.Maps[item.Map], _index.LogFiles[transaction.Log], _kinds.PartOf(number, first, end));
            }

            parallel.EndTransaction();
        }

        parallel.Complete();
        return parallel.StatementCount;
    }

    /// <summary>The next transaction in the order of the script, and where its events end; false when there is none.</summary>
    private bool Next(out IndexedTransaction transaction, out int end)
    {
        (transaction, end) = (default, 0);
        if (_next == _index.Transactions.Count)
            return false;
        int number = _form.Reverse ? _index.Transactions.Count - 1 - _next : _next;
        _next++;
        transaction = _index.Transactions[number];
        end = _index.EndOf(number);
        return true;
    }

    private bool WriteFolded(FoldedRows rows, CancellationToken stop)
    {
        const int RowsOfPart = 1000;
        if (_next == 0)
            _sql.Script.BeginTransaction(
                string.Create(CultureInfo.InvariantCulture, $"the sum of {_index.Transactions.Count} transactions"));
        for (int i = 0; i < RowsOfPart; i++)
        {
            stop.ThrowIfCancellationRequested();
            if (!rows.MoveNext())
            {
                _sql.Script.EndTransaction();
                return false;
            }

            _next++;
            TableMap map = rows.Map;
            if (_sql.Script.WriteChange(map, rows.Operation, map.Layout, rows.From, map.Layout, rows.To) is { } cause)
                _obstacles.AddRows(map.Database, map.Table, 1, cause, _index.LogFiles[0], _index.Transactions[0].Position);
        }

        return true;
    }

    private void WriteClosing()
    {
        if (_index.Reasons.Length == 0 && !_obstacles.IsEmpty)
            _output.ReplaceVerdict("NOT COMPLETE: the end of this script says why");
        foreach (string reason in _obstacles.ToReasons())
            _output.Comment($"NOT COMPLETE: {reason}");
    }

    public void Dispose()
    {
        _sql.Dispose();
        _windows.Dispose();
    }

    private void WriteHeading()
    {
        string kind = _form.Reverse ? "Undo" : "Changes";
        _output.Comment(string.Create(
            CultureInfo.InvariantCulture,
            $"{kind} of {_index.RowCount} rows in {_index.Transactions.Count} transactions of {string.Join(", ", _index.LogFiles)}"));
        foreach (IGrouping<TableName, TableMap> table in _index.Maps.GroupBy(m => m.QualifiedName))
            _output.Comment($"  {SqlTable.Describe(table.First(), _form)}");

        _output.Verdict(_index.Reasons.Length == 0 ? "Complete: every row change of the range is in here." : "NOT COMPLETE:");
        foreach (string reason in _index.Reasons)
            _output.Comment($"  {reason}");
        foreach (LaterChange change in _index.LeftOut?.Changes.Take(MaximumNamed) ?? [])
            _output.Comment($"LEFT OUT, CHANGED AGAIN LATER: {change}");
        if (_index.LeftOut?.Changes.Count > MaximumNamed)
            _output.Comment(string.Create(
                CultureInfo.InvariantCulture, $"and {_index.LeftOut.Changes.Count - MaximumNamed} more rows that were left out"));
        foreach (string change in _index.LaterChanges ?? [])
            _output.Comment($"{(_form.Reverse ? "CHANGED AGAIN LATER" : "STANDS IN THE WAY")}: {change}");
    }
}
