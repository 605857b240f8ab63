using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>
/// Reads a script statement by statement, as the mysql client does: DELIMITER and USE end with their line, and only the
/// statements that bear on a schema are handed out. Finds the statements in the output of SHOW CREATE TABLE, too, where
/// the client puts headings, frames and row counts around them and no delimiter after them.
/// </summary>
internal sealed class SqlScript
{
    private static readonly string[] Verbs = ["CREATE", "ALTER", "DROP", "RENAME", "TRUNCATE", "USE"];

    private SqlTokenizer _tokenizer;

    public SqlScript(string text, SqlModes modes, string? path) => _tokenizer = new SqlTokenizer(text, modes, path) { Delimiter = ";" };

    /// <summary>The next statement that begins with one of the verbs; null at the end.</summary>
    public StatementCursor? Next()
    {
        while (true)
        {
            SqlToken token = LoggedStatement.SkipPrefixes(ref _tokenizer, out SqlTokenizer start);
            if (token.Kind == SqlTokenKind.End)
                return null;
            if (token.Kind == SqlTokenKind.Delimiter)
                continue;
            if (Is(token, "DELIMITER"))
            {
                string delimiter = _tokenizer.TakeLine().Trim();
                _tokenizer.Delimiter = delimiter.Length > 0 ? delimiter : ";";
            }
            else if (IsVerb(token))
            {
                bool createsTable = AtCreateTable(start);
                _tokenizer = start;
                return Collect(createsTable);
            }
            else if (SkipToCreateTable())
            {
                return Collect(createsTable: true);
            }
        }
    }

    /// <summary>The tokens up to the delimiter. A CREATE TABLE also ends where the next one begins.</summary>
    private StatementCursor Collect(bool createsTable)
    {
        var tokens = new List<SqlToken>();
        while (true)
        {
            SqlTokenizer before = _tokenizer;
            if (!TryNext(ref _tokenizer, out SqlToken token, out RecoveryException? failure))
                return new StatementCursor(_tokenizer, tokens) { Failure = failure };
            if (createsTable && tokens.Count > 0 && Is(token, "CREATE") && AtCreateTable(before))
            {
                _tokenizer = before;
                break;
            }

            tokens.Add(token);
            if (tokens.Count == 2 && Is(tokens[0], "USE"))
                break;
        }

        return new StatementCursor(_tokenizer, tokens);
    }

    /// <summary>The next token of a statement; false at its end, with the reason if that is not a proper one.</summary>
    private static bool TryNext(ref SqlTokenizer tokenizer, out SqlToken token, out RecoveryException? failure)
    {
        failure = null;
        token = default;
        try
        {
            token = tokenizer.Next();
        }
        catch (RecoveryException e)
        {
            failure = e; // the caller can still see which tables the statement names
            return false;
        }

        return token.Kind is not (SqlTokenKind.End or SqlTokenKind.Delimiter);
    }

    /// <summary>Passes over a statement; stops where a CREATE TABLE begins within what does not look like SQL.</summary>
    private bool SkipToCreateTable()
    {
        while (true)
        {
            SqlTokenizer before = _tokenizer;
            SqlToken token = _tokenizer.Next();
            if (token.Kind is SqlTokenKind.End or SqlTokenKind.Delimiter)
                return false;
            if (Is(token, "CREATE") && AtCreateTable(before))
            {
                _tokenizer = before;
                return true;
            }
        }
    }

    /// <summary>
    /// Whether a statement starts here, and not the heading of a result: after <c>Create Table</c> as a heading comes a
    /// colon, a frame or, in batch output, a name with CREATE TABLE after it.
    /// </summary>
    private static bool AtCreateTable(SqlTokenizer tokenizer)
    {
        const int MostTokens = 12;
        var tokens = new List<SqlToken>();
        while (tokens.Count < MostTokens && TryNext(ref tokenizer, out SqlToken token, out _))
            tokens.Add(token);
        var cursor = new StatementCursor(tokenizer, tokens);
        return CreateTableParser.AcceptStart(cursor, out _) && cursor.AtName()
            && (cursor.IsSymbol('.', 1) ? cursor.AtName(2) : !cursor.IsWord("CREATE", 1));
    }

    private bool IsVerb(SqlToken token)
    {
        foreach (string verb in Verbs)
        {
            if (Is(token, verb))
                return true;
        }

        return false;
    }

    private bool Is(SqlToken token, string word) =>
        token.Kind == SqlTokenKind.Word
            && _tokenizer.Text.AsSpan(token.Start, token.End - token.Start).Equals(word, StringComparison.OrdinalIgnoreCase);
}
