using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Rows.Json;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Text;

namespace MySqlRecovery.Restore;

/// <summary>
/// A column's value as bytes that are equal if and only if the stored values are, be it read from a row image or from the
/// server: numbers, dates and JSON as their text, ENUM and SET as their number, everything else as it is.
/// </summary>
internal static class StoredValue
{
    private static readonly string[] DateForms = ["yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFF"];

    /// <summary>An expression of the server that gives the bytes, but for the spelling of reals.</summary>
    /// <param name="column">The column.</param>
    /// <param name="name">Its name in backquotes.</param>
    public static string Expression(ColumnDefinition column, string name) => column.Type switch
    {
        _ when column.TextForm != BytesAsText.None => $"CAST({name} AS CHAR)",
        // The display width of a ZEROFILL does not count, and no client makes a bool of a BIGINT.
        ColumnType.Tiny or ColumnType.Short or ColumnType.Int24 or ColumnType.Long or ColumnType.LongLong or ColumnType.Year =>
            $"({name}+0)",
        ColumnType.NewDecimal => $"CAST({name}+0 AS CHAR)",
        // A FLOAT prints six digits, the DOUBLE it becomes all it needs; a factor, because -0.0 + 0 is 0.
        ColumnType.Float or ColumnType.Double => $"CAST({name}*1e0 AS CHAR)",
        ColumnType.Bit or ColumnType.Enum or ColumnType.Set => $"CAST({name} AS UNSIGNED)",
        ColumnType.Json => $"CAST({name} AS CHAR)",
        _ when column.TextForm != BytesAsText.None => $"CAST({name} AS BINARY({column.Length}))",
        _ => TemporalValue.IsTemporal(column.Type) ? $"CAST({name} AS CHAR)" : $"CAST({name} AS BINARY)",
    };

    /// <summary>The bytes for a value of a row image.</summary>
    /// <param name="column">The column.</param>
    /// <param name="value">The value without its length prefix.</param>
    /// <param name="scratch">Used on the way.</param>
    public static byte[] OfImage(ColumnDefinition column, ReadOnlySpan<byte> value, TextBuffer scratch)
    {
        scratch.Clear();
        if (column.TextForm != BytesAsText.None)
            return Encoding.ASCII.GetBytes((string)ColumnValue.Decode(column, value));
        switch (column.Type)
        {
            case ColumnType.Float:
                DoubleText.Write(BinaryPrimitives.ReadSingleLittleEndian(value), scratch);
                break;
            case ColumnType.Double:
                DoubleText.Write(BinaryPrimitives.ReadDoubleLittleEndian(value), scratch);
                break;
            case ColumnType.Tiny or ColumnType.Short or ColumnType.Int24 or ColumnType.Long or ColumnType.LongLong
                or ColumnType.NewDecimal or ColumnType.Year or ColumnType.Bit:
                SqlLiteral.Write(column, value, scratch);
                break;
            case ColumnType.Enum or ColumnType.Set:
                scratch.Append(ColumnValue.ReadLittleEndian(value));
                break;
            case ColumnType.Json:
                JsonText.Write(value, scratch);
                break;
            default:
                if (TemporalValue.IsTemporal(column.Type))
                {
                    TemporalValue.Write(column, value, scratch);
                    break;
                }

                if (CompressedColumn.IsCompressed(column.Type))
                    return CompressedColumn.Expand(value).ToArray();
                // The trailing zeros of BINARY(n) are not in the image.
                bool isPadded = column.TextForm != BytesAsText.None
                    || (column.CharacterSet is { IsBinary: true } && column.Type == ColumnType.String);
                var bytes = new byte[isPadded ? Math.Max(column.Length, value.Length) : value.Length];
                value.CopyTo(bytes);
                return bytes;
        }

        return scratch.Written.ToArray();
    }

