using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows.Json;
using MySqlRecovery.IO;
using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Rows;

/// <summary>
/// A value as the object that PowerShell users get. Only types that survive remoting exactly: integers of the column's
/// width and sign, decimal (string beyond 28 digits), float, double, DateTime (string where the calendar has no such
/// day), TimeSpan, string, byte[].
/// </summary>
internal static class ColumnValue
{
    private const int MaximumDecimalDigits = 28;

    public static object Decode(ColumnDefinition column, ReadOnlySpan<byte> value) => column.Type switch
    {
        ColumnType.Tiny => column.IsUnsigned == true ? value[0] : (sbyte)value[0],
        ColumnType.Short => Integer(BinaryPrimitives.ReadInt16LittleEndian(value), column),
        ColumnType.Int24 => column.IsUnsigned == true ? ReadUInt24(value) : (object)(ReadUInt24(value) << 8 >> 8),
        ColumnType.Long => Integer(BinaryPrimitives.ReadInt32LittleEndian(value), column),
        ColumnType.LongLong => Integer(BinaryPrimitives.ReadInt64LittleEndian(value), column),
        ColumnType.Float => BinaryPrimitives.ReadSingleLittleEndian(value),
        ColumnType.Double => BinaryPrimitives.ReadDoubleLittleEndian(value),
        ColumnType.Year => (short)(value[0] == 0 ? 0 : 1900 + value[0]),
        ColumnType.NewDecimal => Decimal(column, value),
        ColumnType.Bit => ReadBigEndian(value),
        ColumnType.Enum => Enum(column, ReadLittleEndian(value)),
        ColumnType.Set => Set(column, ReadLittleEndian(value)),
        ColumnType.Date or ColumnType.NewDate => Date(column, value, DateTimeKind.Unspecified),
        ColumnType.DateTime or ColumnType.DateTime2 => Date(column, value, DateTimeKind.Unspecified),
        ColumnType.Timestamp or ColumnType.Timestamp2 => Date(column, value, DateTimeKind.Utc),
        ColumnType.Time or ColumnType.Time2 => TemporalValue.Read(column, value).ToTimeSpan(),
        ColumnType.Json => Json(value),
        ColumnType.Geometry or ColumnType.Vector => value.ToArray(),
        ColumnType.MariaDbBlobCompressed or ColumnType.MariaDbVarCharCompressed => Text(column, CompressedColumn.Expand(value)),
        _ => Text(column, value),
    };

    /// <summary>An integer of up to 8 bytes, little-endian: ENUM index, SET bits.</summary>
    public static ulong ReadLittleEndian(ReadOnlySpan<byte> value)
    {
        ulong result = 0;
        for (int i = value.Length - 1; i >= 0; i--)
            result = result << 8 | value[i];
        return result;
    }

    /// <summary>An integer of up to 8 bytes, big-endian: BIT.</summary>
    public static ulong ReadBigEndian(ReadOnlySpan<byte> value)
    {
        ulong result = 0;
        foreach (byte b in value)
            result = result << 8 | b;
        return result;
    }

    public static int ReadUInt24(ReadOnlySpan<byte> value) => value[0] | value[1] << 8 | value[2] << 16;

    private static object Integer(short value, ColumnDefinition column) => column.IsUnsigned == true ? (ushort)value : value;

    private static object Integer(int value, ColumnDefinition column) => column.IsUnsigned == true ? (uint)value : value;

    private static object Integer(long value, ColumnDefinition column) => column.IsUnsigned == true ? (ulong)value : value;

    private static object Decimal(ColumnDefinition column, ReadOnlySpan<byte> value)
    {
        using var text = new TextBuffer();
        DecimalText.Write(value, column.Length, column.Scale, text);
        return column.Length <= MaximumDecimalDigits
            ? decimal.Parse(text.ToString(), NumberStyles.Number, CultureInfo.InvariantCulture)
            : text.ToString();
    }

    private static object Date(ColumnDefinition column, ReadOnlySpan<byte> value, DateTimeKind kind)
    {
        if (TemporalValue.Read(column, value).ToDateTime(kind) is { } date)
            return date;
        using var text = new TextBuffer();
        TemporalValue.Write(column, value, text);
        return text.ToString();
    }

    private static object Enum(ColumnDefinition column, ulong index)
    {
        if (column.Members == null)
            return (ushort)index;
        if (index == 0)
            return string.Empty;
        return index <= (ulong)column.Members.Length ? column.Members[index - 1] : throw OutOfRange(column, index);
    }

