using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Changes;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Output.Sql;

/// <summary>Writes the rows of an index's events as SQL. Not for use by several threads: each has its own.</summary>
internal sealed class RowEventSql : IDisposable
{
    private readonly ChangeIndex _index;
    private readonly RowPredicate? _where;
    private readonly bool _reverse;
    private readonly SourceWindows _windows;
    private readonly List<RowCursorMark> _marks = [];
    private readonly List<(TableMap Map, string Cause, int Log, long Position)> _refused = [];

    public RowEventSql(ChangeIndex index, RowPredicate? where, SqlForm form, SqlOutput output)
    {
        _index = index;
        _where = where;
        _reverse = form.Reverse;
        Script = new SqlScriptWriter(output, form);
        _windows = new SourceWindows(index.Sources, form.Reverse);
    }

    public SqlScriptWriter Script { get; }

    /// <summary>Writes an event's rows.</summary>
    /// <param name="item">The event.</param>
    /// <param name="log">Index into <see cref="ChangeIndex.LogFiles"/>.</param>
    [MethodImpl(Jit.Hot)]
    public void Write(in IndexedEvent item, int log)
    {
        try
        {
            WriteRows(item, log);
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw MalformedData.OfEvent($"a row of the {item.Type} event", e, _index.LogFiles[log], item.Offset);
        }
    }

    /// <summary>Names the rows that SQL cannot express, and forgets them.</summary>
    public void NameRefused(ChangeObstacles obstacles)
    {
        foreach ((TableMap map, string cause, int log, long position) in _refused)
            obstacles.AddRows(map.Database, map.Table, 1, cause, _index.LogFiles[log], position);
        _refused.Clear();
    }

    public void Dispose()
    {
        Script.Dispose();
        _windows.Dispose();
    }

    [MethodImpl(Jit.Hot)]
    private void WriteRows(in IndexedEvent item, int log)
    {
        ReadOnlySpan<byte> raw = _windows.Read(item.Source, item.Offset, item.Length);
        TableMap map = _index.Maps[item.Map];
        RowsEvent rows = RowsEvent.Parse(EventHeader.Parse(raw).Type, raw[EventHeader.Size..], map.Columns.Length);
        var cursor = new RowCursor(rows, map);
        _marks.Clear();
        while (cursor.MoveNext())
        {
            if (_where != null && !_where.IsMatch(cursor))
                continue;
            if (_reverse)
                _marks.Add(cursor.Mark());
            else
                WriteRow(item, rows.Operation, cursor, map, log);
        }

        for (int i = _marks.Count - 1; i >= 0; i--)
        {
            cursor.Return(_marks[i]);
            WriteRow(item, rows.Operation, cursor, map, log);
        }
    }

    [MethodImpl(Jit.Hot)]
    private void WriteRow(in IndexedEvent item, RowOperation operation, in RowCursor row, TableMap map, int log)
    {
        if (Script.WriteRow(map, operation, row) is { } cause)
            _refused.Add((map, cause, log, item.Offset));
    }
}