    /// <summary>The bytes for a value that the server gave for <see cref="Expression"/>.</summary>
    public static byte[] OfServer(ColumnDefinition column, byte[] value, TextBuffer scratch)
    {
        if (column.Type is not (ColumnType.Float or ColumnType.Double))
            return value;
        scratch.Clear();
        DoubleText.Write(double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture), scratch);
        return scratch.Written.ToArray();
    }

    /// <summary>The SQL that gives a value back.</summary>
    public static void WriteLiteral(ColumnDefinition column, byte[]? value, TextBuffer sql)
    {
        switch (column.Type)
        {
            case var _ when value == null:
                sql.Append("NULL"u8);
                break;
            case ColumnType.Tiny or ColumnType.Short or ColumnType.Int24 or ColumnType.Long or ColumnType.LongLong or ColumnType.NewDecimal
                or ColumnType.Year or ColumnType.Bit or ColumnType.Enum or ColumnType.Set:
                sql.Append(value);
                break;
            case ColumnType.Float or ColumnType.Double:
                SqlLiteral.WriteDouble(double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture), sql);
                break;
            case var type when type == ColumnType.Json || TemporalValue.IsTemporal(type) || column.TextForm != BytesAsText.None:
                SqlLiteral.WriteUtf8(value, sql);
                break;
            default:
                SqlLiteral.Write(column, value, sql);
                break;
        }
    }

    /// <summary>The object that PowerShell users get, of the same type as <see cref="ColumnValue"/> makes of an image.</summary>
    public static object Decode(ColumnDefinition column, byte[] value) => column.Type switch
    {
        _ when column.TextForm != BytesAsText.None => Encoding.ASCII.GetString(value),
        ColumnType.Json => Encoding.UTF8.GetString(value),
        ColumnType.NewDecimal =>
            decimal.TryParse(value, NumberStyles.Number, CultureInfo.InvariantCulture, out decimal number) && column.Length <= 28
            ? number : Encoding.ASCII.GetString(value),
        ColumnType.Time or ColumnType.Time2 => ReadTime(Encoding.ASCII.GetString(value)),
        _ when TemporalValue.IsTemporal(column.Type) => ReadDate(column, Encoding.ASCII.GetString(value)),
        _ when CompressedColumn.IsCompressed(column.Type) => ColumnValue.Decode(column, [0, .. value]),
        _ => ColumnValue.Decode(column, ToImage(column, value)),
    };

    private static byte[] ToImage(ColumnDefinition column, byte[] value)
    {
        var image = new byte[8];
        switch (column.Type)
        {
            case ColumnType.Tiny or ColumnType.Short or ColumnType.Int24 or ColumnType.Long or ColumnType.LongLong
                or ColumnType.Enum or ColumnType.Set:
                if (value[0] == '-')
                    BinaryPrimitives.WriteInt64LittleEndian(image, long.Parse(value, NumberStyles.Integer, CultureInfo.InvariantCulture));
                else
                    BinaryPrimitives.WriteUInt64LittleEndian(image, ulong.Parse(value, NumberStyles.Integer, CultureInfo.InvariantCulture));
                return image;
            case ColumnType.Bit:
                BinaryPrimitives.WriteUInt64BigEndian(image, ulong.Parse(value, NumberStyles.Integer, CultureInfo.InvariantCulture));
                return image;
            case ColumnType.Year:
                int year = int.Parse(value, NumberStyles.Integer, CultureInfo.InvariantCulture);
                return [(byte)(year == 0 ? 0 : year - 1900)];
            case ColumnType.Float:
                BinaryPrimitives.WriteSingleLittleEndian(
                    image, (float)double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture));
                return image;
            case ColumnType.Double:
                BinaryPrimitives.WriteDoubleLittleEndian(image, double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture));
                return image;
            default:
                return value;
        }
    }

    private static object ReadDate(ColumnDefinition column, string text) =>
        DateTime.TryParseExact(text, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime time)
            ? DateTime.SpecifyKind(
                time, column.Type is ColumnType.Timestamp or ColumnType.Timestamp2 ? DateTimeKind.Utc : DateTimeKind.Unspecified)
            : text;

    private static object ReadTime(string text)
    {
        string[] parts = text.TrimStart('-').Split(':');
        TimeSpan time = new TimeSpan(
            int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture), 0)
            + TimeSpan.FromTicks((long)(decimal.Parse(parts[2], CultureInfo.InvariantCulture) * TimeSpan.TicksPerSecond));
        return text.StartsWith('-') ? -time : time;
    }
}
