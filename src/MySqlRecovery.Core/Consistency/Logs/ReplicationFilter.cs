using System.Text.RegularExpressions;
using MySqlRecovery.Text;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>
/// What a replica is told to leave out, by the rules of the servers for row events: first those for databases, then
/// those for tables (sql/rpl_filter.cc).
/// </summary>
internal sealed partial class ReplicationFilter
{
    private readonly string[] _doDatabases, _ignoreDatabases, _doTables, _ignoreTables, _wildDoTables, _wildIgnoreTables;

    /// <param name="status">The columns Replicate_* of SHOW REPLICA STATUS.</param>
    public ReplicationFilter(IReadOnlyDictionary<string, string?> status)
    {
        _doDatabases = Split(status, "Replicate_Do_DB");
        _ignoreDatabases = Split(status, "Replicate_Ignore_DB");
        _doTables = Split(status, "Replicate_Do_Table");
        _ignoreTables = Split(status, "Replicate_Ignore_Table");
        _wildDoTables = Split(status, "Replicate_Wild_Do_Table");
        _wildIgnoreTables = Split(status, "Replicate_Wild_Ignore_Table");
    }

    /// <summary>The rule that leaves a statement out; of a statement about a table, those for its table count too.</summary>
    public string? FindRule(string statement, string defaultDatabase)
    {
        Match match = TableDefinition().Match(statement);
        string table = match.Groups["table"].Value, database = match.Groups["database"].Value;
        return FindTableRule(database.Length > 0 ? SqlIdentifier.Unquote(database) : defaultDatabase, SqlIdentifier.Unquote(table));
    }

    /// <summary>The rule that leaves a table out, as the server names it; null where none does.</summary>
    public string? FindTableRule(string database, string table)
    {
        if (_doDatabases.Length > 0 && !_doDatabases.Contains(database, StringComparer.Ordinal))
            return $"replicate_do_db={string.Join(',', _doDatabases)}";
        if (_doDatabases.Length == 0 && _ignoreDatabases.Contains(database, StringComparer.Ordinal))
            return $"replicate_ignore_db={database}";
        if (table.Length == 0)
            return null;
        string name = $"{database}.{table}";
        if (_doTables.Contains(name, StringComparer.Ordinal))
            return null;
        if (_ignoreTables.Contains(name, StringComparer.Ordinal))
            return $"replicate_ignore_table={name}";
        if (Array.Exists(_wildDoTables, p => IsLike(name, p)))
            return null;
        if (Array.Find(_wildIgnoreTables, p => IsLike(name, p)) is { } pattern)
            return $"replicate_wild_ignore_table={pattern}";
        if (_doTables.Length > 0)
            return $"replicate_do_table={string.Join(',', _doTables)}";
        return _wildDoTables.Length > 0 ? $"replicate_wild_do_table={string.Join(',', _wildDoTables)}" : null;
    }


    private static string[] Split(IReadOnlyDictionary<string, string?> status, string column) =>
        (status.GetValueOrDefault(column) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>LIKE: % for any text, _ for one character, a backslash before either for itself.</summary>
    internal static bool IsLike(string text, string pattern)
    {
        int t = 0, p = 0, star = -1, resume = 0;
        while (t < text.Length)
        {
            bool isEscape = p + 1 < pattern.Length && pattern[p] == '\\';
            if (p < pattern.Length && pattern[p] == '%')
            {
                star = ++p;
                resume = t;
            }
            else if (p < pattern.Length && (isEscape ? pattern[p + 1] == text[t] : pattern[p] == '_' || pattern[p] == text[t]))
            {
                p += isEscape ? 2 : 1;
                t++;
            }
            else if (star >= 0)
            {
                p = star;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(p).TrimStart('%').IsEmpty;
    }

    [GeneratedRegex(
        @"^\s*(?:CREATE|ALTER|DROP|TRUNCATE|RENAME)\s+(?:TEMPORARY\s+)?(?:TABLE\s+)(?:IF\s+(?:NOT\s+)?EXISTS\s+)?"
            + @"(?:(?<database>`(?:[^`]|``)+`|[\w$]+)\s*\.\s*)?(?<table>`(?:[^`]|``)+`|[\w$]+)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex TableDefinition();
}
