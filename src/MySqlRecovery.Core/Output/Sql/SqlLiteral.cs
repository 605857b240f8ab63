using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Unicode;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Text;

namespace MySqlRecovery.Output.Sql;

/// <summary>
/// Values as SQL literals that give exactly the stored value back, in every sql_mode and for every character set of the
/// connection: text is quoted only where it is plain, everything else is hexadecimal with its character set.
/// </summary>
internal static class SqlLiteral
{
    /// <summary>Writes a value to be stored, or to be compared with a key column.</summary>
    [MethodImpl(Jit.Hot)]
    public static void Write(ColumnDefinition column, ReadOnlySpan<byte> value, TextBuffer sql)
    {
        switch (column.Type)
        {
            case ColumnType.Tiny:
                WriteInteger(column, (sbyte)value[0], value[0], sql);
                break;
            case ColumnType.Short:
                WriteInteger(column, BinaryPrimitives.ReadInt16LittleEndian(value), BinaryPrimitives.ReadUInt16LittleEndian(value), sql);
                break;
            case ColumnType.Int24:
                int number = ColumnValue.ReadUInt24(value);
                WriteInteger(column, number << 8 >> 8, (uint)number, sql);
                break;
            case ColumnType.Long:
                WriteInteger(column, BinaryPrimitives.ReadInt32LittleEndian(value), BinaryPrimitives.ReadUInt32LittleEndian(value), sql);
                break;
            case ColumnType.LongLong:
                WriteInteger(column, BinaryPrimitives.ReadInt64LittleEndian(value), BinaryPrimitives.ReadUInt64LittleEndian(value), sql);
                break;
            case ColumnType.Float:
                // A FLOAT is compared as the DOUBLE of the same value.
                WriteDouble(BinaryPrimitives.ReadSingleLittleEndian(value), sql);
                break;
            case ColumnType.Double:
                WriteDouble(BinaryPrimitives.ReadDoubleLittleEndian(value), sql);
                break;
            case ColumnType.NewDecimal:
                DecimalText.Write(value, column.Length, column.Scale, sql);
                break;
            case ColumnType.Year:
                sql.Append(value[0] == 0 ? 0L : 1900 + value[0]);
                break;
            case ColumnType.Bit:
                sql.Append(ColumnValue.ReadBigEndian(value));
                break;
            case ColumnType.Enum or ColumnType.Set:
                WriteMembers(column, value, sql);
                break;
            case ColumnType.Json:
                JsonSql.Write(value, sql);
                break;
            case ColumnType.Geometry or ColumnType.Vector:
                WriteHex(value, sql);
                break;
            default:
                if (TemporalValue.IsTemporal(column.Type))
                    WriteTemporal(column, value, sql);
                else
                    WriteString(column, value, sql);
                break;
        }
    }

    /// <summary>Writes bytes that are compared with CAST(column AS BINARY).</summary>
    [MethodImpl(Jit.Hot)]
    public static void WriteBytes(ColumnDefinition column, ReadOnlySpan<byte> value, TextBuffer sql)
    {
        if (IsPlain(column.CharacterSet, value, out bool hasQuote))
            WriteQuoted(value, hasQuote, sql);
        else
            WriteHex(value, sql);
    }

    /// <summary>Writes utf8mb4 text.</summary>
    [MethodImpl(Jit.Hot)]
    public static void WriteUtf8(ReadOnlySpan<byte> text, TextBuffer sql)
    {
        TextBytes bytes = TextBytesOf(text);
        if (!bytes.HasFlag(TextBytes.Special))
        {
            WriteQuoted(text, bytes.HasFlag(TextBytes.Quote), sql);
            return;
        }

        sql.Append("_utf8mb4 "u8);
        WriteHex(text, sql);
    }

    [MethodImpl(Jit.Hot)]
    public static void WriteHex(ReadOnlySpan<byte> value, TextBuffer sql)
    {
        sql.Append("X'"u8);
        sql.AppendHex(value);
        sql.Append((byte)'\'');
    }

