using System.Globalization;
using MySqlRecovery.Binlog.Rows;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>A row image and how it is laid out.</summary>
internal sealed record LoggedImage(RowLayout Layout, byte[] Bytes)
{
    /// <summary>Whether all columns that both images have are equal; an image that there is none of says nothing.</summary>
    public static bool AreCompatible(LoggedImage? a, LoggedImage? b)
    {
        if (a == null || b == null)
            return true;
        ValueRange[] ours = a.Locate(), theirs = b.Locate();
        for (int i = 0, j = 0; i < ours.Length && j < theirs.Length;)
        {
            int ordinal = a.Layout.Ordinals[i], other = b.Layout.Ordinals[j];
            if (ordinal == other && !IsSame(a.Layout.Columns[ordinal], ours[i], a.Bytes, b.Layout.Columns[other], theirs[j], b.Bytes))
                return false;
            if (ordinal <= other)
                i++;
            if (other <= ordinal)
                j++;
        }

        return true;
    }

    /// <summary>The values by column name; null stands for NULL, and a column that the image lacks is not there.</summary>
    public Dictionary<string, object?> Decode()
    {
        ValueRange[] ranges = Locate();
        var values = new Dictionary<string, object?>(ranges.Length, StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < ranges.Length; i++)
        {
            ColumnDefinition column = Layout.Columns[Layout.Ordinals[i]];
            values[column.Name] = ranges[i].IsNull ? null : ColumnValue.Decode(column, ranges[i].Of(Bytes));
        }

        return values;
    }

    private ValueRange[] Locate()
    {
        var ranges = new ValueRange[Layout.Ordinals.Length];
        Layout.Locate(Bytes, ranges);
        return ranges;
    }

    // The same value has other bytes where the column is of another width or character set on the other server.
    private static bool IsSame(ColumnDefinition a, ValueRange ra, byte[] ba, ColumnDefinition b, ValueRange rb, byte[] bb)
    {
        if (ra.IsNull || rb.IsNull)
            return ra.IsNull && rb.IsNull;
        if (a.Type == b.Type && ra.Of(ba).SequenceEqual(rb.Of(bb)))
            return true;
        object x = ColumnValue.Decode(a, ra.Of(ba)), y = ColumnValue.Decode(b, rb.Of(bb));
        if (x is byte[] bytes && y is byte[] others)
            return bytes.AsSpan().SequenceEqual(others);
        return string.Equals(
            Convert.ToString(x, CultureInfo.InvariantCulture), Convert.ToString(y, CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }
}
