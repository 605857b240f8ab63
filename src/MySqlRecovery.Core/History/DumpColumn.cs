using System.Globalization;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Restore;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.History;

/// <summary>Makes of a dump's values those that <see cref="StoredValue"/> makes of the log's, so that they can be compared.</summary>
internal sealed class DumpColumn
{
    private readonly ColumnDefinition _definition;
    private readonly ColumnSchema _schema;

    /// <param name="schema">The column.</param>
    /// <param name="isMariaDb">Whether a MariaDB wrote the dump.</param>
    /// <exception cref="InvalidDataException">Values of its type are not in a dump as they are in the table.</exception>
    public DumpColumn(ColumnSchema schema, bool isMariaDb)
    {
        _schema = schema;
        _definition = schema.ToDefinition(isMariaDb);
        if (_definition.Type == ColumnType.Float)
            throw new InvalidDataException($"column {schema.Name} is a FLOAT, of which a dump has six digits only");
    }

    /// <summary>The value; null for NULL.</summary>
    /// <exception cref="InvalidDataException">The column cannot have it.</exception>
    public byte[]? Convert(DumpValue value, TextBuffer scratch)
    {
        if (!value.IsGiven)
            throw new InvalidDataException($"the dump has no values of column {_schema.Name}");
        if (value.Bytes is not { } bytes)
            return null;
        switch (_definition.Type)
        {
            case ColumnType.Tiny or ColumnType.Short or ColumnType.Int24 or ColumnType.Long or ColumnType.LongLong or ColumnType.Year:
                return Ascii(decimal.Parse(Text(bytes), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
                    .ToString(CultureInfo.InvariantCulture));
            case ColumnType.NewDecimal:
                return Ascii(TrimmedZeros(Text(bytes)));
            case ColumnType.Double:
                scratch.Clear();
                DoubleText.Write(double.Parse(bytes, NumberStyles.Float, CultureInfo.InvariantCulture), scratch);
                return scratch.Written.ToArray();
            case ColumnType.Bit:
                return Ascii(ColumnValue.ReadBigEndian(bytes).ToString(CultureInfo.InvariantCulture));
            case ColumnType.Enum:
                return Ascii(IndexOf(Text(bytes)).ToString(CultureInfo.InvariantCulture));
            case ColumnType.Set:
                ulong bits = 0;
                foreach (string member in Text(bytes).Split(',', StringSplitOptions.RemoveEmptyEntries))
                    bits |= IndexOf(member) is > 0 and var index ? 1UL << index - 1 : throw Impossible(member);
                return Ascii(bits.ToString(CultureInfo.InvariantCulture));
            default:
                return _definition.CharacterSet is not { IsBinary: false, IsUtf8: false } set || _definition.TextForm != BytesAsText.None
                    || !_definition.IsCharacter ? bytes
                    : set.Encode(Text(bytes)) ?? throw Impossible("a text that is not in its character set");
        }
    }

    // The server writes 0 before the point, and none before other digits but for ZEROFILL.
    private static string TrimmedZeros(string number)
    {
        string sign = number.StartsWith('-') ? "-" : string.Empty;
        string digits = number[sign.Length..].TrimStart('0');
        return sign + (digits.Length == 0 || digits[0] == '.' ? "0" + digits : digits);
    }

    private int IndexOf(string member)
    {
        string[] members = _definition.Members ?? [];
        int index = Array.IndexOf(members, member) + 1;
        return index > 0 || member.Length == 0 ? index : throw Impossible(member);
    }

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    private InvalidDataException Impossible(string value) => new($"column {_schema.Name} cannot have {value}");
}
