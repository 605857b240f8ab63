using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Changes;

/// <summary>
/// Events of an index whose statement took every row that was equal to one of its rows: what is equal to such a row later has come
/// since. That tells rows apart in a table without key, where the log has the statement.
/// </summary>
internal sealed class SweptEvents
{
    // What can tell equal rows apart.
    private static readonly HashSet<string> Choosing = new(StringComparer.OrdinalIgnoreCase)
    {
        "LIMIT", "RAND", "UUID", "UUID_SHORT", "SLEEP", "GET_LOCK", "ROW_COUNT", "LAST_INSERT_ID", "NEXTVAL", "ROWNUM", "OFFSET", "FETCH",
    };

    private readonly HashSet<int> _numbers = [];
    private (string? Text, string Table, bool IsSweeping) _last;

    public bool Contains(int item) => _numbers.Contains(item);

    /// <summary>Marks an event if its statement is of that kind.</summary>
    /// <param name="item">Number of the event.</param>
    /// <param name="statement">The statement; null where the log does not have it.</param>
    /// <param name="table">The event's table.</param>
    public void Observe(int item, string? statement, string table)
    {
        if (statement == null)
            return;
        if (!ReferenceEquals(_last.Text, statement) || _last.Table != table)
            _last = (statement, table, IsSweeping(statement, table));
        if (_last.IsSweeping)
            _numbers.Add(item);
    }

    /// <summary>Follows an event to another number, which is not greater.</summary>
    public void Move(int item, int to)
    {
        if (item != to && _numbers.Remove(item))
            _numbers.Add(to);
    }

    /// <summary>Whether a statement deletes or updates rows of a table by what they hold and by nothing else.</summary>
    internal static bool IsSweeping(string statement, string table)
    {
        try
        {
            var tokens = new SqlTokenizer(statement);
            bool isNamed = false;
            for (int i = 0; tokens.Next() is { Kind: not SqlTokenKind.End } token; i++)
            {
                string text = statement[token.Start..token.End];
                if (i == 0 && !IsSame(text, "DELETE") && !IsSame(text, "UPDATE"))
                    return false;
                if (token.Kind == SqlTokenKind.Symbol ? text == "@" : token.Kind == SqlTokenKind.Word && Choosing.Contains(text))
                    return false;
                isNamed |= token.Kind == SqlTokenKind.Word ? IsSame(text, table)
                    : token.Kind == SqlTokenKind.QuotedName && IsSame(text[1..^1], table);
            }

            return isNamed;
        }
        catch (RecoveryException)
        {
            return false;
        }
    }

    private static bool IsSame(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
