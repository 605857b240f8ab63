using System.Buffers;
using MySqlRecovery.Model;

namespace MySqlRecovery.Text;

/// <summary>One token: where it lies in the text; what it says is decoded on demand.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Start">Index of its first character.</param>
/// <param name="End">Index after its last character.</param>
internal readonly record struct SqlToken(SqlTokenKind Kind, int Start, int End);

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

/// <summary>
/// Cuts SQL text into tokens as the servers' lexers do. What stands in <c>/*!50100 ... */</c> (MySQL) and
/// <c>/*M!100100 ... */</c> (MariaDB) counts, other comments do not. A value type, so that a copy is a bookmark.
/// </summary>
internal struct SqlTokenizer
{
    private static readonly SearchValues<char> SingleQuoteStops = SearchValues.Create("'\\");
    private static readonly SearchValues<char> DoubleQuoteStops = SearchValues.Create("\"\\");

    private readonly string _text;
    private readonly SqlModes _modes;
    private readonly string? _path;
    private int _position;
    private bool _inVersionedComment;
    private SqlTokenKind _previous;
    private bool _previousIsDot;

    /// <summary>Starts at the beginning of <paramref name="text"/>.</summary>
    /// <param name="text">The SQL.</param>
    /// <param name="modes">The sql_mode under which it is to be read.</param>
    /// <param name="path">The file that it came from, for messages.</param>
    public SqlTokenizer(string text, SqlModes modes = SqlModes.None, string? path = null)
    {
        _text = text;
        _modes = modes;
        _path = path;
    }

    /// <summary>What ends a statement; null: nothing but the end of the text, as in a query event.</summary>
    public string? Delimiter { get; set; }

    public readonly string Text => _text;

    public readonly SqlModes Modes => _modes;

    /// <summary>The next token.</summary>
    /// <exception cref="RecoveryException">SchemaNotUnderstood: a string, a quoted name or a comment has no end.</exception>
    public SqlToken Next()
    {
        SkipBlanksAndComments();
        int start = _position;
        SqlTokenKind kind = Scan();
        _previous = kind;
        _previousIsDot = kind == SqlTokenKind.Symbol && _text[start] == '.';
        return new SqlToken(kind, start, _position);
    }

    /// <summary>What is left of the current line, which is then behind.</summary>
    public string TakeLine()
    {
        int end = _text.AsSpan(_position).IndexOfAny('\r', '\n');
        end = end < 0 ? _text.Length : _position + end;
        string line = _text[_position..end];
        _position = end;
        return line;
    }

    /// <summary>The error for text that cannot be read, with the line where that is.</summary>
    public readonly RecoveryException Error(int position, string message) => new(
        "SchemaNotUnderstood",
        RecoveryErrorKind.InvalidData,
        $"line {1 + _text.AsSpan(0, position).Count('\n')}: {message}",
        _path,
        recommendedAction: "Give CREATE TABLE statements as mysqldump --no-data or SHOW CREATE TABLE writes them.");

    private SqlTokenKind Scan()
    {
        if (_position == _text.Length)
            return SqlTokenKind.End;
        if (AtDelimiter())
        {
            _position += Delimiter!.Length;
            return SqlTokenKind.Delimiter;
        }

        char c = _text[_position];
        switch (c)
        {
            case '`':
                return ScanQuoted('`', escapes: false, SqlTokenKind.QuotedName);
            case '\'':
                return ScanQuoted('\'', !_modes.HasFlag(SqlModes.NoBackslashEscapes), SqlTokenKind.String);
            case '"' when _modes.HasFlag(SqlModes.AnsiQuotes):
                return ScanQuoted('"', escapes: false, SqlTokenKind.QuotedName);
            case '"':
                return ScanQuoted('"', !_modes.HasFlag(SqlModes.NoBackslashEscapes), SqlTokenKind.DoubleQuoted);
            case 'x' or 'X' or 'b' or 'B' when Peek(1) == '\'':
                _position++;
                return ScanQuoted('\'', escapes: false, SqlTokenKind.Literal);
            case '.' when char.IsAsciiDigit(Peek(1))
                && _previous is not (SqlTokenKind.Word or SqlTokenKind.QuotedName or SqlTokenKind.DoubleQuoted):
                return ScanNumber();
        }

        if (char.IsAsciiDigit(c) && !_previousIsDot)
            return ScanNumber();
        if (IsNameCharacter(c))
            return ScanWord();
        _position++;
        return SqlTokenKind.Symbol;
    }

