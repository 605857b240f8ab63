namespace MySqlRecovery.Text;

/// <summary>The kinds of <see cref="SqlToken"/>.</summary>
internal enum SqlTokenKind
{
    /// <summary>The end of the text.</summary>
    End,

    /// <summary>The statement delimiter.</summary>
    Delimiter,

    /// <summary>A keyword or an unquoted name.</summary>
    Word,

    /// <summary>A name in backquotes, or in double quotes under ANSI_QUOTES.</summary>
    QuotedName,

    /// <summary>A string in single quotes.</summary>
    String,

    /// <summary>Something in double quotes: a name or a string, which the place where it stands decides.</summary>
    DoubleQuoted,

    /// <summary>A decimal number without sign.</summary>
    Number,

    /// <summary>A hexadecimal or bit literal: <c>0x1F</c>, <c>x'1F'</c>, <c>0b1</c>, <c>b'1'</c>.</summary>
    Literal,

    /// <summary>One other character: parenthesis, comma, operator.</summary>
    Symbol,
}
