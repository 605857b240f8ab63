using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Rows.Json;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Output.Rows;

/// <summary>The columns of a table whose rows are written.</summary>
/// <param name="Database">The database; may be empty.</param>
/// <param name="Table">The table.</param>
/// <param name="Columns">The columns, without those that the server computes.</param>
internal sealed record RowShape(string Database, string Table, string[] Columns)
{
    /// <summary>The table as statements name it.</summary>
    public string Name => new TableName(Database.Length == 0 ? null : Database, Table).Quoted;
}

/// <summary>Writes rows as text into a buffer. A value is a number, text or bytes; each format has its way with them.</summary>
/// <param name="shape">The columns.</param>
/// <param name="longest">The longest text that a row may have.</param>
internal abstract class RowTextWriter(RowShape shape, long longest = long.MaxValue) : IDisposable
{
    private readonly TextBuffer _value = new();

    public RowShape Shape { get; } = shape;

    /// <summary>What has been written since it was last cleared.</summary>
    public TextBuffer Text { get; } = new() { MaximumLength = longest };

    /// <summary>Columns that LOAD DATA must convert: hexadecimal bytes, or numbers that may be a BIT's.</summary>
    public ColumnConversion[] Conversions { get; } = new ColumnConversion[shape.Columns.Length];

    public static RowTextWriter Create(TableRowFormat format, RowShape shape) => format switch
    {
        TableRowFormat.Sql => new SqlRowWriter(shape),
        TableRowFormat.Tsv => new TsvRowWriter(shape),
        TableRowFormat.Csv => new CsvRowWriter(shape),
        _ => new JsonRowWriter(shape),
    };

    /// <summary>What the file starts with.</summary>
    public virtual void WriteHead()
    {
    }

    public abstract void BeginRow();

    /// <summary>Begins a row whose text is handed on in pieces. It was written once before, to see whether it can be.</summary>
    public virtual void BeginLargeRow() => BeginRow();

    public abstract void EndRow();

    /// <summary>Takes a row back that was begun at <paramref name="start"/>.</summary>
    public virtual void TakeBack(int start) => Text.Truncate(start);

    /// <summary>Ends what several rows are in, so that something else may follow.</summary>
    public virtual void Flush()
    {
    }

    public abstract void AddNull(int column);

    public abstract void AddNumber(int column, ReadOnlySpan<byte> digits);

    public abstract void AddText(int column, ReadOnlySpan<byte> utf8);

    public abstract void AddBytes(int column, ReadOnlySpan<byte> bytes);

    /// <summary>Adds a value in the form of row images.</summary>
    /// <exception cref="InvalidDataException">The value is not one of its column.</exception>
    [MethodImpl(Jit.Hot)]
    public virtual void Add(int column, ColumnDefinition definition, ReadOnlySpan<byte> value)
    {
        switch (definition.Type)
        {
            case ColumnType.Tiny or ColumnType.Short or ColumnType.Int24 or ColumnType.Long or ColumnType.LongLong:
                AddInteger(column, definition, value);
                break;
            case ColumnType.Float:
                AddNumber(
                    column, Encoding.ASCII.GetBytes(
                        Finite(BinaryPrimitives.ReadSingleLittleEndian(value)).ToString("R", CultureInfo.InvariantCulture)));
                break;
            case ColumnType.Double:
                DoubleText.Write(BinaryPrimitives.ReadDoubleLittleEndian(value), Cleared());
                AddNumber(column, _value.Written);
                break;
            case ColumnType.NewDecimal:
                DecimalText.Write(value, definition.Length, definition.Scale, Cleared());
                AddNumber(column, _value.Written);
                break;
            case ColumnType.Year:
                Cleared().Append(value[0] == 0 ? 0L : 1900 + value[0]);
                AddNumber(column, _value.Written);
                break;
            case ColumnType.Bit:
                AddUnsigned(column, ColumnValue.ReadBigEndian(value));
                break;
            case ColumnType.Json:
                JsonText.Write(value, Cleared());
                AddText(column, _value.Written);
                break;
            case ColumnType.Geometry or ColumnType.Vector:
                AddBytes(column, value);
                break;
            case ColumnType.Enum or ColumnType.Set:
                AddObject(column, ColumnValue.Decode(definition, value));
                break;
            default:
                if (TemporalValue.IsTemporal(definition.Type))
                {
                    TemporalValue.Write(definition, value, Cleared());
                    AddText(column, _value.Written);
                }
                else
                {
                    AddString(column, definition, value);
                }

                break;
        }
    }

