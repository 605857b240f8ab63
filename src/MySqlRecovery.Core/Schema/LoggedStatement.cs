using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>What a statement of a log is about.</summary>
internal enum LoggedStatementKind
{
    /// <summary>Neither rows nor tables, or nothing at all.</summary>
    Other,

    /// <summary>It changes rows, or may do so through a stored function.</summary>
    Rows,

    /// <summary>It changes tables, or other things that are defined: DDL.</summary>
    Definition,

    /// <summary>It starts, ends or decides an XA transaction.</summary>
    Xa,

    /// <summary>It cannot be cut into tokens.</summary>
    Unreadable,
}

/// <summary>
/// A statement of a log, told by its tokens: comments, parentheses, MariaDB's SET STATEMENT ... FOR and its ANALYZE, which run
/// what follows them, do not hide what it is.
/// </summary>
internal sealed class LoggedStatement
{
    // SELECT and DO are logged for the stored functions in them that change data; MariaDB and MySQL log no CALL of their own.
    private static readonly string[] RowVerbs = ["INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD", "WITH", "SELECT", "DO", "CALL"];
    private static readonly string[] DefinitionVerbs = ["CREATE", "ALTER", "DROP", "RENAME", "TRUNCATE"];

    private readonly SqlTokenizer _start;

    private LoggedStatement(SqlTokenizer start, LoggedStatementKind kind, string verb, string text) =>
        (_start, Kind, Verb, Text) = (start, kind, verb, text);

    public LoggedStatementKind Kind { get; }

    /// <summary>The word that the statement is called by, in upper case; empty where there is none.</summary>
    public string Verb { get; }

    /// <summary>The statement without the comments before it.</summary>
    public string Text { get; }

    /// <summary>Reads as much of a statement as tells what it is.</summary>
    /// <param name="text">One statement without delimiter.</param>
    /// <param name="modes">The sql_mode under which it ran.</param>
    public static LoggedStatement Read(string text, SqlModes modes = SqlModes.None)
    {
        var tokenizer = new SqlTokenizer(text, modes);
        try
        {
            SqlTokenizer first = tokenizer;
            string shown = text[first.Next().Start..];
            SqlToken verb = SkipPrefixes(ref tokenizer, out SqlTokenizer start);
            string word = verb.Kind == SqlTokenKind.Word ? text[verb.Start..verb.End].ToUpperInvariant() : string.Empty;
            LoggedStatementKind kind = Array.IndexOf(DefinitionVerbs, word) >= 0 ? LoggedStatementKind.Definition
                : Array.IndexOf(RowVerbs, word) >= 0 ? LoggedStatementKind.Rows
                : word == "XA" ? LoggedStatementKind.Xa
                : LoggedStatementKind.Other;
            return new LoggedStatement(start, kind, word, shown);
        }
        catch (RecoveryException)
        {
            return new LoggedStatement(tokenizer, LoggedStatementKind.Unreadable, string.Empty, text);
        }
    }

    /// <summary>Whether a statement can change a schema.</summary>
    public static bool IsDefinition(string text, SqlModes modes = SqlModes.None) =>
        Read(text, modes).Kind == LoggedStatementKind.Definition;

    /// <summary>The tokens from the verb on.</summary>
    public StatementCursor Open()
    {
        SqlTokenizer tokenizer = _start;
        var tokens = new List<SqlToken>();
        RecoveryException? failure = null;
        try
        {
            for (SqlToken token = tokenizer.Next(); token.Kind != SqlTokenKind.End; token = tokenizer.Next())
                tokens.Add(token);
        }
        catch (RecoveryException e)
        {
            failure = e; // the caller can still see which tables the statement names
        }

        return new StatementCursor(tokenizer, tokens) { Failure = failure };
    }

    /// <summary>Steps over what may stand before the verb; the verb itself is read, <paramref name="start"/> is before it.</summary>
    internal static SqlToken SkipPrefixes(ref SqlTokenizer tokenizer, out SqlTokenizer start)
    {
        while (true)
        {
            start = tokenizer;
            SqlToken token = tokenizer.Next();
            if (IsSymbol(tokenizer, token, '('))
                continue;
            SqlTokenizer next = tokenizer;
            if (IsWord(tokenizer, token, "SET") && IsWord(next, next.Next(), "STATEMENT"))
            {
                if (!SkipSettings(ref next))
                    return token;
                tokenizer = next;
            }
            else if (IsWord(tokenizer, token, "ANALYZE") && RunsStatement(ref next))
            {
                tokenizer = next;
            }
            else
            {
                return token;
            }
        }
    }

    // SET STATEMENT variable = expression, ... FOR statement
    private static bool SkipSettings(ref SqlTokenizer tokenizer)
    {
        int depth = 0;
        while (true)
        {
            SqlToken token = tokenizer.Next();
            if (token.Kind is SqlTokenKind.End or SqlTokenKind.Delimiter)
                return false;
            if (IsSymbol(tokenizer, token, '('))
                depth++;
            else if (IsSymbol(tokenizer, token, ')'))
                depth--;
            else if (depth == 0 && IsWord(tokenizer, token, "FOR"))
                return true;
        }
    }

    // ANALYZE [FORMAT = JSON] UPDATE ... runs the UPDATE; ANALYZE [LOCAL] TABLE ... does not.
    private static bool RunsStatement(ref SqlTokenizer tokenizer)
    {
        SqlTokenizer next = tokenizer;
        SqlToken token = next.Next();
        if (IsWord(next, token, "FORMAT"))
        {
            next.Next();
            next.Next();
            tokenizer = next;
            token = next.Next();
        }

        if (token.Kind != SqlTokenKind.Word)
            return false;
        string word = next.Text[token.Start..token.End].ToUpperInvariant();
        return Array.IndexOf(RowVerbs, word) >= 0 || Array.IndexOf(DefinitionVerbs, word) >= 0;
    }

    private static bool IsWord(in SqlTokenizer tokenizer, SqlToken token, string word) =>
        token.Kind == SqlTokenKind.Word
            && tokenizer.Text.AsSpan(token.Start, token.End - token.Start).Equals(word, StringComparison.OrdinalIgnoreCase);

    private static bool IsSymbol(in SqlTokenizer tokenizer, SqlToken token, char symbol) =>
        token.Kind == SqlTokenKind.Symbol && tokenizer.Text[token.Start] == symbol;
}
