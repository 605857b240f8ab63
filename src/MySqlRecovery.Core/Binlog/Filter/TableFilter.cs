using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Filter;

/// <summary>Chooses tables by database and by name; a table pattern with a dot means <c>database.table</c>.</summary>
internal sealed class TableFilter
{
    private readonly NamePattern[] _databases;
    private readonly NamePattern[] _excludedDatabases;
    private QualifiedPattern[] _tables;
    private readonly QualifiedPattern[] _excludedTables;

    public TableFilter(string[] databases, string[] excludedDatabases, string[] tables, string[] excludedTables)
    {
        _databases = Array.ConvertAll(databases, p => new NamePattern(p));
        _excludedDatabases = Array.ConvertAll(excludedDatabases, p => new NamePattern(p));
        _tables = Array.ConvertAll(tables, QualifiedPattern.Parse);
        _excludedTables = Array.ConvertAll(excludedTables, QualifiedPattern.Parse);
    }

    private TableFilter(QualifiedPattern[] tables)
    {
        _databases = _excludedDatabases = [];
        _tables = tables;
        _excludedTables = [];
    }

    /// <summary>Chooses these tables and no others.</summary>
    public static TableFilter Only(IEnumerable<TableName> tables) => new([.. tables.Select(QualifiedPattern.Of)]);

    /// <summary>Chooses a table, too, of which no map has come yet.</summary>
    public void Add(TableName table) => _tables = [.. _tables, QualifiedPattern.Of(table)];

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

    /// <summary>Those of the databases asked for that none of these is.</summary>
    public IEnumerable<string> UnmatchedDatabases(IReadOnlyCollection<string> databases) =>
        _databases.Where(p => !databases.Any(p.IsMatch)).Select(p => p.Text);

    /// <summary>Those of the tables asked for that none of these is.</summary>
    public IEnumerable<string> UnmatchedTables(IReadOnlyCollection<TableName> tables) =>
        _tables.Where(p => !tables.Any(t => p.IsMatch(t.Database!, t.Name))).Select(p => p.ToString());

    /// <summary>Whether a statement may concern one of the tables asked for: it has the name in it, or the pattern is open.</summary>
    public bool MayName(string statement) => _tables.Length == 0 || Array.Exists(_tables, p => p.MayName(statement));

    /// <summary>Whether tables of a database are asked for by its name, or with those of all databases: not where only names of
    /// tables are given, which it need not have.</summary>
    public bool NamesDatabase(string database) => IsDatabaseMatch(database)
        && (_tables.Length == 0 || Array.Exists(_tables, p => p.NamesDatabase(database)));

    public bool IsDatabaseMatch(string database) =>
        (_databases.Length == 0 || Array.Exists(_databases, p => p.IsMatch(database)))
        && !Array.Exists(_excludedDatabases, p => p.IsMatch(database));

    private sealed record QualifiedPattern(NamePattern? Whole, (NamePattern Database, NamePattern Table)[] Parted)
    {
        public static QualifiedPattern Of(TableName table) => new(null, [(NamePattern.Of(table.Database!), NamePattern.Of(table.Name))]);

        // A dot may be part of either name, so the text is parted at each dot, and tried as a table name as a whole too.
        public static QualifiedPattern Parse(string text)
        {
            IEnumerable<int> dots = Enumerable.Range(1, Math.Max(0, text.Length - 1)).Where(i => text[i] == '.');
            return new(new(text), [.. dots.Select(dot => (new NamePattern(text[..dot]), new NamePattern(text[(dot + 1)..])))]);
        }

        public bool IsMatch(string database, string table) =>
            Whole?.IsMatch(table) == true || Array.Exists(Parted, p => p.Database.IsMatch(database) && p.Table.IsMatch(table));

        public bool NamesDatabase(string database) => Array.Exists(Parted, p => p.Database.IsMatch(database));

        public bool MayName(string statement) =>
            (Parted.Length == 0 && IsNamed(Whole!, statement)) || Array.Exists(Parted, p => IsNamed(p.Table, statement));

        public override string ToString() => Whole?.Text ?? $"{Parted[0].Database.Text}.{Parted[0].Table.Text}";

        private static bool IsNamed(NamePattern table, string statement) =>
            !table.IsLiteral || statement.Contains(table.Text, StringComparison.OrdinalIgnoreCase);
    }
}
