using System.Globalization;
using MySqlRecovery.Binlog;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Sql;

namespace MySqlRecovery.Undo;

/// <summary>
/// Writes the rows of an index as SQL, forward in log order or in reverse as their undo, one transaction a call so that a
/// pipeline can take the statements as they come. Folded, all changes are one transaction of one statement for each key:
/// first rows go, then they change, then they come, so that none is in the way of another.
/// </summary>
internal sealed class RowSqlExport : IDisposable
{
    private readonly UndoIndex _index;
    private readonly RowPredicate? _where;
    private readonly SqlForm _form;
    private readonly SqlScriptWriter _writer;
    private readonly WindowReader[] _readers;
    private readonly List<RowCursorMark> _marks = [];
    private readonly SqlOutput _output;
    private readonly int _obstaclesInHeading;
    private readonly FoldedRows? _folded;
    private int _next;

    public RowSqlExport(UndoIndex index, RowPredicate? where, SqlForm form, SqlOutput output, CancellationToken stop)
    {
        form.Check(index.Maps);
        _index = index;
        _where = where;
        _form = form;
        _output = output;
        _writer = new SqlScriptWriter(output, form);
        _folded = form.Fold ? new FoldedRows(index, RowFold.Build(index, where, form.Reverse, stop), form.Reverse) : null;
        _readers = [.. index.Sources.Select(s => new WindowReader(s, form.Reverse))];
        WriteHeading();
        _obstaclesInHeading = index.Obstacles.ToReasons().Length;
        _writer.Begin();
    }

    /// <summary>Writes all of an index to a file that appears when it is complete.</summary>
    public static SqlExport WriteFile(
        UndoIndex index, RowPredicate? where, SqlForm form, string path, bool overwrite, CancellationToken stop)
    {
        using var output = new SqlFileOutput(path, overwrite);
        using var export = new RowSqlExport(index, where, form, output, stop);
        while (export.WritePart(stop))
            continue;
        export.WriteClosing();
        output.Complete();
        return new SqlExport
        {
            Path = path,
            File = [.. index.LogFiles],
            IsReverse = form.Reverse,
            TransactionCount = form.Fold ? 1 : index.Transactions.Count,
            RowCount = index.RowCount,
            StatementCount = export._writer.StatementCount,
            Table = index.TableNames(form.Renames),
            IsComplete = index.Obstacles.IsEmpty,
            Reason = index.Obstacles.ToReasons(),
            LaterChange = index.LaterChanges,
        };
    }

    /// <summary>Writes the next transaction, or the next rows of a folded script; false when all are written.</summary>
    public bool WritePart(CancellationToken stop)
    {
        if (_folded != null)
            return WriteFolded(_folded, stop);
        if (_next == _index.Transactions.Count)
            return false;
        int number = _form.Reverse ? _index.Transactions.Count - 1 - _next : _next;
        _next++;
        UndoTransaction transaction = _index.Transactions[number];
        int first = transaction.FirstEvent;
        int end = number + 1 < _index.Transactions.Count ? _index.Transactions[number + 1].FirstEvent : _index.Events.Count;
        _writer.BeginTransaction(_index.Describe(transaction));
        for (int i = 0; i < end - first; i++)
        {
            stop.ThrowIfCancellationRequested();
            WriteReadable(_index.Events[_form.Reverse ? end - 1 - i : first + i], transaction.Log);
        }

        _writer.EndTransaction();
        return true;
    }

    private bool WriteFolded(FoldedRows rows, CancellationToken stop)
    {
        const int RowsOfPart = 1000;
        if (_next == 0)
            _writer.BeginTransaction(string.Create(CultureInfo.InvariantCulture, $"the sum of {_index.Transactions.Count} transactions"));
        for (int i = 0; i < RowsOfPart; i++)
        {
            stop.ThrowIfCancellationRequested();
            if (!rows.MoveNext())
            {
                _writer.EndTransaction();
                return false;
            }

            _next++;
            TableMap map = rows.Map;
            if (_writer.WriteChange(map, rows.Operation, map.Layout, rows.From, map.Layout, rows.To) is { } cause)
                _index.Obstacles.AddRows(map.Database, map.Table, 1, cause, _index.LogFiles[0], _index.Transactions[0].Position);
        }

        return true;
    }

