using System.Collections.Specialized;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Rows;

/// <summary>Decodes the row images of one table for the objects of the pipeline.</summary>
internal sealed class RowDecoder(TableMap map) : IRowDecoder
{
    public string[] ColumnNames { get; } = Array.ConvertAll(map.Columns, c => c.Name);

    public OrderedDictionary? Key(RowSource source, ReadOnlySpan<byte> image)
    {
        if (map.PrimaryKey.Length == 0)
            return null;
        RowLayout layout = FirstLayout(source);
        var ranges = new ValueRange[layout.Ordinals.Length];
        layout.Locate(image, ranges);
        var key = new OrderedDictionary(map.PrimaryKey.Length, StringComparer.OrdinalIgnoreCase);
        foreach (int ordinal in map.PrimaryKey)
        {
            int index = layout.IndexOf(ordinal);
            if (index < 0)
                return null;
            ColumnDefinition column = map.Columns[ordinal];
            key[column.Name] = ranges[index].IsNull ? null : Decode(column, ranges[index].Of(image));
        }

        return key;
    }

    public bool? IsUnsigned(int column) => map.Columns[column].IsUnsigned;

    public OrderedDictionary? Before(RowSource source, ReadOnlySpan<byte> image) => Decode(FirstLayout(source), image);

    public OrderedDictionary? After(RowSource source, ReadOnlySpan<byte> image)
    {
        RowsEvent rows = Parse(source);
        return rows.Operation switch
        {
            RowOperation.Insert => Decode(map.LayoutFor(rows.Columns), image),
            RowOperation.Update when rows.Type != BinlogEventType.PartialUpdateRows => Decode(map.LayoutFor(rows.ColumnsAfter), image),
            _ => null,
        };
    }

    public string[] ChangedColumns(RowSource source, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        RowsEvent rows = Parse(source);
        if (rows.Type == BinlogEventType.PartialUpdateRows)
            return [];
        var changed = new List<string>();
        foreach (int ordinal in ChangedOrdinals(map.LayoutFor(rows.Columns), before, map.LayoutFor(rows.ColumnsAfter), after))
            changed.Add(map.Columns[ordinal].Name);
        return [.. changed];
    }

    /// <summary>Columns of the after image whose bytes differ from the before image or are not in it.</summary>
    public static List<int> ChangedOrdinals(
        RowLayout beforeLayout, ReadOnlySpan<byte> before, RowLayout afterLayout, ReadOnlySpan<byte> after)
    {
        var was = new ValueRange[beforeLayout.Ordinals.Length];
        var became = new ValueRange[afterLayout.Ordinals.Length];
        beforeLayout.Locate(before, was);
        afterLayout.Locate(after, became);
        var changed = new List<int>();
        FindChanged(beforeLayout, was, before, afterLayout, became, after, changed);
        return changed;
    }

    /// <summary>The same for images whose values have been located.</summary>
    [MethodImpl(Jit.Hot)]
    public static void FindChanged(
        RowLayout beforeLayout, ReadOnlySpan<ValueRange> was, ReadOnlySpan<byte> before,
        RowLayout afterLayout, ReadOnlySpan<ValueRange> became, ReadOnlySpan<byte> after, List<int> changed)
    {
        int b = 0;
        for (int a = 0; a < afterLayout.Ordinals.Length; a++)
        {
            int ordinal = afterLayout.Ordinals[a];
            while (b < beforeLayout.Ordinals.Length && beforeLayout.Ordinals[b] < ordinal)
                b++;
            bool isSame = b < beforeLayout.Ordinals.Length && beforeLayout.Ordinals[b] == ordinal && was[b].IsNull == became[a].IsNull
                && (was[b].IsNull || was[b].Of(before).SequenceEqual(became[a].Of(after)));
            if (!isSame)
                changed.Add(ordinal);
        }
    }

    private RowLayout FirstLayout(RowSource source) => map.LayoutFor(Parse(source).Columns);

    private RowsEvent Parse(RowSource source) => RowsEvent.Parse(
        (BinlogEventType)source.RowsEvent[4], source.RowsEvent.AsSpan(EventHeader.Size), map.Columns.Length);

    /// <summary>The values of an image by column; one that cannot be read is an <see cref="UnreadableValue"/>.</summary>
    public OrderedDictionary Decode(RowLayout layout, ReadOnlySpan<byte> image)
    {
        var ranges = new ValueRange[layout.Ordinals.Length];
        layout.Locate(image, ranges);
        // Names that differ in case alone cannot be in one table.
        var row = new OrderedDictionary(ranges.Length, StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < ranges.Length; i++)
        {
            ColumnDefinition column = layout.Columns[layout.Ordinals[i]];
            if (row.Contains(column.Name))
                throw new InvalidDataException($"the table map names two columns {column.Name}");
            row.Add(column.Name, ranges[i].IsNull ? null : Decode(column, ranges[i].Of(image)));
        }

        return row;
    }

    private object Decode(ColumnDefinition column, ReadOnlySpan<byte> value)
    {
        try
        {
            return ColumnValue.Decode(column, value);
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            return new UnreadableValue($"{map.Database}.{map.Table}.{column.Name}", e.Message);
        }
    }
}
