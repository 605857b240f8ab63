using System.Text;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.History;

/// <summary>
/// The statements of a dump one by one, byte by byte: values need not be UTF-8. What mysqldump writes is understood: strings
/// with backslashes, names in backquotes, comments, DELIMITER.
/// </summary>
/// <param name="source">The dump; closed with this.</param>
/// <param name="fail">Makes an error of what is wrong.</param>
internal sealed class DumpStatements(Stream source, Func<string, RecoveryException> fail) : IDisposable
{
    private const int HeadLength = 1 << 20;
    private const string Directive = "DELIMITER ";

    private readonly BufferedStream _source = new(source, 1 << 16);
    private readonly List<byte> _statement = [];
    private readonly StringBuilder _head = new();
    private byte[] _delimiter = ";"u8.ToArray();

    /// <summary>The database of USE; null before the first.</summary>
    public string? Database { get; private set; }

    /// <summary>The statement at hand, without comments and delimiter.</summary>
    public byte[] Statement { get; private set; } = [];

    public string Text => Encoding.UTF8.GetString(Statement);

    /// <summary>All before the first table: comments and settings, and the statements up to the one at hand.</summary>
    public string Head => _head.ToString();

    /// <summary>Whether the statement at hand begins so.</summary>
    public bool Starts(string words) => Statement.Length >= words.Length
        && string.Equals(Encoding.ASCII.GetString(Statement, 0, words.Length), words, StringComparison.OrdinalIgnoreCase);

    /// <summary>Goes to the next statement; false at the end.</summary>
    public bool Read()
    {
        _statement.Clear();
        while (true)
        {
            int next = _source.ReadByte();
            if (next < 0)
            {
                if (_statement.Exists(b => !char.IsWhiteSpace((char)b)))
                    throw fail("it ends within a statement");
                return false;
            }

            if (_statement.Count == 0 && char.IsWhiteSpace((char)next))
                continue;
            Take((byte)next);
            if (EndsWithDelimiter())
            {
                _statement.RemoveRange(_statement.Count - _delimiter.Length, _delimiter.Length);
                Complete();
                return true;
            }
        }
    }

    public void Dispose() => _source.Dispose();

    private void Take(byte next)
    {
        switch (next)
        {
            case (byte)'\'' or (byte)'"' or (byte)'`':
                TakeQuoted(next);
                break;
            case (byte)'#' when _statement.Count == 0:
                TakeComment(ReadLine());
                break;
            case (byte)'-' when _statement.Count > 0 && _statement[^1] == '-' && (_statement.Count == 1 || _statement[^2] == '\n'):
                _statement.RemoveAt(_statement.Count - 1);
                TakeComment(ReadLine());
                break;
            case (byte)'*' when _statement.Count > 0 && _statement[^1] == '/':
                _statement.RemoveAt(_statement.Count - 1);
                TakeBlockComment();
                break;
            default:
                _statement.Add(next);
                if (next == '\n' && IsDirective())
                {
                    _delimiter = Encoding.ASCII.GetBytes(Encoding.ASCII.GetString([.. _statement])[Directive.Length..].Trim());
                    _statement.Clear();
                }

                break;
        }
    }

    private void TakeQuoted(byte quote)
    {
        _statement.Add(quote);
        while (true)
        {
            int next = _source.ReadByte();
            if (next < 0)
                throw fail("it ends within a string");
            _statement.Add((byte)next);
            if (next == quote)
                return;
            if (next != '\\' || quote == '`')
                continue;
            int escaped = _source.ReadByte();
            if (escaped < 0)
                throw fail("it ends within a string");
            _statement.Add((byte)escaped);
        }
    }

    // What is after /*!50001 runs, and is read on as if it stood there by itself.
    private void TakeBlockComment()
    {
        var text = new List<byte>();
        int next = _source.ReadByte();
        bool runs = next is '!' or 'M';
        for (; next >= 0; next = _source.ReadByte())
        {
            if (next == '/' && text.Count > 0 && text[^1] == '*')
                break;
            text.Add((byte)next);
        }

        TakeComment(Encoding.UTF8.GetString([.. text]));
        if (runs && _statement.Count > 0)
            _statement.AddRange("/*"u8.ToArray().Concat(text).Concat("/"u8.ToArray()));
    }

    private string ReadLine()
    {
        var line = new List<byte>();
        for (int next = _source.ReadByte(); next >= 0 && next != '\n'; next = _source.ReadByte())
            line.Add((byte)next);
        return Encoding.UTF8.GetString([.. line]);
    }

    private void TakeComment(string comment)
    {
        if (_head.Length < HeadLength)
            _head.Append(comment).Append('\n');
    }

    // A line of the client's own, which no delimiter ends.
    private bool IsDirective()
    {
        for (int i = 0; i < Directive.Length; i++)
        {
            if (i >= _statement.Count || char.ToUpperInvariant((char)_statement[i]) != Directive[i])
                return false;
        }

        return true;
    }

    private bool EndsWithDelimiter()
    {
        if (_statement.Count < _delimiter.Length || IsDirective())
            return false;
        for (int i = 1; i <= _delimiter.Length; i++)
        {
            if (_statement[^i] != _delimiter[^i])
                return false;
        }

        return true;
    }

    private void Complete()
    {
        Statement = [.. _statement];
        if (Starts("USE "))
            Database = SqlIdentifier.Unquote(Text[4..].Trim());
        if (!Starts("INSERT"))
            TakeComment(Text);
    }
}
