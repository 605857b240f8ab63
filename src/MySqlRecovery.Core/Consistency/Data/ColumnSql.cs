using System.Text.Unicode;
using System.Text;
using MySqlRecovery.Binlog.Events;
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
    private readonly LiveColumn _column;
    private readonly bool _convert;

    /// <param name="column">The column on that server.</param>
    /// <param name="kind">How it is compared, the same on both servers.</param>
    /// <param name="characterSet">The character set of the bytes as that server spells it; null for types without one.</param>
    /// <param name="convert">Whether the value must be converted to that character set, because the servers' columns differ.</param>
    public ColumnSql(LiveColumn column, ColumnKind kind, string? characterSet, bool convert)
    {
        _column = column;
        _convert = convert;
        Kind = kind;
        CharacterSet = characterSet;
        Name = SqlIdentifier.Quote(column.Name);
    }

    public ColumnKind Kind { get; }

    public string? CharacterSet { get; }

    /// <summary>In backquotes.</summary>
    public string Name { get; }

    /// <summary>
    /// An expression whose bytes are the value's text, exactly: of other than binary strings, providers make numbers and
    /// times of their own.
    /// </summary>
    public string Value => Kind is ColumnKind.Text or ColumnKind.Members || (Kind is ColumnKind.Bytes && _column.DataType != "vector") ? Plain : $"CAST({Plain} AS BINARY)";

    /// <summary>An expression whose text is the value, exactly.</summary>
    private string Plain => Kind switch
    {
        // The display width of a ZEROFILL may differ, and BIT is not text.
        ColumnKind.Integer or ColumnKind.Decimal => _column.IsZerofill ? $"({Name}+0)" : Name,
        ColumnKind.Bit => $"({Name}+0)",
        // A FLOAT prints six digits, the DOUBLE it becomes all it needs; a factor, because -0.0 + 0 is 0.
        ColumnKind.Real => $"({Name}*1e0)",
        ColumnKind.Text => $"CAST({Converted} AS BINARY)",
        // The text of an invalid value (index 0) may be that of a member.
        ColumnKind.Members => $"CONCAT({Name}+0=0,CAST({Converted} AS BINARY))",
        ColumnKind.Json or ColumnKind.Other => $"CAST({Name} AS CHAR)",
        _ => Name,
    };

    /// <summary>Whether a value may be too long to be joined with others (max_allowed_packet).</summary>
    private bool IsLong => Kind is ColumnKind.Json
        || Kind is ColumnKind.Text or ColumnKind.Bytes && _column.DataType is not ("char" or "varchar" or "binary" or "varbinary" or "tinytext" or "tinyblob");

    private bool IsUtf8 => CharacterSet is null or "utf8mb4" or "utf8mb3" or "utf8";

    private string Converted => _convert ? $"CONVERT({Name} USING {CharacterSet})" : Name;

    /// <summary>What the column adds to the text of a row, which is a binary string: no other value gives the same.</summary>
    public string RowText(bool fast)
    {
        string value = Kind switch
        {
            // In a binary string text needs no cast, which would take longer than the hash.
            ColumnKind.Text => Converted,
            ColumnKind.Members => $"CONCAT({Name}+0=0,{Converted})",
            ColumnKind.Real when _column.ColumnType.StartsWith("double", StringComparison.OrdinalIgnoreCase) && !_column.ColumnType.Contains('(', StringComparison.Ordinal) => Name,
            _ => Plain,
        };
        if (IsLong)
            return fast ? $"LENGTH({value}),CRC32({value})" : $"SHA2({value},256)";
        return Kind is ColumnKind.Text or ColumnKind.Members or ColumnKind.Bytes or ColumnKind.Other ? $"LENGTH({value}),{value}" : value;
    }

    /// <summary>Whether a statement can write the value: servers refuse literals that are not valid in their character set.</summary>
    public bool CanWrite(byte[]? value) => value == null || Kind is not (ColumnKind.Text or ColumnKind.Members) || !IsUtf8 || Utf8.IsValid(value);

    /// <summary>The SQL that gives a value of <see cref="Value"/> back on that server.</summary>
    public string Literal(ReadOnlySpan<byte> value)
    {
        using var sql = new TextBuffer();
        switch (Kind)
        {
            case ColumnKind.Integer or ColumnKind.Decimal or ColumnKind.Bit:
                sql.Append(value);
                break;
            case ColumnKind.Real:
                sql.Append(value);
                if (!value.Contains((byte)'e'))
                    sql.Append("e0"u8);
                break;
            case ColumnKind.Members when value[0] == '1' && _column.DataType == "enum":
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
        if (Kind is ColumnKind.Integer or ColumnKind.Decimal or ColumnKind.Bit or ColumnKind.Temporal)
            return $"{Name} = {Literal(value)}";
        if (Kind is ColumnKind.Bytes)
            return $"HEX({Name}) = '{Convert.ToHexString(value)}'";
        string text = IsPlain(value) ? SqlString.Quote(Encoding.ASCII.GetString(value)) : $"X'{Convert.ToHexString(value)}'";
        return $"CAST({Plain} AS BINARY) = {text}";
    }

    // Quoted in every sql_mode, and the same bytes in every character set that the session may have.
    private static bool IsPlain(ReadOnlySpan<byte> value) => !value.ContainsAnyExceptInRange((byte)' ', (byte)'~') && !value.Contains((byte)'\\');

    private void WriteText(ReadOnlySpan<byte> value, TextBuffer sql)
    {
        if (IsPlain(value) || (IsUtf8 && Utf8.IsValid(value) && !value.ContainsAnyInRange((byte)0, (byte)31)))
        {
            SqlLiteral.WriteUtf8(value, sql);
            return;
        }

        sql.Append($"_{CharacterSet ?? "utf8mb4"} ");
        SqlLiteral.WriteHex(value, sql);
    }
}
