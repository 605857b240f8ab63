using System.Collections.Specialized;
using System.Globalization;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Text;

namespace MySqlRecovery.Restore;

/// <summary>
/// Makes of the objects of a finding, or of a row of a file, the values that <see cref="StoredValue"/> makes of the server's.
/// </summary>
internal static class FoundValue
{
    /// <summary>The row as <see cref="StoredRow.Pack"/> writes it; null where there is none.</summary>
    /// <exception cref="InvalidDataException">A column is lacking, or has a value that the column of the server cannot have.</exception>
    public static byte[]? Pack(TableMap map, OrderedDictionary? row)
    {
        if (row == null)
            return null;
        var values = new byte[]?[map.Columns.Length];
        for (int i = 0; i < values.Length; i++)
        {
            ColumnDefinition column = map.Columns[i];
            if (!row.Contains(column.Name) && !column.IsGenerated)
                throw new InvalidDataException($"it is not known what column {column.Name} held");
            values[i] = row[column.Name] is { } value ? Of(column, value) : null;
        }

        return StoredRow.OfServer(map, values).Pack();
    }

    private static byte[] Of(ColumnDefinition column, object value) => column.Type switch
    {
        _ when value is byte[] bytes => bytes,
        _ when column.TextForm != BytesAsText.None => Ascii(Text(value)),
        ColumnType.Enum => Ascii(IndexOf(column, Text(value)).ToString(CultureInfo.InvariantCulture)),
        ColumnType.Set => Ascii(BitsOf(column, Text(value)).ToString(CultureInfo.InvariantCulture)),
        ColumnType.Float => Real(System.Convert.ToSingle(value, CultureInfo.InvariantCulture)),
        ColumnType.Double => Real(System.Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        ColumnType.NewDecimal => Ascii(Decimal(column, Text(value))),
        ColumnType.Json => Encoding.UTF8.GetBytes(Text(value)),
        _ when TemporalValue.IsTemporal(column.Type) => Ascii(Temporal(column, value)),
        _ when column.IsCharacter && column.CharacterSet is { IsBinary: false } set =>
            set.Encode(Text(value)) ?? throw Impossible(column, "a text that is not in its character set"),
        _ => Ascii(Text(value)),
    };

    private static byte[] Real(double value)
    {
        using var text = new TextBuffer();
        DoubleText.Write(value, text);
        return text.Written.ToArray();
    }

    // A source with more digits after the point has zeros there, or another value.
    private static string Decimal(ColumnDefinition column, string text)
    {
        int point = text.IndexOf('.', StringComparison.Ordinal);
        if (point < 0)
            return column.Scale == 0 ? text : $"{text}.{new string('0', column.Scale)}";
        int end = column.Scale == 0 ? point : point + 1 + column.Scale;
        return end >= text.Length ? text.PadRight(end, '0') : text.AsSpan(end).Trim('0') is "" or "." ? text[..end]
            : throw Impossible(column, text);
    }

    // What the calendar of .NET lacks came as text.
    private static string Temporal(ColumnDefinition column, object value)
    {
        string fraction = column.Scale == 0 ? string.Empty : "." + new string('f', column.Scale);
        switch (value)
        {
            case DateTime time when column.Type is ColumnType.Date or ColumnType.NewDate:
                return time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            case DateTime time:
                DateTime told = time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time;
                return told.ToString($"yyyy-MM-dd HH:mm:ss{fraction}", CultureInfo.InvariantCulture);
            case TimeSpan time:
                TimeSpan length = time.Duration();
                string sign = time < TimeSpan.Zero ? "-" : string.Empty, rest = fraction.Replace(".", "\\.", StringComparison.Ordinal);
                return string.Create(CultureInfo.InvariantCulture, $"{sign}{(long)length.TotalHours:00}:")
                    + length.ToString($"mm\\:ss{rest}", CultureInfo.InvariantCulture);
            default:
                return Text(value);
        }
    }

    private static int IndexOf(ColumnDefinition column, string member)
    {
        int index = Array.IndexOf(column.Members ?? [], member) + 1;
        if (member.Length == 0 && index > 0)
            throw Impossible(column, "an empty text, which may be a member and may be index 0,");
        return index > 0 || member.Length == 0 ? index : throw Impossible(column, member);
    }

    private static ulong BitsOf(ColumnDefinition column, string members)
    {
        ulong bits = 0;
        foreach (string member in members.Split(',', StringSplitOptions.RemoveEmptyEntries))
            bits |= Array.IndexOf(column.Members ?? [], member) is >= 0 and var index ? 1UL << index : throw Impossible(column, member);
        return bits;
    }

    private static string Text(object value) => System.Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    private static InvalidDataException Impossible(ColumnDefinition column, string value) =>
        new($"column {column.Name} of the server cannot hold {value}");
}
