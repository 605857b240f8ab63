using System.Text;
using System.Text.Unicode;
using MySqlRecovery.Consistency.Schema;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Text;

namespace MySqlRecovery.Consistency.Data;

/// <summary>
/// A column as the SQL for one of the two servers names it. Values travel as bytes that are equal if and only if the
/// values are.
/// </summary>
internal sealed class ColumnSql
{
    private const string HashOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private readonly LiveColumn _column;
    private readonly ValueForm _form;
    private readonly string? _characterSet;
    private readonly ColumnKind _own;
    private readonly string _marker;

    /// <param name="column">The column on that server.</param>
    /// <param name="form">How its values are written, the same on both servers.</param>
    /// <param name="characterSet">The character set of the bytes as that server spells it; null for types without one.</param>
    /// <param name="ofReplica">Which of the two it is.</param>
    public ColumnSql(LiveColumn column, ValueForm form, string? characterSet, bool ofReplica)
    {
        _marker = ofReplica ? "?replica" : "?source";
        _column = column;
        _form = form;
        _characterSet = characterSet;
        _own = ValueForm.KindOf(column.DataType);
        Name = SqlIdentifier.Quote(column.Name);
    }

    /// <summary>In backquotes.</summary>
    public string Name { get; }

    /// <summary>
    /// An expression whose bytes are the value's text, exactly: of other than binary strings, providers make numbers and
    /// times of their own.
    /// </summary>
    public string Value =>
        IsBinary ? Plain : _form.Kind == ColumnKind.Json ? Readable($"NULLIF(CAST({Plain} AS BINARY),'')") : $"CAST({Plain} AS BINARY)";

    private bool IsBinary =>
        _form.Kind is ColumnKind.Text or ColumnKind.Members || (_form.Kind is ColumnKind.Bytes && _column.DataType != "vector");

    /// <summary>An expression whose text is the value, exactly.</summary>
    private string Plain => _form.Kind switch
    {
        // The display width of a ZEROFILL may differ, and BIT is not text.
        ColumnKind.Integer or ColumnKind.Bit => _column.IsZerofill || _own == ColumnKind.Bit ? $"({Name}+0)" : Name,
        ColumnKind.Decimal when _form.Scale is { } scale => $"CAST({Name} AS DECIMAL(65,{scale}))",
        ColumnKind.Decimal => _column.IsZerofill ? $"({Name}+0)" : Name,
        // A FLOAT prints six digits, the DOUBLE it becomes all it needs; a factor, because -0.0 + 0 is 0.
        ColumnKind.Real => $"({Name}*1e0)",
        ColumnKind.Temporal when _form.Cast is { } type => $"CAST({Name} AS {type})",
        ColumnKind.Text => $"CAST({Converted} AS BINARY)",
        // The text of an invalid value (index 0) may be that of a member.
        ColumnKind.Members => $"CONCAT({Name}+0=0,CAST({Converted} AS BINARY))",
        ColumnKind.Bytes when _own != ColumnKind.Bytes => $"CAST({Name} AS BINARY)",
        ColumnKind.Json => _own == ColumnKind.Text ? $"CONVERT({Name} USING utf8mb4)" : $"CAST({Name} AS CHAR)",
        ColumnKind.Other => $"CAST({Name} AS CHAR)",
        _ => Name,
    };

    private bool IsUtf8 => _characterSet is null or "utf8mb4" or "utf8mb3" or "utf8";

    // Of a value without character set, or of another kind than the other server's, the text is meant.
    private string Converted => !_form.Converts ? Name
        : _own is ColumnKind.Text or ColumnKind.Members
            ? $"CONVERT({Name} USING utf8mb4)" : $"CONVERT(CAST({PlainOwn} AS CHAR) USING utf8mb4)";

    private string PlainOwn =>
        _own == ColumnKind.Real ? $"({Name}*1e0)" : _column.IsZerofill || _own == ColumnKind.Bit ? $"({Name}+0)" : Name;

    /// <summary>What the column adds to the text of a row, which is a binary string: no other value gives the same.</summary>
    public string RowText(bool fast)
    {
        string value = _form.Kind switch
        {
            // In a binary string text needs no cast, which would take longer than the hash.
            ColumnKind.Text => Converted,
            ColumnKind.Members => $"CONCAT({Name}+0=0,{Converted})",
            ColumnKind.Real when _column.ColumnType.StartsWith("double", StringComparison.OrdinalIgnoreCase)
                && !_column.ColumnType.Contains('(', StringComparison.Ordinal) => Name,
            _ => Plain,
        };
        if (_form.Kind == ColumnKind.Json)
        {
            // Not NULLIF, which would write the document twice.
            return Readable(fast
                ? $"REPLACE(CONCAT('/',LENGTH({value}),'/',CRC32({value}),'/'),'/0/0/','{_marker}')"
                : $"REPLACE(SHA2({value},256),'{HashOfNothing}','{_marker}')");
        }

        if (_form.IsLong)
            return fast ? $"LENGTH({value}),CRC32({value})" : $"SHA2({value},256)";

        return _form.Kind is ColumnKind.Text or ColumnKind.Members or ColumnKind.Bytes or ColumnKind.Other
            ? $"LENGTH({value}),{value}" : value;
    }

