using System.Globalization;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>Walks the tokens of one statement; the parsers' eyes and hands.</summary>
internal sealed class StatementCursor
{
    private readonly SqlTokenizer _source;
    private readonly List<SqlToken> _tokens;
    private readonly SqlToken _end;
    private int _index;

    /// <param name="source">The text that the tokens lie in.</param>
    /// <param name="tokens">The statement without its delimiter.</param>
    public StatementCursor(SqlTokenizer source, List<SqlToken> tokens)
    {
        _source = source;
        _tokens = tokens;
        int end = tokens.Count > 0 ? tokens[^1].End : source.Text.Length;
        _end = new SqlToken(SqlTokenKind.End, end, end);
    }

    public SqlModes Modes => _source.Modes;

    public bool AtEnd => _index >= _tokens.Count;

    /// <summary>Why the tokens do not go on; null if the statement is complete.</summary>
    public RecoveryException? Failure { get; init; }

    /// <summary>What is being read, for messages: <c>CREATE TABLE t</c>.</summary>
    public string? Subject { get; set; }

    /// <summary>The token to come, or the one <paramref name="ahead"/> after it.</summary>
    public SqlToken Peek(int ahead = 0) => _index + ahead < _tokens.Count ? _tokens[_index + ahead] : _end;

    public void Skip() => _index++;

    /// <summary>The number of the token to come, to come back to.</summary>
    public int Position
    {
        get => _index;
        set => _index = value;
    }

    /// <summary>Whether these words stand one after the other somewhere from here on.</summary>
    public bool Contains(params ReadOnlySpan<string> words)
    {
        int start = _index;
        bool found = false;
        for (; !found && !AtEnd; _index++)
            found = Accept(words);
        _index = start;
        return found;
    }

    /// <summary>Undoes the last step over one token.</summary>
    public void StepBack() => _index--;

    public bool IsWord(string word, int ahead = 0) =>
        Peek(ahead) is { Kind: SqlTokenKind.Word } token && Span(token).Equals(word, StringComparison.OrdinalIgnoreCase);

    public bool IsSymbol(char symbol, int ahead = 0) =>
        Peek(ahead) is { Kind: SqlTokenKind.Symbol } token && _source.Text[token.Start] == symbol;

    /// <summary>Whether the token to come begins a new line of the text.</summary>
    public bool AtNewLine() =>
        _index > 0 && _source.Text.AsSpan(_tokens[_index - 1].End, Peek().Start - _tokens[_index - 1].End).Contains('\n');

    /// <summary>Whether a comment with this text stands before the token to come.</summary>
    public bool IsAfterComment(string comment) => _index > 0 && _source.Text.AsSpan(
        _tokens[_index - 1].End, Peek().Start - _tokens[_index - 1].End).Contains($"/* {comment} */", StringComparison.Ordinal);

    /// <summary>The keyword to come, in upper case; null if something else comes.</summary>
    public string? PeekWord() => Peek() is { Kind: SqlTokenKind.Word } token ? Span(token).ToString().ToUpperInvariant() : null;

    /// <summary>Steps over the words if they come next in this order.</summary>
    public bool Accept(params ReadOnlySpan<string> words)
    {
        for (int i = 0; i < words.Length; i++)
        {
            if (!IsWord(words[i], i))
                return false;
        }

        _index += words.Length;
        return true;
    }

    /// <summary>Steps over the one of the words that comes next, and returns it.</summary>
    public string? AcceptAny(params ReadOnlySpan<string> words)
    {
        foreach (string word in words)
        {
            if (Accept(word))
                return word;
        }

        return null;
    }

    public bool AcceptSymbol(char symbol)
    {
        if (!IsSymbol(symbol))
            return false;
        _index++;
        return true;
    }

    public void Expect(string word)
    {
        if (!Accept(word))
            throw Unexpected(word);
    }

