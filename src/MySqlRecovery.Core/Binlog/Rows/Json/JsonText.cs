using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Rows.Json;

/// <summary>Writes a binary JSON document as the text that the server prints for it.</summary>
internal static class JsonText
{
    public static void Write(ReadOnlySpan<byte> document, TextBuffer text)
    {
        var budget = new JsonBudget(document);
        Write(JsonValue.Parse(document), text, 0, ref budget);
    }

    /// <summary>A JSON string literal: quotes, and the server's escapes.</summary>
    public static void WriteString(ReadOnlySpan<byte> utf8, TextBuffer text)
    {
        text.Append((byte)'"');
        int done = 0;
        for (int i = 0; i < utf8.Length; i++)
        {
            byte b = utf8[i];
            if (b >= 0x20 && b != '"' && b != '\\')
                continue;
            text.Append(utf8[done..i]);
            text.HandOn();
            done = i + 1;
            text.Append((byte)'\\');
            switch (b)
            {
                case (byte)'"' or (byte)'\\': text.Append(b); break;
                case (byte)'\b': text.Append((byte)'b'); break;
                case (byte)'\t': text.Append((byte)'t'); break;
                case (byte)'\n': text.Append((byte)'n'); break;
                case (byte)'\f': text.Append((byte)'f'); break;
                case (byte)'\r': text.Append((byte)'r'); break;
                default:
                    text.Append("u00"u8);
                    text.Append((byte)('0' + (b >> 4)));
                    text.Append("0123456789abcdef"u8[b & 15]);
                    break;
            }
        }

        text.Append(utf8[done..]);
        text.Append((byte)'"');
    }

    /// <summary>A scalar as JSON text; temporal and decimal opaque values as the server prints them.</summary>
    public static void WriteScalar(in JsonValue value, TextBuffer text)
    {
        switch (value.Kind)
        {
            case JsonKind.Literal:
                text.Append(value.Literal switch { 0 => "null"u8, 1 => "true"u8, _ => "false"u8 });
                break;
            case JsonKind.Int16 or JsonKind.Int32 or JsonKind.Int64:
                text.Append(value.Int64);
                break;
            case JsonKind.UInt16 or JsonKind.UInt32 or JsonKind.UInt64:
                text.Append(value.UInt64);
                break;
            case JsonKind.Double:
                WriteDouble(value.Double, text);
                break;
            case JsonKind.String:
                WriteString(value.Text, text);
                break;
            case JsonKind.Opaque:
                WriteOpaque(value, text);
                break;
            default:
                throw JsonValue.Malformed();
        }
    }

    /// <summary>The text of an opaque DECIMAL, or of a temporal value with all six digits, without quotes; false for other types.</summary>
    public static bool TryWriteOpaqueText(in JsonValue value, TextBuffer text)
    {
        ReadOnlySpan<byte> data = value.OpaqueData;
        switch (value.OpaqueType)
        {
            case ColumnType.NewDecimal:
                if (data.Length < 2 || !DecimalText.IsValidInJson(data[0], data[1])
                    || data.Length != 2 + DecimalText.ByteLength(data[0], data[1]))
                    throw JsonValue.Malformed();
                DecimalText.Write(data[2..], data[0], data[1], text);
                return true;
            case ColumnType.Date or ColumnType.DateTime or ColumnType.Timestamp or ColumnType.Time:
                if (data.Length != 8)
                    throw JsonValue.Malformed();
                WriteTemporal(value.OpaqueType, BinaryPrimitives.ReadInt64LittleEndian(data), text);
                return true;
            default:
                return false;
        }
    }

    private static void Write(in JsonValue value, TextBuffer text, int depth, ref JsonBudget budget)
    {
        budget.Spend(value, depth);
        if (!value.IsContainer)
        {
            WriteScalar(value, text);
            return;
        }

        text.Append(value.IsObject ? (byte)'{' : (byte)'[');
        for (int i = 0; i < value.Count; i++)
        {
            if (i > 0)
                text.Append(", "u8);
            if (value.IsObject)
            {
                budget.Spend(value.Key(i));
                WriteString(value.Key(i), text);
                text.Append(": "u8);
            }

            Write(value.Element(i), text, depth + 1, ref budget);
        }

        text.Append(value.IsObject ? (byte)'}' : (byte)']');
    }

    private static void WriteDouble(double value, TextBuffer text)
    {
        int start = text.Length;
        DoubleText.Write(value, text);
        if (!text.Written[start..].ContainsAny((byte)'.', (byte)'e'))
            text.Append(".0"u8);
    }

    private static void WriteOpaque(in JsonValue value, TextBuffer text)
    {
        if (value.OpaqueType == ColumnType.NewDecimal)
        {
            TryWriteOpaqueText(value, text);
            return;
        }

        text.Append((byte)'"');
        if (!TryWriteOpaqueText(value, text))
        {
            text.Append("base64:type"u8);
            text.Append(((byte)value.OpaqueType).ToString(CultureInfo.InvariantCulture));
            text.Append((byte)':');
            Span<byte> target = text.Reserve(Base64.GetMaxEncodedToUtf8Length(value.OpaqueData.Length));
            Base64.EncodeToUtf8(value.OpaqueData, target, out _, out int written);
            text.Advance(written);
        }

        text.Append((byte)'"');
    }

    // 24 bits of microseconds below the packed date and time; a negative TIME is the negated whole.
    private static void WriteTemporal(ColumnType type, long packed, TextBuffer text)
    {
        bool negative = packed < 0;
        long magnitude = negative ? -packed : packed;
        int microsecond = (int)(magnitude & (1 << 24) - 1);
        long high = magnitude >> 24;
        if (type == ColumnType.Time)
        {
            var time = new TemporalParts(
                0, 0, 0, (int)(high >> 12 & 1023), (int)(high >> 6 & 63), (int)(high & 63), TemporalText.CheckFraction(microsecond),
                negative);
            TemporalText.WriteTime(time, 6, text);
            return;
        }

        TemporalParts parts = TemporalText.FromPacked(high, microsecond, false);
        if (type == ColumnType.Date)
            TemporalText.WriteDate(parts, text);
        else
            TemporalText.WriteDateTime(parts, 6, text);
    }
}
