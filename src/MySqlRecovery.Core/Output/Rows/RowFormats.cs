using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Rows.Json;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Text;

namespace MySqlRecovery.Output.Rows;

/// <summary>INSERT statements of many rows.</summary>
internal sealed class SqlRowWriter : RowTextWriter
{
    private const int LongStatement = 512 << 10;
    private readonly byte[] _insert;
    private bool _isOpen, _isFirst, _needsLenientMode, _isLarge;
    private int _start, _rowStart, _valuesStart;

    public SqlRowWriter(RowShape shape)
        : base(shape, SqlScriptWriter.LongestStatement)
    {
        using var head = new TextBuffer();
        head.Append("INSERT INTO "u8);
        head.Append(shape.Name);
        head.Append(" ("u8);
        for (int i = 0; i < shape.Columns.Length; i++)
        {
            if (i > 0)
                head.Append(", "u8);
            head.Append(SqlIdentifier.Quote(shape.Columns[i]));
        }

        head.Append(") VALUES\n"u8);
        _insert = head.Written.ToArray();
    }

    public override void WriteHead()
    {
        foreach (string setting in SqlScriptWriter.Settings)
            Text.Append($"{setting}\n");
    }

    [MethodImpl(Jit.Hot)]
    public override void BeginRow()
    {
        (_rowStart, _needsLenientMode) = (Text.Length, false);
        if (_isOpen)
        {
            Text.Append(",\n"u8);
        }
        else
        {
            _start = Text.Length;
            Text.Append(_insert);
        }

        _valuesStart = Text.Length;
        Text.Append((byte)'(');
        (_isOpen, _isFirst) = (true, true);
    }

    // In a statement of its own: where it begins is forgotten once it is handed on.
    public override void BeginLargeRow()
    {
        Flush();
        if (_needsLenientMode)
            Text.Append($"{SqlScriptWriter.LenientMode}\n");
        BeginRow();
        _isLarge = true;
    }

    [MethodImpl(Jit.Hot)]
    public override void EndRow()
    {
        Text.Append((byte)')');
        if (_isLarge)
        {
            Flush();
            if (_needsLenientMode)
                Text.Append($"{SqlScriptWriter.StrictMode}\n");
            _isLarge = false;
            return;
        }

        if (_needsLenientMode)
            SetApart();
        if (Text.Length - _start >= LongStatement)
            Flush();
    }

    public override void TakeBack(int start)
    {
        base.TakeBack(start);
        _isOpen = start > 0 && !Text.Written.EndsWith(";\n"u8);
    }

    public override void Flush()
    {
        if (_isOpen)
            Text.Append(";\n"u8);
        _isOpen = false;
    }

    public override void AddNull(int column) => Next().Append("NULL"u8);

    public override void AddNumber(int column, ReadOnlySpan<byte> digits) => Next().Append(digits);

    public override void AddText(int column, ReadOnlySpan<byte> utf8) => SqlLiteral.WriteUtf8(utf8, Next());

    public override void AddBytes(int column, ReadOnlySpan<byte> bytes) => SqlLiteral.WriteHex(bytes, Next());

    [MethodImpl(Jit.Hot)]
    public override void Add(int column, ColumnDefinition definition, ReadOnlySpan<byte> value)
    {
        _needsLenientMode |= definition.Type == ColumnType.Enum && ColumnValue.ReadLittleEndian(value) == 0;
        if (definition.Type == ColumnType.Json && !JsonSql.IsExpressible(value))
            throw new InvalidDataException(
                $"column {definition.Name} holds a JSON document with a BIT or BLOB value, which SQL cannot write");
        SqlLiteral.Write(definition, value, Next());
    }

    // The row gets a statement of its own, with a mode of its own around it.
    private void SetApart()
    {
        byte[] values = Text.Written[_valuesStart..].ToArray();
        TakeBack(_rowStart);
        Flush();
        Text.Append($"{SqlScriptWriter.LenientMode}\n");
        Text.Append(_insert);
        Text.Append(values);
        Text.Append($";\n{SqlScriptWriter.StrictMode}\n");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TextBuffer Next()
    {
        if (!_isFirst)
            Text.Append(", "u8);
        _isFirst = false;
        return Text;
    }
}

/// <summary>Fields with tabs between them, in the escapes of LOAD DATA's defaults.</summary>
internal sealed class TsvRowWriter(RowShape shape) : RowTextWriter(shape)
{
    private static readonly SearchValues<byte> Special = SearchValues.Create("\\\t\n\r\0"u8);
    private bool _isFirst;

    public override void BeginRow() => _isFirst = true;

    public override void EndRow() => Text.Append((byte)'\n');

    public override void AddNull(int column) => Next().Append("\\N"u8);

    public override void AddNumber(int column, ReadOnlySpan<byte> digits) => Next().Append(digits);

