using System.Runtime.CompilerServices;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Rows;

/// <summary>Walks the rows of one event by their lengths; decodes nothing.</summary>
internal ref struct RowCursor
{
    private readonly ReadOnlySpan<byte> _rows;
    private readonly RowLayout _before;
    private readonly RowLayout? _after;
    private readonly RowOperation _operation;
    private readonly bool _partial;
    private int _next;

    [MethodImpl(Jit.Hot)]
    public RowCursor(in RowsEvent rows, TableMap map)
    {
        Map = map;
        _rows = rows.Rows;
        _operation = rows.Operation;
        _partial = rows.Type == BinlogEventType.PartialUpdateRows;
        _before = map.LayoutFor(rows.Columns);
        _after = rows.Operation == RowOperation.Update ? map.LayoutFor(rows.ColumnsAfter) : null;
        Index = -1;
    }

    /// <summary>The table.</summary>
    public TableMap Map { get; }

    /// <summary>Number of the row in its event, from 0.</summary>
    public int Index { get; private set; }

    /// <summary>Where the row starts in the rows block.</summary>
    public int Start { get; private set; }

    /// <summary>Where an update's after image starts in the rows block; equal to <see cref="End"/> for other operations.</summary>
    public int Middle { get; private set; }

    public readonly int End => _next;

    /// <summary>The image as it was; empty for an insert.</summary>
    public readonly ReadOnlySpan<byte> Before
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _operation == RowOperation.Insert ? default : _rows[Start..Middle];
    }

    /// <summary>The image as it became; empty for a delete.</summary>
    public readonly ReadOnlySpan<byte> After
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _operation switch
        {
            RowOperation.Insert => _rows[Start..Middle],
            RowOperation.Update => _rows[Middle.._next],
            _ => default,
        };
    }

    /// <summary>Whether the after image may hold parts of JSON values only, after a header that says of which.</summary>
    public readonly bool IsPartial => _partial;

    /// <summary>Layout of <see cref="Before"/>, or of the only image.</summary>
    public readonly RowLayout BeforeLayout => _before;

    /// <summary>Layout of <see cref="After"/>, or of the only image.</summary>
    public readonly RowLayout AfterLayout => _after ?? _before;

    /// <summary>How many rows an event has.</summary>
    [MethodImpl(Jit.Hot)]
    public static int Count(in RowsEvent rows, TableMap map)
    {
        var row = new RowCursor(rows, map);
        while (row.MoveNext())
            continue;
        return row.Index + 1;
    }

    [MethodImpl(Jit.Hot)]
    public bool MoveNext()
    {
        if (_next == _rows.Length)
            return false;
        Start = _next;
        Middle = Start + _before.Measure(_rows[Start..]);
        _next = Middle;
        if (_after != null)
        {
            if (_partial)
                _next += MeasurePartialHeader(_rows[_next..]);
            _next += _after.Measure(_rows[_next..]);
        }

        if (_next == Start)
            throw new InvalidDataException("a row image without columns");
        Index++;
        return true;
    }

    /// <summary>The row at hand, to come back to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly RowCursorMark Mark() => new(Index, Start, Middle, End);

    /// <summary>Goes back to a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Return(RowCursorMark mark) => (Index, Start, Middle, _next) = (mark.Index, mark.Start, mark.Middle, mark.End);

    // value_options, then a bit for every JSON column where its PARTIAL_JSON bit is set, come before the null bits.
    private readonly int MeasurePartialHeader(ReadOnlySpan<byte> data)
    {
        var cursor = new ByteCursor(data);
        if ((cursor.ReadLengthEncoded() & 1) != 0)
            cursor.Skip((_before.JsonColumnCount + 7) / 8);
        return cursor.Position;
    }
}

/// <summary>A row that a <see cref="RowCursor"/> has passed.</summary>
internal readonly record struct RowCursorMark(int Index, int Start, int Middle, int End);
