using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;

namespace MySqlRecovery.Incidents;

/// <summary>Looks for a column to which updates of many rows gave one value, whatever was there before.</summary>
internal sealed class UniformColumns
{
    private readonly TableMap _map;
    private readonly byte[]?[] _first;
    private readonly byte[]?[] _firstBefore;
    private readonly bool[] _differs;
    private readonly bool[] _differedBefore;
    private bool _isBegun;

    public UniformColumns(TableMap map)
    {
        _map = map;
        (_first, _firstBefore) = (new byte[map.Columns.Length][], new byte[map.Columns.Length][]);
        (_differs, _differedBefore) = (new bool[map.Columns.Length], new bool[map.Columns.Length]);
    }

    /// <summary>The column that has one value now and had several; null where there is none.</summary>
    public string? Column
    {
        get
        {
            for (int i = 0; i < _differs.Length && _isBegun; i++)
            {
                // Times of change are alike in every statement.
                if (!_differs[i] && _differedBefore[i] && !IsTime(_map.Columns[i].Type))
                    return _map.Columns[i].Name;
            }

            return null;
        }
    }

    private static bool IsTime(ColumnType type) => type is ColumnType.Timestamp or ColumnType.Timestamp2 or ColumnType.DateTime
        or ColumnType.DateTime2 or ColumnType.Date or ColumnType.NewDate or ColumnType.Time or ColumnType.Time2;

    /// <summary>Takes the rows of an update in.</summary>
    public void Add(in RowsEvent rows)
    {
        var row = new RowCursor(rows, _map);
        Span<ValueRange> before = stackalloc ValueRange[Math.Min(_map.Columns.Length, 256)];
        Span<ValueRange> after = stackalloc ValueRange[before.Length];
        if (_map.Columns.Length > 256 || rows.Type == Model.BinlogEventType.PartialUpdateRows)
            return;
        while (row.MoveNext())
        {
            row.BeforeLayout.Locate(row.Before, before);
            row.AfterLayout.Locate(row.After, after);
            Compare(row.BeforeLayout, row.Before, before, _firstBefore, _differedBefore);
            Compare(row.AfterLayout, row.After, after, _first, _differs);
            _isBegun = true;
        }
    }

    private void Compare(RowLayout layout, ReadOnlySpan<byte> image, ReadOnlySpan<ValueRange> ranges, byte[]?[] first, bool[] differs)
    {
        for (int i = 0; i < layout.Ordinals.Length; i++)
        {
            int ordinal = layout.Ordinals[i];
            ReadOnlySpan<byte> value = ranges[i].IsNull ? default : ranges[i].Of(image);
            if (!_isBegun)
                first[ordinal] = ranges[i].IsNull ? null : value.ToArray();
            else if (!differs[ordinal])
                differs[ordinal] = ranges[i].IsNull != (first[ordinal] == null) || !value.SequenceEqual(first[ordinal]);
        }
    }
}
