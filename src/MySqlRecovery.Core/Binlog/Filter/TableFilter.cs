using MySqlRecovery.Binlog.Rows;

namespace MySqlRecovery.Binlog.Filter;

/// <summary>Chooses tables by database and by name; a table pattern with a dot means <c>database.table</c>.</summary>
internal sealed class TableFilter
{
    private readonly NamePattern[] _databases;
    private readonly NamePattern[] _excludedDatabases;
    private readonly QualifiedPattern[] _tables;
    private readonly QualifiedPattern[] _excludedTables;

    public TableFilter(string[] databases, string[] excludedDatabases, string[] tables, string[] excludedTables)
    {
        _databases = Array.ConvertAll(databases, p => new NamePattern(p));
        _excludedDatabases = Array.ConvertAll(excludedDatabases, p => new NamePattern(p));
        _tables = Array.ConvertAll(tables, QualifiedPattern.Parse);
        _excludedTables = Array.ConvertAll(excludedTables, QualifiedPattern.Parse);
    }

    /// <summary>Whether only events that belong to a table can match.</summary>
    public bool NeedsTable => _tables.Length > 0;

    public bool NeedsDatabase => _databases.Length > 0;

    /// <summary>The same for a table map, which keeps the answer: it comes again with every statement.</summary>
    public bool IsMatch(TableMap map)
    {
        if (map.Choice is not { } choice || choice.Filter != this)
            map.Choice = choice = new TableChoice(this, IsMatch(map.Database, map.Table));
        return choice.IsMatch;
    }

    public bool IsMatch(string database, string table) => IsDatabaseMatch(database)
        && (_tables.Length == 0 || Array.Exists(_tables, p => p.IsMatch(database, table)))
        && !Array.Exists(_excludedTables, p => p.IsMatch(database, table));

    /// <summary>Whether a statement may concern one of the tables asked for: it has the name in it, or the pattern is open.</summary>
    public bool MayName(string statement) => _tables.Length == 0 || Array.Exists(
        _tables, p => !p.Table.IsLiteral || statement.Contains(p.Table.Text, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether tables of a database may match.</summary>
    public bool MayMatchIn(string database) => IsDatabaseMatch(database)
        && (_tables.Length == 0 || Array.Exists(_tables, p => p.Database?.IsMatch(database) != false));

    public bool IsDatabaseMatch(string database) =>
        (_databases.Length == 0 || Array.Exists(_databases, p => p.IsMatch(database)))
        && !Array.Exists(_excludedDatabases, p => p.IsMatch(database));

    private sealed record QualifiedPattern(NamePattern? Database, NamePattern Table, NamePattern Whole)
    {
        // A dot may be part of a table's own name, so the whole text is tried as a table name too.
        public static QualifiedPattern Parse(string text)
        {
            int dot = text.IndexOf('.', StringComparison.Ordinal);
            var whole = new NamePattern(text);
            return dot <= 0 ? new(null, whole, whole) : new(new(text[..dot]), new(text[(dot + 1)..]), whole);
        }

        public bool IsMatch(string database, string table) =>
            Whole.IsMatch(table) || (Database != null && Database.IsMatch(database) && Table.IsMatch(table));
    }
}
