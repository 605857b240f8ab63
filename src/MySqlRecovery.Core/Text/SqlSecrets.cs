using System.Text;
using MySqlRecovery.Model;

namespace MySqlRecovery.Text;

/// <summary>Passwords, and hashes of them, in the statements about accounts that servers log.</summary>
internal static class SqlSecrets
{
    private const string Stars = "'***'";

    // The words that such statements begin with, and those after which a secret stands.
    private static readonly string[] Statements = ["CREATE", "ALTER", "GRANT", "SET", "CHANGE", "START"];
    private static readonly string[] Objects = ["USER", "SERVER", "PASSWORD", "MASTER", "REPLICATION", "SLAVE", "REPLICA",
        "GROUP_REPLICATION"];
    private static readonly string[] Before = ["BY", "AS", "USING", "REPLACE"];

    /// <summary>
    /// The statement with <c>'***'</c> in the place of each; other statements stay as they are. What cannot be read to its end
    /// is cut before what is not understood.
    /// </summary>
    public static string Mask(string statement)
    {
        if (!MayHoldSecret(statement))
            return statement;
        var shown = new StringBuilder();
        int copied = 0;
        try
        {
            var tokens = new SqlTokenizer(statement);
            if (!IsOfAccount(tokens))
                return statement;
            bool isNext = false, isSetPassword = false;
            string previous = "";
            for (SqlToken token = tokens.Next(); token.Kind != SqlTokenKind.End; token = tokens.Next())
            {
                string text = statement[token.Start..token.End].ToUpperInvariant();
                switch (token.Kind)
                {
                    case SqlTokenKind.Word:
                        isSetPassword |= previous == "SET" && text == "PASSWORD";
                        isNext = Before.Contains(text) || text.EndsWith("PASSWORD", StringComparison.Ordinal);
                        break;
                    case SqlTokenKind.Symbol:
                        isNext = (isNext && text is "=" or "(") || (isSetPassword && text == "=");
                        break;
                    case SqlTokenKind.String or SqlTokenKind.DoubleQuoted or SqlTokenKind.Literal when isNext:
                        shown.Append(statement, copied, token.Start - copied).Append(Stars);
                        copied = token.End;
                        isNext = false;
                        break;
                    default:
                        isNext = false;
                        break;
                }

                previous = text;
            }

            return shown.Append(statement, copied, statement.Length - copied).ToString();
        }
        catch (RecoveryException)
        {
            return shown.Append('…').ToString();
        }
    }

    // Most statements have none of the words before which a secret could be known.
    private static bool MayHoldSecret(string statement) => statement.Contains("IDENTIFIED", StringComparison.OrdinalIgnoreCase)
        || statement.Contains("PASSWORD", StringComparison.OrdinalIgnoreCase);

    private static bool IsOfAccount(SqlTokenizer tokens)
    {
        string first = Word(ref tokens);
        if (!Statements.Contains(first))
            return false;
        string second = Word(ref tokens);
        if (first == "CREATE" && second == "OR")
            second = Word(ref tokens) == "REPLACE" ? Word(ref tokens) : "";
        return first == "GRANT" || Objects.Contains(second);
    }

    private static string Word(ref SqlTokenizer tokens)
    {
        SqlToken token = tokens.Next();
        return token.Kind == SqlTokenKind.Word ? tokens.Text[token.Start..token.End].ToUpperInvariant() : "";
    }
}