    /// <summary>A floating-point literal; the exponent makes it a DOUBLE rather than a DECIMAL.</summary>
    [MethodImpl(Jit.Hot)]
    public static void WriteDouble(double value, TextBuffer sql)
    {
        int start = sql.Length;
        DoubleText.Write(value, sql);
        if (!sql.Written[start..].Contains((byte)'e'))
            sql.Append("e0"u8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteInteger(ColumnDefinition column, long signed, ulong unsigned, TextBuffer sql)
    {
        if (column.IsUnsigned == true)
            sql.Append(unsigned);
        else
            sql.Append(signed);
    }

    // Index 0 of an ENUM is the empty string of a failed insert, and a member may be empty: only the number tells them apart.
    [MethodImpl(Jit.Hot)]
    private static void WriteMembers(ColumnDefinition column, ReadOnlySpan<byte> value, TextBuffer sql)
    {
        if (column.Members == null || column.HasEmptyMember || (column.Type == ColumnType.Enum && ColumnValue.ReadLittleEndian(value) == 0))
            sql.Append(ColumnValue.ReadLittleEndian(value));
        else
            WriteUtf8(Encoding.UTF8.GetBytes((string)ColumnValue.Decode(column, value)), sql);
    }

    [MethodImpl(Jit.Hot)]
    private static void WriteTemporal(ColumnDefinition column, ReadOnlySpan<byte> value, TextBuffer sql)
    {
        sql.Append((byte)'\'');
        TemporalValue.Write(column, value, sql);
        sql.Append((byte)'\'');
    }

    [MethodImpl(Jit.Hot)]
    private static void WriteString(ColumnDefinition column, ReadOnlySpan<byte> value, TextBuffer sql)
    {
        CharacterSet? set = column.CharacterSet;
        if (IsPlain(set, value, out bool hasQuote))
        {
            WriteQuoted(value, hasQuote, sql);
            return;
        }

        if (set is { IsBinary: false })
        {
            sql.Append((byte)'_');
            sql.Append(set.Name);
            sql.Append((byte)' ');
        }

        sql.Append("X'"u8);
        sql.AppendHex(value);
        // The trailing zeros of BINARY(n) are not in the image, but they count in a comparison.
        if (set is { IsBinary: true } && column.Type == ColumnType.String)
        {
            for (int i = value.Length; i < column.Length; i++)
                sql.Append("00"u8);
        }

        sql.Append((byte)'\'');
    }

    [MethodImpl(Jit.Hot)]
    private static bool IsPlain(CharacterSet? set, ReadOnlySpan<byte> value, out bool hasQuote)
    {
        hasQuote = false;
        if (set == null || set.IsBinary)
            return false;
        TextBytes bytes = TextBytesOf(value);
        hasQuote = (bytes & TextBytes.Quote) != 0;
        if ((bytes & TextBytes.Special) != 0)
            return false;
        return (bytes & TextBytes.NotAscii) == 0 ? set.IsUtf8 || set.IsAsciiTransparent : set.IsUtf8 && Utf8.IsValid(value);
    }

    [MethodImpl(Jit.Hot)]
    private static void WriteQuoted(ReadOnlySpan<byte> value, bool hasQuote, TextBuffer sql)
    {
        sql.Append((byte)'\'');
        for (int quote; hasQuote && (quote = value.IndexOf((byte)'\'')) >= 0; value = value[(quote + 1)..])
        {
            sql.Append(value[..quote]);
            sql.HandOn();
            sql.Append("''"u8);
        }

        sql.Append(value);
        sql.Append((byte)'\'');
    }

    /// <summary>Which of these kinds of bytes there are.</summary>
    [MethodImpl(Jit.Hot)]
    private static TextBytes TextBytesOf(ReadOnlySpan<byte> text)
    {
        TextBytes found = 0;
        if (text.Length < Vector128<byte>.Count)
        {
            foreach (byte b in text)
                found |= (b < ' ' && b is not ((byte)'\n' or (byte)'\t')) || b is (byte)'\\' or 0x7F ? TextBytes.Special
                    : b == '\'' ? TextBytes.Quote : b > 0x7F ? TextBytes.NotAscii : 0;
            return found;
        }

        Vector128<byte> special = default, quote = default, all = default;
        ref byte start = ref MemoryMarshal.GetReference(text);
        for (int at = 0, last = text.Length - Vector128<byte>.Count; ; at += Vector128<byte>.Count)
        {
            // The last sixteen bytes overlap those before them.
            Vector128<byte> bytes = Vector128.LoadUnsafe(ref start, (nuint)Math.Min(at, last));
            Vector128<byte> blank = Vector128.Equals(bytes, Vector128.Create((byte)'\n')) | Vector128.Equals(
                bytes, Vector128.Create((byte)'\t'));
            special |= Vector128.AndNot(Vector128.LessThan(bytes, Vector128.Create((byte)' ')), blank)
                | Vector128.Equals(bytes, Vector128.Create((byte)'\\')) | Vector128.Equals(bytes, Vector128.Create((byte)0x7F));
            quote |= Vector128.Equals(bytes, Vector128.Create((byte)'\''));
            all |= bytes;
            if (at >= last)
                break;
        }

        if (special != default)
            found |= TextBytes.Special;
        if (quote != default)
            found |= TextBytes.Quote;
        if (all.ExtractMostSignificantBits() != 0)
            found |= TextBytes.NotAscii;
        return found;
    }

    [Flags]
    private enum TextBytes
    {
        /// <summary>A backslash, which depends on NO_BACKSLASH_ESCAPES, or a control character that may not survive a client or
        /// a terminal.</summary>
        Special = 1,
        Quote = 2,
        NotAscii = 4,
    }
}