    private static object Set(ColumnDefinition column, ulong bits)
    {
        if (column.Members == null)
            return bits;
        if (column.Members.Length < 64 && bits >> column.Members.Length != 0)
            throw OutOfRange(column, bits);
        return string.Join(',', column.Members.Where((_, i) => (bits >> i & 1) != 0));
    }

    private static string Json(ReadOnlySpan<byte> value)
    {
        using var text = new TextBuffer();
        JsonText.Write(value, text);
        return text.ToString();
    }

    // Without a character set in the log (before 8.0.1), text is what is valid UTF-8.
    private static object Text(ColumnDefinition column, ReadOnlySpan<byte> value)
    {
        if (column.TextForm != BytesAsText.None && value.Length <= column.Length)
            return AddressText.Of(column.TextForm, Pad(column, value));
        if (column.CharacterSet is { IsBinary: true } && column.Type == ColumnType.String)
            return Pad(column, value);
        if (column.CharacterSet is { } set)
            return set.Decode(value) ?? (object)value.ToArray();
        return System.Text.Unicode.Utf8.IsValid(value) ? Encoding.UTF8.GetString(value) : value.ToArray();
    }

    // The trailing zeros of BINARY(n) are not in the image.
    private static byte[] Pad(ColumnDefinition column, ReadOnlySpan<byte> value)
    {
        var padded = new byte[Math.Max(column.Length, value.Length)];
        value.CopyTo(padded);
        return padded;
    }

    private static InvalidDataException OutOfRange(ColumnDefinition column, ulong value) =>
        new($"column {column.Name} has the value {value}, beyond its {column.Members!.Length} members");
}

/// <summary>The text of MariaDB's UUID, INET4 and INET6, as the server prints it.</summary>
internal static class AddressText
{
    public static string Of(BytesAsText form, ReadOnlySpan<byte> value) => form == BytesAsText.Uuid
        ? new Guid(value, bigEndian: true).ToString()
        : new IPAddress(value).ToString();

    /// <summary>Whether a text, in whatever form, stands for a value that <see cref="Of"/> wrote.</summary>
    public static bool IsSame(BytesAsText form, string text, string value) => form == BytesAsText.Uuid
        ? Guid.TryParse(text, out Guid uuid) && uuid.ToString() == value
        : IPAddress.TryParse(text, out IPAddress? address) && address.Equals(IPAddress.Parse(value));
}

/// <summary>
/// Values of MariaDB's COMPRESSED columns (10.3+; sql/field_comp.cc): empty as it is, else a byte: 0 and the value as it
/// is, or 0x80 for zlib plus the bytes of the length (bits 0 to 2) plus 8 for data without zlib's wrapping, then the
/// length big-endian and the data.
/// </summary>
internal static class CompressedColumn
{
    private const int ChunkLength = 64 << 10;

    public static bool IsCompressed(ColumnType type) =>
        type is ColumnType.MariaDbBlobCompressed or ColumnType.MariaDbVarCharCompressed;

    /// <summary>The value as it was stored by the user.</summary>
    public static ReadOnlySpan<byte> Expand(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty || value[0] == 0)
            return value.IsEmpty ? value : value[1..];
        int lengthBytes = value[0] & 7;
        if ((value[0] & 0xF0) != 0x80 || lengthBytes is 0 or > 4 || value.Length <= lengthBytes)
            throw new InvalidDataException($"a compressed column value that starts with 0x{value[0]:X2}");
        uint length = 0;
        for (int i = 1; i <= lengthBytes; i++)
            length = length << 8 | value[i];
        var data = new MemoryStream(value[(1 + lengthBytes)..].ToArray());
        using var inflate = new InflatingStream(data, isRaw: (value[0] & 8) != 0);
        // Grows with what really comes, not with what the length claims.
        var result = new MemoryStream();
        var chunk = new byte[ChunkLength];
        for (int got; (got = inflate.Read(chunk)) > 0 && result.Length <= length;)
            result.Write(chunk, 0, got);
        return result.Length == length
            ? result.GetBuffer().AsSpan(0, (int)length)
            : throw new InvalidDataException($"a compressed column value of {result.Length} bytes or more, not {length}");
    }
}

/// <summary>Where a value lies in a row image, without its length prefix.</summary>
/// <param name="Start">First byte.</param>
/// <param name="Length">Bytes; -1 for NULL, 0 for an empty value.</param>
internal readonly record struct ValueRange(int Start, int Length)
{
    public static ValueRange Null => new(0, -1);

    public bool IsNull => Length < 0;

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> image) => image.Slice(Start, Length);
}