    // Some values turn out to be beyond SQL only when their row is written.
    private void WriteClosing()
    {
        string[] reasons = _index.Obstacles.ToReasons();
        if (_obstaclesInHeading == 0 && reasons.Length > 0)
            _output.ReplaceVerdict("NOT COMPLETE: the end of this script says why");
        foreach (string reason in reasons.Skip(_obstaclesInHeading))
            _output.Comment($"NOT COMPLETE: {reason}");
    }

    public void Dispose()
    {
        _writer.Dispose();
        foreach (WindowReader reader in _readers)
            reader.Dispose();
    }

    private void WriteReadable(in UndoEvent item, int log)
    {
        try
        {
            WriteEvent(item, log);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new RecoveryException(
                "BinlogEventMalformed", RecoveryErrorKind.InvalidData, $"a row of the {item.Type} event cannot be read: {e.Message}",
                _index.LogFiles[log], item.Offset, inner: e);
        }
    }

    private void WriteEvent(in UndoEvent item, int log)
    {
        ReadOnlySpan<byte> raw = _readers[item.Source].Read(item.Offset, item.Length);
        TableMap map = _index.Maps[item.Map];
        RowsEvent rows = RowsEvent.Parse(EventHeader.Parse(raw).Type, raw[EventHeader.Size..], map.Columns.Length);
        var cursor = new RowCursor(rows, map);
        _marks.Clear();
        while (cursor.MoveNext())
        {
            if (_where != null && !_where.IsMatch(cursor))
                continue;
            if (_form.Reverse)
                _marks.Add(cursor.Mark());
            else
                WriteRow(item, rows, cursor, map, log);
        }

        for (int i = _marks.Count - 1; i >= 0; i--)
        {
            cursor.Return(_marks[i]);
            WriteRow(item, rows, cursor, map, log);
        }
    }

    private void WriteRow(in UndoEvent item, in RowsEvent rows, in RowCursor row, TableMap map, int log)
    {
        if (_writer.WriteRow(map, rows.Operation, row) is { } cause)
            _index.Obstacles.AddRows(map.Database, map.Table, 1, cause, _index.LogFiles[log], item.Offset);
    }

    private void WriteHeading()
    {
        string kind = _form.Reverse ? "Undo" : "Changes";
        _output.Comment(string.Create(
            CultureInfo.InvariantCulture,
            $"{kind} of {_index.RowCount} rows in {_index.Transactions.Count} transactions of {string.Join(", ", _index.LogFiles)}"));
        foreach (IGrouping<string, TableMap> table in _index.Maps.GroupBy(m => $"{m.Database}.{m.Table}", StringComparer.Ordinal))
        {
            TableMap map = table.First();
            string key = map.PrimaryKey.Length == 0 ? ", rows found by all columns" : string.Empty;
            string schema = map.HasSchema ? string.Empty : ", generated columns and triggers unknown (no schema given)";
            string triggers = map.HasTriggers ? ", HAS TRIGGERS, which fire when this script runs: an undo binlog does not fire them" : string.Empty;
            string name = _form.Renames.TextOf(map);
            string alias = name == table.Key ? string.Empty : $" as {name}";
            _output.Comment($"  {table.Key}{alias}{key}{schema}{triggers}");
        }

        _output.Verdict(_index.Obstacles.IsEmpty ? "Complete: every row change of the range is in here." : "NOT COMPLETE:");
        foreach (string reason in _index.Obstacles.ToReasons())
            _output.Comment($"  {reason}");
        foreach (string change in _index.LaterChanges)
            _output.Comment($"CHANGED AGAIN LATER: {change}");
    }
}