    /// <summary>Whether a statement can write the value: servers refuse literals that are not valid in their character set.</summary>
    public bool CanWrite(byte[]? value) =>
        value == null || _form.Kind is not (ColumnKind.Text or ColumnKind.Members) || !IsUtf8 || Utf8.IsValid(value);

    /// <summary>Whether <see cref="IsExactly"/> finds a value: of JSON in a column of text the bytes are not known any more.</summary>
    public bool CanFind => !_form.IsNormalized || _own == ColumnKind.Json;

    /// <summary>Whether a server in strict mode refuses the value's literal: index 0 of an ENUM.</summary>
    public bool NeedsLenientMode(byte[]? value) => value != null && IsInvalidMember(value);

    /// <summary>Whether the value is there and the server did not give it, because its text is longer than max_allowed_packet.</summary>
    public bool IsUnreadable(byte[]? value) =>
        _form.Kind == ColumnKind.Json && value != null && value.AsSpan().SequenceEqual(Encoding.ASCII.GetBytes(_marker));

    /// <summary>The value as it is compared: of documents that the servers write in other ways, what both would write.</summary>
    public byte[]? Normalize(byte[]? value) =>
        value == null || !_form.IsNormalized || IsUnreadable(value) ? value : JsonText.Normalize(value);

    /// <summary>Whether two values of the column are one in other words.</summary>
    public bool AreAlike(byte[]? a, byte[]? b) => _form.Kind == ColumnKind.Json && a != null && b != null
        && JsonText.Normalize(a).AsSpan().SequenceEqual(JsonText.Normalize(b));

    /// <summary>The value as the object that users get: the same types as in row changes.</summary>
    public object? ToObject(byte[]? value) => value == null ? null : ValueObject.Of(value, _form.Kind, _column, _characterSet);

    /// <summary>The SQL that gives a value of <see cref="Value"/> back on that server.</summary>
    public string Literal(ReadOnlySpan<byte> value)
    {
        using var sql = new TextBuffer();
        switch (_form.Kind)
        {
            case ColumnKind.Integer or ColumnKind.Decimal or ColumnKind.Bit:
                sql.Append(value);
                break;
            case ColumnKind.Real:
                sql.Append(value);
                if (!value.Contains((byte)'e'))
                    sql.Append("e0"u8);
                break;
            case ColumnKind.Members when IsInvalidMember(value):
                sql.Append((byte)'0');
                break;
            case ColumnKind.Members:
                WriteText(value[1..], sql);
                break;
            case ColumnKind.Bytes:
                SqlLiteral.WriteHex(value, sql);
                break;
            default:
                WriteText(value, sql);
                break;
        }

        return sql.ToString();
    }

    /// <summary>The condition that the column has a value, byte by byte.</summary>
    public string IsExactly(byte[]? value)
    {
        if (value == null)
            return $"{Name} IS NULL";
        if (_form.Kind is ColumnKind.Integer or ColumnKind.Decimal or ColumnKind.Bit or ColumnKind.Temporal)
            return $"{Name} = {Literal(value)}";
        if (_form.IsNormalized && _own == ColumnKind.Json)
            return $"{Name} = CAST({Literal(value)} AS JSON)";
        if (_form.Kind is ColumnKind.Bytes)
            return $"HEX({Name}) = '{Convert.ToHexString(value)}'";
        string text = IsPlain(value) ? SqlString.Quote(Encoding.ASCII.GetString(value)) : $"X'{Convert.ToHexString(value)}'";
        return $"CAST({Plain} AS BINARY) = {text}";
    }

    // Quoted in every sql_mode, and the same bytes in every character set that the session may have.
    private static bool IsPlain(ReadOnlySpan<byte> value) =>
        !value.ContainsAnyExceptInRange((byte)' ', (byte)'~') && !value.Contains((byte)'\\');

    // CAST gives NULL, or '' in 9.x, for a document whose text is longer than max_allowed_packet. No document begins like the
    // marker, and the two servers' are not equal: such a row is looked at, and not taken for right.
    private string Readable(string value) => $"IF({Name} IS NULL,NULL,COALESCE({value},'{_marker}'))";

    private bool IsInvalidMember(ReadOnlySpan<byte> value) =>
        _form.Kind == ColumnKind.Members && value[0] == '1' && _column.DataType == "enum";

    private void WriteText(ReadOnlySpan<byte> value, TextBuffer sql)
    {
        // The bytes of UTF-16 may look like ASCII, and those of a few other sets mean other characters than ASCII's.
        bool isTransparent = IsUtf8 || CharacterSets.ByName(_characterSet!)?.IsAsciiTransparent == true;
        if ((isTransparent && IsPlain(value)) || (IsUtf8 && Utf8.IsValid(value) && !value.ContainsAnyInRange((byte)0, (byte)31)))
        {
            SqlLiteral.WriteUtf8(value, sql);
            return;
        }

        sql.Append($"_{_characterSet ?? "utf8mb4"} ");
        SqlLiteral.WriteHex(value, sql);
    }
}