    private SqlTokenKind ScanQuoted(char quote, bool escapes, SqlTokenKind kind)
    {
        int start = _position++;
        while (true)
        {
            ReadOnlySpan<char> rest = _text.AsSpan(_position);
            int hit = !escapes ? rest.IndexOf(quote) : rest.IndexOfAny(quote == '"' ? DoubleQuoteStops : SingleQuoteStops);
            if (hit < 0)
                throw Error(start, $"what {quote} opens here has no end");
            _position += hit;
            if (_text[_position] != quote)
                _position = Math.Min(_position + 2, _text.Length);
            else if (Peek(1) == quote)
                _position += 2;
            else
                break;
        }

        _position++;
        return kind;
    }

    private SqlTokenKind ScanNumber()
    {
        if (_text[_position] == '0' && Peek(1) is 'x' or 'b')
        {
            int end = _position + 2;
            while (end < _text.Length && (Peek(1) == 'x' ? char.IsAsciiHexDigit(_text[end]) : _text[end] is '0' or '1'))
                end++;
            if (end > _position + 2 && (end == _text.Length || !IsNameCharacter(_text[end])))
            {
                _position = end;
                return SqlTokenKind.Literal;
            }
        }

        SkipDigits();
        if (Peek(0) == '.')
        {
            _position++;
            SkipDigits();
        }
        else if (IsNameCharacter(Peek(0)) && !AtExponent() && !AtDelimiter())
        {
            return ScanWord(); // 2024_orders is a name
        }

        if (AtExponent())
        {
            _position += 2;
            SkipDigits();
        }

        return SqlTokenKind.Number;
    }

    private SqlTokenKind ScanWord()
    {
        do
            _position++;
        while (_position < _text.Length && IsNameCharacter(_text[_position]) && !AtDelimiter());
        return SqlTokenKind.Word;
    }

    private void SkipDigits()
    {
        while (char.IsAsciiDigit(Peek(0)))
            _position++;
    }

    private readonly bool AtExponent() =>
        Peek(0) is 'e' or 'E' && (char.IsAsciiDigit(Peek(1)) || (Peek(1) is '+' or '-' && char.IsAsciiDigit(Peek(2))));

    private readonly bool AtDelimiter() =>
        Delimiter != null && !_inVersionedComment && _text[_position] == Delimiter[0]
            && string.CompareOrdinal(_text, _position, Delimiter, 0, Delimiter.Length) == 0;

    private readonly char Peek(int ahead) => _position + ahead < _text.Length ? _text[_position + ahead] : '\0';

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' || (c >= 0x80 && c != '\uFEFF');

    private void SkipBlanksAndComments()
    {
        while (_position < _text.Length)
        {
            char c = _text[_position];
            if (AtDelimiter())
                return; // mysqlbinlog's is itself a comment: /*!*/;
            if (c is ' ' or '\t' or '\n' or '\v' or '\f' or '\r' or '\uFEFF')
                _position++;
            else if (c == '\\' && Peek(1) is 'n' or 't')
                _position += 2; // the mysql client's batch output writes the lines of SHOW CREATE TABLE so
            else if (c == '#' || (c == '-' && Peek(1) == '-' && (_position + 2 == _text.Length || Peek(2) <= ' ')))
                TakeLine();
            else if (c == '/' && Peek(1) == '*')
                SkipOrEnterComment();
            else if (c == '*' && Peek(1) == '/' && _inVersionedComment)
                LeaveVersionedComment();
            else
                return;
        }

        if (_inVersionedComment)
            throw Error(_position, "the text ends inside a comment");
    }

    private void LeaveVersionedComment()
    {
        _inVersionedComment = false;
        _position += 2;
    }

    private void SkipOrEnterComment()
    {
        int start = _position;
        int content = Peek(2) == '!' ? 3 : Peek(2) == 'M' && Peek(3) == '!' ? 4 : 0;
        if (content != 0 && !_inVersionedComment)
        {
            int digits = 0;
            while (digits < 6 && char.IsAsciiDigit(Peek(content + digits)))
                digits++;
            // No server has version 999999: MariaDB's dumps begin with such a comment to set their client's sandbox mode.
            if (string.CompareOrdinal(_text, start + content, "999999", 0, 6) != 0)
            {
                _inVersionedComment = true;
                _position += content + digits;
                return;
            }
        }

        int end = _text.IndexOf("*/", start + 2, StringComparison.Ordinal);
        if (end < 0)
            throw Error(start, "the comment that starts here has no end");
        _position = end + 2;
    }
}