    public void ExpectSymbol(char symbol)
    {
        if (!AcceptSymbol(symbol))
            throw Unexpected(symbol.ToString());
    }

    /// <summary>A name, quoted or not. Double quotes make a name here, whatever sql_mode is.</summary>
    public string Name()
    {
        SqlToken token = Peek();
        string name = token.Kind switch
        {
            SqlTokenKind.Word => Span(token).ToString(),
            SqlTokenKind.QuotedName or SqlTokenKind.DoubleQuoted => SqlQuoting.Name(Span(token)),
            _ => throw Unexpected("a name"),
        };
        RefuseReplacementCharacter(token, name);
        _index++;
        return name;
    }

    public bool AtName(int ahead = 0) => Peek(ahead).Kind is SqlTokenKind.Word or SqlTokenKind.QuotedName or SqlTokenKind.DoubleQuoted;

    /// <summary>A table's or trigger's name, perhaps with its database before it.</summary>
    public TableName QualifiedName(string? currentDatabase)
    {
        string name = Name();
        return AcceptSymbol('.') ? new TableName(name, Name()) : new TableName(currentDatabase, name);
    }

    /// <summary>A name that options also take as a string or as the keyword DEFAULT: engine, character set, collation.</summary>
    public string NameOrString() => Peek().Kind == SqlTokenKind.String ? String() : Name();

    public string String()
    {
        SqlToken token = Peek();
        if (token.Kind is not (SqlTokenKind.String or SqlTokenKind.DoubleQuoted))
            throw Unexpected("a string");
        string value = SqlQuoting.String(Span(token), !Modes.HasFlag(SqlModes.NoBackslashEscapes));
        RefuseReplacementCharacter(token, value);
        _index++;
        return value;
    }

    /// <summary>A whole number.</summary>
    public uint Number()
    {
        SqlToken token = Peek();
        if (token.Kind != SqlTokenKind.Number
            || !uint.TryParse(Span(token), NumberStyles.None, CultureInfo.InvariantCulture, out uint value))
            throw Unexpected("a whole number of 32 bits");
        _index++;
        return value;
    }

    /// <summary>Steps over one token or, if it opens a parenthesis, to after the closing one; returns the text.</summary>
    public string SkipOperand()
    {
        int start = Peek().Start;
        int depth = 0;
        do
        {
            if (AtEnd)
                throw Unexpected(depth > 0 ? ")" : "a value");
            if (IsSymbol('('))
                depth++;
            else if (IsSymbol(')'))
                depth--;
            _index++;
        }
        while (depth > 0);
        return _source.Text[start.._tokens[_index - 1].End];
    }

    /// <summary>Steps to the comma or closing parenthesis that ends this item of a list, or to the end.</summary>
    public void SkipItem()
    {
        while (!AtItemEnd)
            SkipOperand();
    }

    public void SkipAll() => _index = _tokens.Count;

    public bool AtItemEnd => AtEnd || IsSymbol(',') || IsSymbol(')');

    public RecoveryException Unexpected(string expected)
    {
        SqlToken token = Peek();
        if (AtEnd && Failure != null)
            return Failure;
        string met = token.Kind == SqlTokenKind.End ? "the end" : Span(token).ToString();
        return Error(token, $"{expected} expected, met {(met.Length > 40 ? met[..40] + "..." : met)}");
    }

    /// <summary>The error for a statement that reads well but cannot be.</summary>
    public RecoveryException Impossible(string message) => Error(Peek(), message);

    private ReadOnlySpan<char> Span(SqlToken token) => _source.Text.AsSpan(token.Start, token.End - token.Start);

    private void RefuseReplacementCharacter(SqlToken token, string value)
    {
        if (value.Contains('\uFFFD'))
            throw Error(token, "a name is not in UTF-8");
    }

    private RecoveryException Error(SqlToken token, string message) =>
        _source.Error(token.Start, Subject == null ? message : $"{Subject}: {message}");
}
