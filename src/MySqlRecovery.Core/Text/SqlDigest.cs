using System.Text;
using MySqlRecovery.Model;

namespace MySqlRecovery.Text;

/// <summary>
/// A statement without its values, so that statements of one kind are alike: literals become <c>?</c>, lists of them <c>...</c>;
/// comments, backquotes and the case of words go. What a server calls a digest text, made without a server.
/// </summary>
internal static class SqlDigest
{
    private const int MaximumLength = 1024;

    /// <summary>The digest; what cannot be cut into tokens is given as it is, in one line.</summary>
    public static string Of(string statement)
    {
        try
        {
            return Shorten(Join(Collapse(Tokens(statement))));
        }
        catch (RecoveryException)
        {
            return Shorten(statement.ReplaceLineEndings(" "));
        }
    }

    private static List<string> Tokens(string statement)
    {
        var tokens = new List<string>();
        var tokenizer = new SqlTokenizer(statement);
        SqlToken last = default;
        for (SqlToken token = tokenizer.Next(); token.Kind != SqlTokenKind.End; token = tokenizer.Next())
        {
            string text = statement[token.Start..token.End];
            if (token.Kind is SqlTokenKind.String or SqlTokenKind.DoubleQuoted or SqlTokenKind.Number or SqlTokenKind.Literal)
            {
                if (tokens.Count > 1 && tokens[^1] is "-" or "+" && IsBeforeValue(tokens[^2]))
                    tokens.RemoveAt(tokens.Count - 1);
                tokens.Add("?");
            }
            else if (token.Kind == SqlTokenKind.Symbol && last.Kind == SqlTokenKind.Symbol && last.End == token.Start
                && IsOperator(text[0]) && IsOperator(tokens[^1][^1]))
            {
                tokens[^1] += text;
            }
            else
            {
                text = token.Kind == SqlTokenKind.QuotedName ? text[1..^1] : text.ToLowerInvariant();
                bool isValue = text is "null" or "true" or "false" && tokens.Count > 0 && IsBeforeValue(tokens[^1]);
                tokens.Add(isValue ? "?" : text);
            }

            last = token;
        }

        return tokens;
    }

    private static bool IsOperator(char c) => c is '<' or '>' or '=' or '!' or '|' or '&' or ':';

    private static bool IsBeforeValue(string token) =>
        token is "(" or "," or "=" or "<" or ">" or "+" or "-" or "*" or "/" or "%" or "in" or "values" or "between" or "and" or "limit";

    // (?, ?, ?) is (...), and a list of such rows is one of them.
    private static List<string> Collapse(List<string> tokens)
    {
        var made = new List<string>(tokens.Count);
        for (int i = 0; i < tokens.Count; i++)
        {
            int end = tokens[i] == "(" ? EndOfList(tokens, i) : -1;
            if (end < 0)
            {
                made.Add(tokens[i]);
                continue;
            }

            i = end;
            if (made.Count > 1 && made[^1] == "," && made[^2] == "(...)")
                made.RemoveAt(made.Count - 1);
            else
                made.Add("(...)");
        }

        return made;
    }

    private static int EndOfList(List<string> tokens, int open)
    {
        for (int i = open + 1; i + 1 < tokens.Count && tokens[i] == "?"; i += 2)
        {
            if (tokens[i + 1] == ")")
                return i + 1;
            if (tokens[i + 1] != ",")
                break;
        }

        return -1;
    }

    private static string Join(List<string> tokens)
    {
        var text = new StringBuilder();
        foreach (string token in tokens)
        {
            bool isTight = text.Length == 0 || token is "." or "," or ")" or ";" || text[^1] is '.' or '(' or '@' || text[^1] == '@';
            if (!isTight)
                text.Append(' ');
            text.Append(token);
        }

        return text.ToString();
    }

    private static string Shorten(string text) =>
        text.Length <= MaximumLength ? text : string.Concat(text.AsSpan(0, MaximumLength - 1), "…");
}
