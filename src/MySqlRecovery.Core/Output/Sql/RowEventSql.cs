using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;

namespace MySqlRecovery.Output.Sql;

/// <summary>Writes the rows of events as SQL. Not for use by several threads: each has its own.</summary>
/// <param name="where">The row test that is still to be made, or null.</param>
/// <param name="form">In which form.</param>
/// <param name="output">Where the statements go.</param>
internal sealed class RowEventSql(RowPredicate? where, SqlForm form, SqlOutput output) : IDisposable
{
    private readonly List<RowCursorMark> _marks = [];
    private readonly List<Refused> _refused = [];

    public SqlScriptWriter Script { get; } = new(output, form);

    /// <summary>Writes an event's rows.</summary>
    /// <param name="raw">The event without its checksum.</param>
    /// <param name="map">Its table.</param>
    /// <param name="logFile">Where it is from.</param>
    /// <param name="position">Its offset there.</param>
    /// <param name="part">Where it stands in its statement.</param>
    [MethodImpl(Jit.Hot)]
    public void Write(
        ReadOnlySpan<byte> raw, TableMap map, string logFile, long position, StatementPart part = StatementPart.OfSeveral)
    {
        Script.Part = part;
        try
        {
            WriteRows(raw, map, logFile, position);
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw MalformedData.OfEvent($"a row of the {(BinlogEventType)raw[EventHeader.TypeOffset]} event", e, logFile, position);
        }
    }

    /// <summary>Names the rows that SQL cannot express, and forgets them.</summary>
    public void NameRefused(ChangeObstacles obstacles)
    {
        foreach ((TableMap map, string cause, string logFile, long position) in _refused)
            obstacles.AddRows(map.Database, map.Table, 1, cause, logFile, position);
        _refused.Clear();
    }

    public void Dispose() => Script.Dispose();

    [MethodImpl(Jit.Hot)]
    private void WriteRows(ReadOnlySpan<byte> raw, TableMap map, string logFile, long position)
    {
        RowsEvent rows = RowsEvent.Parse((BinlogEventType)raw[EventHeader.TypeOffset], raw[EventHeader.Size..], map.Columns.Length);
        Script.EventFlags = rows.Flags;
        var cursor = new RowCursor(rows, map);
        _marks.Clear();
        while (cursor.MoveNext())
        {
            if (where != null && !where.IsMatch(cursor))
                continue;
            if (form.Reverse)
                _marks.Add(cursor.Mark());
            else
                WriteRow(rows.Operation, cursor, map, logFile, position);
        }

        for (int i = _marks.Count - 1; i >= 0; i--)
        {
            cursor.Return(_marks[i]);
            WriteRow(rows.Operation, cursor, map, logFile, position);
        }
    }

    [MethodImpl(Jit.Hot)]
    private void WriteRow(RowOperation operation, in RowCursor row, TableMap map, string logFile, long position)
    {
        if (Script.WriteRow(map, operation, row) is { } cause)
            _refused.Add(new Refused(map, cause, logFile, position));
    }

    private sealed record Refused(TableMap Map, string Cause, string LogFile, long Position);
}