    [MethodImpl(Jit.Hot)]
    public override void AddText(int column, ReadOnlySpan<byte> utf8)
    {
        TextBuffer text = Next();
        for (int at; (at = utf8.IndexOfAny(Special)) >= 0; utf8 = utf8[(at + 1)..])
        {
            text.Append(utf8[..at]);
            text.HandOn();
            text.Append((byte)'\\');
            text.Append(
                utf8[at] switch { (byte)'\t' => (byte)'t', (byte)'\n' => (byte)'n', (byte)'\r' => (byte)'r', 0 => (byte)'0', byte b => b });
        }

        text.Append(utf8);
    }

    public override void AddBytes(int column, ReadOnlySpan<byte> bytes)
    {
        Next();
        AppendHex(column, bytes);
    }

    /// <summary>The statement that loads the file.</summary>
    public static string LoadData(RowShape shape, ReadOnlySpan<ColumnConversion> conversions, string file)
    {
        var columns = new List<string>();
        var sets = new List<string>();
        for (int i = 0; i < shape.Columns.Length; i++)
        {
            string name = SqlIdentifier.Quote(shape.Columns[i]);
            columns.Add(conversions[i] == ColumnConversion.None ? name : $"@c{i}");
            if (conversions[i] != ColumnConversion.None)
                sets.Add(conversions[i] == ColumnConversion.Hexadecimal ? $"{name} = UNHEX(@c{i})" : $"{name} = CAST(@c{i} AS UNSIGNED)");
        }

        string set = sets.Count == 0 ? string.Empty : $"\nSET {string.Join(", ", sets)}";
        string path = SqlString.Quote(file.Replace('\\', '/'));
        return $"""
            {string.Join('\n', SqlScriptWriter.Settings)}
            LOAD DATA LOCAL INFILE {path} INTO TABLE {shape.Name} CHARACTER SET utf8mb4
            FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES TERMINATED BY '\n'
            ({string.Join(", ", columns)}){set};

            """;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TextBuffer Next()
    {
        if (!_isFirst)
            Text.Append((byte)'\t');
        _isFirst = false;
        return Text;
    }
}

/// <summary>Fields with commas between them (RFC 4180): NULL is an empty field, empty text two quotes, bytes are hexadecimal.</summary>
internal sealed class CsvRowWriter(RowShape shape) : RowTextWriter(shape)
{
    private static readonly SearchValues<byte> Special = SearchValues.Create(",\"\n\r"u8);
    private bool _isFirst;

    public override void WriteHead()
    {
        BeginRow();
        for (int i = 0; i < Shape.Columns.Length; i++)
            AddText(i, Encoding.UTF8.GetBytes(Shape.Columns[i]));
        EndRow();
    }

    public override void BeginRow() => _isFirst = true;

    public override void EndRow() => Text.Append("\r\n"u8);

    public override void AddNull(int column) => Next();

    public override void AddNumber(int column, ReadOnlySpan<byte> digits) => Next().Append(digits);

    public override void AddText(int column, ReadOnlySpan<byte> utf8)
    {
        TextBuffer text = Next();
        if (utf8.Length > 0 && !utf8.ContainsAny(Special))
        {
            text.Append(utf8);
            return;
        }

        text.Append((byte)'"');
        for (int at; (at = utf8.IndexOf((byte)'"')) >= 0; utf8 = utf8[(at + 1)..])
        {
            text.Append(utf8[..at]);
            text.HandOn();
            text.Append("\"\""u8);
        }

        text.Append(utf8);
        text.Append((byte)'"');
    }

    public override void AddBytes(int column, ReadOnlySpan<byte> bytes)
    {
        Next().Append("0x"u8);
        AppendHex(column, bytes);
    }

    private TextBuffer Next()
    {
        if (!_isFirst)
            Text.Append((byte)',');
        _isFirst = false;
        return Text;
    }
}

/// <summary>A JSON object a line; bytes are hexadecimal text with 0x before.</summary>
internal sealed class JsonRowWriter : RowTextWriter
{
    private readonly byte[][] _names;
    private bool _isFirst;

    public JsonRowWriter(RowShape shape)
        : base(shape) => _names = Array.ConvertAll(shape.Columns, Quote);

    public override void BeginRow()
    {
        Text.Append((byte)'{');
        _isFirst = true;
    }

    public override void EndRow() => Text.Append("}\n"u8);

    public override void AddNull(int column) => Next(column).Append("null"u8);

    public override void AddNumber(int column, ReadOnlySpan<byte> digits) => Next(column).Append(digits);

    public override void AddText(int column, ReadOnlySpan<byte> utf8) => JsonText.WriteString(utf8, Next(column));

    public override void AddBytes(int column, ReadOnlySpan<byte> bytes)
    {
        Next(column).Append("\"0x"u8);
        AppendHex(column, bytes);
        Text.Append((byte)'"');
    }

    private static byte[] Quote(string name)
    {
        using var text = new TextBuffer();
        JsonText.WriteString(Encoding.UTF8.GetBytes(name), text);
        text.Append((byte)':');
        return text.Written.ToArray();
    }

    private TextBuffer Next(int column)
    {
        if (!_isFirst)
            Text.Append((byte)',');
        _isFirst = false;
        Text.Append(_names[column]);
        return Text;
    }
}