    /// <summary>Adds a value in the form in which users have it.</summary>
    public void AddObject(int column, object? value)
    {
        switch (value)
        {
            case null:
                AddNull(column);
                break;
            case string text:
                AddText(column, Encoding.UTF8.GetBytes(text));
                break;
            case byte[] bytes:
                AddBytes(column, bytes);
                break;
            case DateTime moment:
                AddText(column, Encoding.ASCII.GetBytes(moment.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture)));
                break;
            case TimeSpan span:
                TemporalText.WriteTime(Parts(span), span.Ticks % TimeSpan.TicksPerSecond == 0 ? 0 : 6, Cleared());
                AddText(column, _value.Written);
                break;
            case ulong unsigned:
                AddUnsigned(column, unsigned);
                break;
            case double number:
                DoubleText.Write(number, Cleared());
                AddNumber(column, _value.Written);
                break;
            case float number:
                AddNumber(column, Encoding.ASCII.GetBytes(Finite(number).ToString("R", CultureInfo.InvariantCulture)));
                break;
            case bool flag:
                AddNumber(column, flag ? "1"u8 : "0"u8);
                break;
            case IFormattable number:
                AddNumber(column, Encoding.ASCII.GetBytes(number.ToString(null, CultureInfo.InvariantCulture)));
                break;
            default:
                throw new InvalidDataException($"column {Shape.Columns[column]} has a value of type {value.GetType().Name}");
        }
    }

    public void Dispose()
    {
        _value.Dispose();
        Text.Dispose();
    }

    /// <summary>Bytes as hexadecimal digits, to be turned back when they are loaded.</summary>
    protected void AppendHex(int column, ReadOnlySpan<byte> bytes)
    {
        Conversions[column] = ColumnConversion.Hexadecimal;
        Text.AppendHex(bytes);
    }

    [MethodImpl(Jit.Hot)]
    private void AddInteger(int column, ColumnDefinition definition, ReadOnlySpan<byte> value)
    {
        ulong raw = ColumnValue.ReadLittleEndian(value);
        int unused = 64 - (8 * value.Length);
        if (definition.IsUnsigned == true)
            Cleared().Append(raw);
        else
            Cleared().Append((long)(raw << unused) >> unused);
        AddNumber(column, _value.Written);
    }

    private void AddUnsigned(int column, ulong value)
    {
        if (Conversions[column] == ColumnConversion.None)
            Conversions[column] = ColumnConversion.Unsigned;
        Cleared().Append(value);
        AddNumber(column, _value.Written);
    }

    [MethodImpl(Jit.Hot)]
    private void AddString(int column, ColumnDefinition definition, ReadOnlySpan<byte> value)
    {
        CharacterSet? set = definition.CharacterSet;
        if (set is { IsUtf8: true } && Utf8.IsValid(value))
            AddText(column, value);
        else if (set is { IsAsciiTransparent: true, IsBinary: false } && Ascii.IsValid(value))
            AddText(column, value);
        else if (set is { IsBinary: true } && definition is { TextForm: BytesAsText.None, Type: not ColumnType.String })
            AddBytes(column, value);
        else
            AddObject(column, ColumnValue.Decode(definition, value));
    }

    private TextBuffer Cleared()
    {
        _value.Clear();
        return _value;
    }

    private static float Finite(float value) => float.IsFinite(value) ? value
        : throw new InvalidDataException("a floating-point value that is not a number");

    private static TemporalParts Parts(TimeSpan span)
    {
        TimeSpan size = span.Duration();
        return new TemporalParts(
            0, 0, 0, (int)size.TotalHours, size.Minutes, size.Seconds, (int)(size.Ticks % TimeSpan.TicksPerSecond / 10),
            span < TimeSpan.Zero);
    }
}

/// <summary>What LOAD DATA must do with a column's fields.</summary>
internal enum ColumnConversion
{
    None,

    /// <summary>UNHEX.</summary>
    Hexadecimal,

    /// <summary>CAST AS UNSIGNED: a BIT would take the digits for its bytes.</summary>
    Unsigned,
}
