using System.Collections.Specialized;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;

namespace MySqlRecovery.History;

/// <summary>What the row that a cursor stands on adds to its history.</summary>
/// <param name="view">The event.</param>
/// <param name="row">The row.</param>
/// <param name="line">Its history so far.</param>
/// <param name="notes">What the logs did not tell until here.</param>
internal readonly ref struct HistoryStep(in EventView view, RowCursor row, HistoryLine line, IReadOnlyList<string> notes)
{
    private readonly EventView _view = view;
    private readonly RowCursor _row = row;
    private readonly HistoryLine _line = line;
    private readonly IReadOnlyList<string> _notes = notes;
    private readonly bool _isNamed = Array.TrueForAll(view.Table!.Columns, c => c.IsNameKnown);

    /// <summary>Adds it.</summary>
    public void Apply()
    {
        TableMap map = _view.Table!;
        RowOperation operation = _view.Rows.Operation;
        OrderedDictionary? before = _row.Before.IsEmpty ? null : Decode(_row.BeforeLayout, _row.Before);
        if (before != null)
            TakeBefore(map, before);
        else if (_line.IsLive)
            _line.Doubt("the row went, and the logs do not show how");
        OrderedDictionary? value = null;
        string? lack = null;
        if (!_row.After.IsEmpty)
        {
            value = Decode(_row.AfterLayout, _row.After);
            if (!_row.AfterLayout.IsFull)
                lack = Complete(map, value, before == null ? null : _line.Last.Value);
            lack = And(lack, DoubtOf(map, value));
        }

        var version = new RowVersion
        {
            Server = _view.Server,
            Database = map.Database,
            Table = map.Table,
            Key = KeyOf(map, value ?? before),
            ValidFrom = _view.CommitTime ?? _view.Timestamp,
            FromGtid = _view.GtidText,
            FromFile = _view.LogFile,
            FromPosition = _view.Position,
            Operation = operation,
            ThreadId = _view.ThreadId,
            Statement = _view.RowsStatement,
            Value = value,
            IsExact = lack == null,
            Reason = lack,
        };
        if (operation == RowOperation.Update)
        {
            version.ChangedColumn = [.. RowDecoder.ChangedOrdinals(_row.BeforeLayout, _row.Before, _row.AfterLayout, _row.After)
                .Select(o => map.Columns[o].Name)];
        }

        _line.Add(version, _isNamed);
    }

    private static string? And(string? one, string? other) => one == null ? other : other == null ? one : $"{one}; {other}";

    // Why values may be others than they seem; null where they are not.
    private static string? DoubtOf(TableMap map, OrderedDictionary values)
    {
        if (map.SchemaDoubt != null)
            return map.SchemaDoubt;
        ColumnDefinition? column = Array.Find(
            map.Columns, c => c.IsInteger && c.IsUnsigned == null && values[c.Name] is < (sbyte)0 or < (short)0 or < 0 or < 0L);
        return column == null ? null
            : $"the log does not say whether column {column.Name} is unsigned: a number that looks negative may be a large one";
    }

    // The row as it was found: it confirms the version at hand, or tells of one that no log shows.
    private void TakeBefore(TableMap map, OrderedDictionary before)
    {
        bool isWhole = _row.BeforeLayout.LacksOnlyGenerated;
        string? lack = isWhole ? null : "the log holds only some columns of the row (binlog_row_image is not FULL)";
        if (_line.Versions.Count > 0)
        {
            if (_line.Confirm(before, _isNamed, isWhole && map.SchemaDoubt == null))
                return;
            _line.Doubt("the row became something else, and the logs do not show when");
            lack = And("the logs do not show what made it so", lack);
        }
        else if (_notes.Count > 0)
        {
            lack = And(lack, string.Join("; ", _notes));
        }

        lack = And(lack, DoubtOf(map, before));
        _line.Add(new RowVersion
        {
            Server = _view.Server,
            Database = map.Database,
            Table = map.Table,
            Key = KeyOf(map, before),
            Value = before,
            IsExact = lack == null,
            Reason = lack ?? "it was so before what was read of the logs",
        }, _isNamed);
    }

    // What a partial image leaves out is as it was, as far as that is known.
    private static string? Complete(TableMap map, OrderedDictionary value, OrderedDictionary? was)
    {
        OrderedDictionary given = Copy(value);
        value.Clear();
        string? missing = null;
        foreach (ColumnDefinition column in map.Columns)
        {
            if (given.Contains(column.Name))
                value[column.Name] = given[column.Name];
            else if (was?.Contains(column.Name) == true)
                value[column.Name] = was[column.Name];
            else if (!column.IsGenerated)
                missing ??= column.Name;
        }

        return missing == null ? null : $"the log does not hold all columns of the row, such as {missing} (binlog_row_image is not FULL)";
    }

    private static OrderedDictionary Copy(OrderedDictionary row)
    {
        var copy = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (string column in row.Keys)
            copy[column] = row[column];
        return copy;
    }

    private static OrderedDictionary? KeyOf(TableMap map, OrderedDictionary? row)
    {
        if (row == null || map.PrimaryKey.Length == 0)
            return null;
        var key = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (int ordinal in map.PrimaryKey)
            key[map.Columns[ordinal].Name] = row[map.Columns[ordinal].Name];
        return key;
    }

    private OrderedDictionary Decode(RowLayout layout, ReadOnlySpan<byte> image) => _view.Table!.Decoder.Decode(layout, image);
}
