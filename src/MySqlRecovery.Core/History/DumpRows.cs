using System.Globalization;
using System.Text;
using MySqlRecovery.Text;

namespace MySqlRecovery.History;

/// <summary>A value of a dump.</summary>
/// <param name="Bytes">What is between the quotes, escapes undone, or the number as it stands; null for NULL.</param>
/// <param name="IsGiven">False where the dump has no value, as for generated columns.</param>
internal readonly record struct DumpValue(byte[]? Bytes, bool IsGiven);

/// <summary>The rows of an INSERT statement of a dump.</summary>
internal sealed class DumpRows
{
    private readonly byte[] _bytes;
    private int _at;

    /// <param name="statement">INSERT INTO `t` (`a`, `b`) VALUES (1, 'x'), ...</param>
    /// <exception cref="InvalidDataException">It is not of this form.</exception>
    public DumpRows(byte[] statement)
    {
        _bytes = statement;
        Expect("INSERT");
        Accept("IGNORE");
        Accept("INTO");
        string name = Name();
        Table = AcceptSymbol('.') ? new TableName(name, Name()) : new TableName(null, name);
        if (AcceptSymbol('('))
        {
            var columns = new List<string>();
            do
                columns.Add(Name());
            while (AcceptSymbol(','));
            ExpectSymbol(')');
            Columns = columns;
        }

        Expect("VALUES");
    }

    public TableName Table { get; }

    /// <summary>The columns of the values; null for all that are stored.</summary>
    public IReadOnlyList<string>? Columns { get; }

    /// <summary>The next row; null after the last one.</summary>
    public List<DumpValue>? Read()
    {
        SkipBlanks();
        if (_at >= _bytes.Length)
            return null;
        AcceptSymbol(',');
        ExpectSymbol('(');
        var row = new List<DumpValue>();
        do
            row.Add(Value());
        while (AcceptSymbol(','));
        ExpectSymbol(')');
        return row;
    }

    private DumpValue Value()
    {
        SkipBlanks();
        if (Accept("NULL"))
            return new DumpValue(null, true);
        Accept("_binary");
        SkipBlanks();
        if (Peek == '\'')
            return new DumpValue(Quoted(), true);
        int start = _at;
        while (_at < _bytes.Length && _bytes[_at] is not ((byte)',' or (byte)')') && !char.IsWhiteSpace((char)_bytes[_at]))
            _at++;
        string text = Encoding.ASCII.GetString(_bytes, start, _at - start);
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return new DumpValue(Convert.FromHexString(text.AsSpan(2)), true);
        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            ? new DumpValue(Encoding.ASCII.GetBytes(text), true) : throw Wrong("a value");
    }

    private byte[] Quoted()
    {
        var value = new List<byte>();
        for (_at++; ; _at++)
        {
            if (_at >= _bytes.Length)
                throw Wrong("the end of a string");
            byte next = _bytes[_at];
            if (next == '\'')
            {
                _at++;
                if (Peek != '\'')
                    return [.. value];
                value.Add(next);
            }
            else if (next == '\\' && _at + 1 < _bytes.Length)
            {
                value.Add(_bytes[++_at] switch
                {
                    (byte)'0' => 0,
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    (byte)'b' => (byte)'\b',
                    (byte)'Z' => 0x1A,
                    var other => other,
                });
            }
            else
            {
                value.Add(next);
            }
        }
    }

    private int Peek => _at < _bytes.Length ? _bytes[_at] : -1;

    private string Name()
    {
        SkipBlanks();
        char quote = Peek is '`' or '"' ? (char)Peek : '\0';
        int start = quote == '\0' ? _at : ++_at;
        while (_at < _bytes.Length && (quote == '\0' ? IsWordPart(_bytes[_at]) : _bytes[_at] != quote || IsDoubled(quote)))
            _at += quote != '\0' && _bytes[_at] == quote ? 2 : 1;
        string name = Encoding.UTF8.GetString(_bytes, start, _at - start);
        if (quote == '\0')
            return name.Length > 0 ? name : throw Wrong("a name");
        _at++;
        return name.Replace(new string(quote, 2), quote.ToString(), StringComparison.Ordinal);
    }

    private bool IsDoubled(char quote) => _at + 1 < _bytes.Length && _bytes[_at + 1] == quote;

    private static bool IsWordPart(byte b) => char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'$' or >= 0x80;

    private bool Accept(string word)
    {
        SkipBlanks();
        if (_at + word.Length > _bytes.Length || (_at + word.Length < _bytes.Length && IsWordPart(_bytes[_at + word.Length]))
            || !string.Equals(Encoding.ASCII.GetString(_bytes, _at, word.Length), word, StringComparison.OrdinalIgnoreCase))
            return false;
        _at += word.Length;
        return true;
    }

    private void Expect(string word)
    {
        if (!Accept(word))
            throw Wrong(word);
    }

    private bool AcceptSymbol(char symbol)
    {
        SkipBlanks();
        if (Peek != symbol)
            return false;
        _at++;
        return true;
    }

    private void ExpectSymbol(char symbol)
    {
        if (!AcceptSymbol(symbol))
            throw Wrong(symbol.ToString());
    }

    private void SkipBlanks()
    {
        while (_at < _bytes.Length && char.IsWhiteSpace((char)_bytes[_at]))
            _at++;
    }

    private InvalidDataException Wrong(string expected) => new($"{expected} expected at byte {_at} of an INSERT statement");
}
