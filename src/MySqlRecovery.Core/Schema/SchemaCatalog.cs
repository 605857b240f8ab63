using System.Text;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>
/// The tables of one or more databases at a point in time: read from CREATE TABLE text, then kept up to date with the DDL
/// that a log holds. Never wrong rather than complete: what cannot be followed becomes unknown.
/// </summary>
internal sealed class SchemaCatalog
{
    /// <summary>Text beyond this size is no schema but a dump with data.</summary>
    private const long MaxFileSize = 256 << 20;

    private readonly Dictionary<string, List<Entry>> _entries = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, TextDefault> _databaseTexts = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _droppedDatabases = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The tables that are there, in no particular order; some may be unknown but for their names.</summary>
    public IEnumerable<TableSchema> Tables =>
        _entries.Values.SelectMany(entries => entries).Select(entry => entry.Table).OfType<TableSchema>();

    /// <summary>Reads a file of CREATE TABLE statements: mysqldump --no-data, SHOW CREATE TABLE, or written by hand.</summary>
    /// <exception cref="RecoveryException">SchemaNotFound, SchemaNotReadable, SchemaTooLarge, or SchemaNotUnderstood with the
    /// line.</exception>
    public static SchemaCatalog Load(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxFileSize)
            {
                throw new RecoveryException(
                    "SchemaTooLarge", RecoveryErrorKind.LimitsExceeded, $"a schema of more than {MaxFileSize >> 20} MiB", path,
                    recommendedAction: "Dump the schema alone with mysqldump --no-data.");
            }

            return Parse(File.ReadAllText(path, Encoding.UTF8), path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RecoveryException("SchemaNotFound", RecoveryErrorKind.ObjectNotFound, "there is no such file", path, inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            RecoveryErrorKind kind = e is IOException ? RecoveryErrorKind.ReadError : RecoveryErrorKind.PermissionDenied;
            throw new RecoveryException("SchemaNotReadable", kind, e.Message, path, inner: e);
        }
    }

    /// <summary>Reads the statements in <paramref name="text"/>.</summary>
    /// <param name="text">The SQL.</param>
    /// <param name="path">The file that it came from, for messages.</param>
    /// <exception cref="RecoveryException">SchemaNotUnderstood with the line.</exception>
    public static SchemaCatalog Parse(string text, string? path = null)
    {
        var catalog = new SchemaCatalog();
        var script = new SqlScript(text, SqlModes.None, path);
        string? database = null;
        while (script.Next() is StatementCursor statement)
        {
            if (statement.Accept("USE"))
                database = statement.Name();
            else
                new DdlInterpreter(catalog, statement, database).Execute();
        }

        return catalog;
    }

    /// <summary>
    /// Finds a table: by the exact name, else by one that differs in case if it is the only one, else among the tables
    /// that were read without a database. Null: there is none; one with an <see cref="TableSchema.UnknownReason"/>: there
    /// is, but its columns are not known.
    /// </summary>
    public TableSchema? Find(string? database, string table)
    {
        if (!TryFind(new TableName(database, table), out Entry? entry) && database != null && !_droppedDatabases.Contains(database))
            TryFind(new TableName(null, table), out entry);
        return entry?.Table;
    }

    /// <summary>The tables whose rows a server changes along with those of another, as <see cref="ServerSchema.FindCascades"/> has
    /// them.</summary>
    /// <param name="database">That of tables that were read without one.</param>
    public List<(TableName Parent, TableName Child)> FindCascades(string? database)
    {
        return [.. Tables.SelectMany(t => t.ForeignKeys.Where(k => LogSchema.ChangesRows(k.OnDelete) || LogSchema.ChangesRows(k.OnUpdate))
            .Select(k => (In(k.ReferencedTable, t.Database), In(t.QualifiedName, null))))];

        TableName In(TableName name, string? other) => name with { Database = name.Database ?? other ?? database };
    }

    /// <summary>Follows a statement of a log. Tables whose change it does not understand become unknown.</summary>
    /// <param name="statement">One statement without delimiter.</param>
    /// <param name="currentDatabase">The database in which it ran; null or empty if none.</param>
    /// <param name="modes">The sql_mode under which it ran.</param>
    public SchemaChange Apply(string statement, string? currentDatabase, SqlModes modes = SqlModes.None) =>
        Apply(LoggedStatement.Read(statement, modes), currentDatabase);

    /// <summary>Follows a statement of a log. Tables whose change it does not understand become unknown.</summary>
    public SchemaChange Apply(LoggedStatement statement, string? currentDatabase)
    {
        if (statement.Kind != LoggedStatementKind.Definition)
            return SchemaChange.None;
        var interpreter = new DdlInterpreter(this, statement.Open(), string.IsNullOrEmpty(currentDatabase) ? null : currentDatabase);
        try
        {
            return interpreter.Execute();
        }
        catch (RecoveryException e)
        {
            foreach (TableName name in interpreter.Tables)
                Put(TableSchema.Unknown(NameOf(name), e.Detail));
            return interpreter.Result;
        }
    }

    /// <summary>Adds a table or replaces the one of the same name.</summary>
    public void Put(TableSchema table) => Set(table.QualifiedName, table);

    /// <summary>Takes a table away; then one that was read without a database does not stand for it either.</summary>
    public void Remove(TableName name) => Set(NameOf(name), null);

    /// <summary>Takes a database away; returns what it had.</summary>
    public IReadOnlyList<TableName> RemoveDatabase(string database)
    {
        _droppedDatabases.Add(database);
        _databaseTexts.Remove(database);
        TableName[] names = [.. Tables.Select(table => table.QualifiedName).Where(
            name => string.Equals(name.Database, database, StringComparison.OrdinalIgnoreCase))];
        foreach (TableName name in names)
            Remove(name);
        return names;
    }

    /// <summary>The default character set of a database, as far as statements said it.</summary>
    public TextDefault DatabaseText(string? database) =>
        database != null && _databaseTexts.TryGetValue(database, out TextDefault text) ? text : default;

    public void SetDatabaseText(string database, TextDefault text) => _databaseTexts[database] = text;

    private static string KeyOf(TableName name) => $"{name.Database}\0{name.Name}";

    /// <summary>The name by which the table is kept that <paramref name="name"/> finds in its database.</summary>
    private TableName NameOf(TableName name) => TryFind(name, out Entry? entry) && entry != null ? entry.Name : name;

    /// <summary>Finds the exact name, else the only one that differs in case.</summary>
    /// <returns>False: nothing is known of such a name. True without an entry: several differ in case.</returns>
    private bool TryFind(TableName name, out Entry? found)
    {
        found = null;
        if (!_entries.TryGetValue(KeyOf(name), out List<Entry>? entries))
            return false;
        found = entries.Find(entry => entry.Name == name);
        if (found == null && entries.Count(entry => entry.Table != null) <= 1)
            found = entries.Find(entry => entry.Table != null) ?? entries[0];
        return true;
    }

    private void Set(TableName name, TableSchema? table)
    {
        if (!_entries.TryGetValue(KeyOf(name), out List<Entry>? entries))
            _entries[KeyOf(name)] = entries = [];
        entries.RemoveAll(entry => entry.Name == name);
        entries.Add(new Entry(name, table));
    }

    /// <summary>A name and its table; without one: the table was dropped.</summary>
    private sealed record Entry(TableName Name, TableSchema? Table);
}
