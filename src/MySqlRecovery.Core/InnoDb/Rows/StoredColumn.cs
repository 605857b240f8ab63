using System.Buffers.Binary;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;

namespace MySqlRecovery.InnoDb.Rows;

/// <summary>A column of a table, and how its values lie in a clustered index record.</summary>
internal sealed class StoredColumn
{
    private readonly Form _form;
    private readonly int _padding;

    /// <param name="definition">The column in the form in which row images have it: one decoder serves both.</param>
    /// <param name="field">Position of its whole value among the record's fields; -1 for a column that is not stored.</param>
    public StoredColumn(ColumnDefinition definition, int field)
    {
        Definition = definition;
        Field = field;
        _form = FormOf(definition);
        _padding = definition.CharacterSet?.Name switch { "ucs2" or "utf16" => 2, "utf16le" => -2, "utf32" => 4, _ => 1 };
    }

    /// <summary>Whether values are MariaDB's compressed ones (<see cref="CompressedColumn"/>).</summary>
    public bool IsCompressed { get; init; }

    /// <summary>The same with the value of records that are older than the column.</summary>
    public StoredColumn WithDefault(byte[]? value) => new(Definition, Field) { Default = value, IsCompressed = IsCompressed };

    private enum Form
    {
        AsItIs,
        Unsigned,
        Signed,
        Padded,
    }

    public ColumnDefinition Definition { get; }

    public int Field { get; }

    /// <summary>The value, in InnoDB's form, of records that are older than the column; null: NULL.</summary>
    public byte[]? Default { get; init; }

    /// <summary>
    /// Writes a value as a row image has it: InnoDB keeps integers, and what it takes for integers (DATE, ENUM, SET, the
    /// temporal types of before 5.6.4), big-endian with the sign bit turned, and CHAR with the spaces at its end
    /// (ha_innodb.cc row_mysql_store_col_in_innobase_format, get_innobase_type_from_mysql_type).
    /// </summary>
    /// <returns>Bytes written to <paramref name="target"/>, which has room for as many as there are.</returns>
    public int Convert(ReadOnlySpan<byte> value, Span<byte> target)
    {
        if (Definition.FixedLength > 0 && value.Length != Definition.FixedLength)
            throw new InvalidDataException(
                $"a value of {value.Length} bytes in {Definition.Name}, whose values have {Definition.FixedLength}");
        if (_form == Form.Padded)
            value = value[..Unpadded(value)];
        value.CopyTo(target);
        if (_form is Form.Signed or Form.Unsigned)
        {
            if (_form == Form.Signed)
                target[0] ^= 0x80;
            Reverse(target[..value.Length]);
        }

        return value.Length;
    }

    private static void Reverse(Span<byte> bytes)
    {
        if (bytes.Length == 4)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, BinaryPrimitives.ReadUInt32BigEndian(bytes));
        else if (bytes.Length == 8)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, BinaryPrimitives.ReadUInt64BigEndian(bytes));
        else
            bytes.Reverse();
    }

    private static Form FormOf(ColumnDefinition column) => column.Type switch
    {
        ColumnType.Tiny or ColumnType.Short or ColumnType.Int24 or ColumnType.Long or ColumnType.LongLong =>
            column.IsUnsigned == true ? Form.Unsigned : Form.Signed,
        ColumnType.Date or ColumnType.NewDate or ColumnType.Time or ColumnType.DateTime => Form.Signed,
        ColumnType.Timestamp or ColumnType.Enum or ColumnType.Set => Form.Unsigned,
        ColumnType.String when column.CharacterSet is { IsBinary: false } => Form.Padded,
        _ => Form.AsItIs,
    };

    private int Unpadded(ReadOnlySpan<byte> value)
    {
        if (_padding == 1)
            return value.TrimEnd((byte)' ').Length;
        int width = Math.Abs(_padding), length = value.Length;
        for (; length >= width; length -= width)
        {
            ReadOnlySpan<byte> last = value.Slice(length - width, width);
            if (last[_padding < 0 ? 0 : width - 1] != ' ' || last.IndexOfAnyExcept((byte)0) != last.LastIndexOfAnyExcept((byte)0))
                break;
        }

        return length;
    }
}
