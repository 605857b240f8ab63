using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Server;
using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>
/// The tables of a server as they are now, each read when the log first names it. The log may be older: what differs from a
/// table map is not used, and what the server took up later, or DDL that the log has further on, puts the names in doubt.
/// </summary>
internal sealed class ServerLogSchema : ITableSchemaSource
{
    private const int ShownLength = 80;

    private readonly Func<IQueryClient> _open;
    private readonly TableFilter? _tables;
    private readonly Action<string> _warn;
    private readonly CancellationToken _stop;
    private readonly bool _followsLog;
    private readonly SchemaCatalog _catalog = new();
    private readonly LogSchema _schema;
    private readonly HashSet<TableName> _read = [];
    private readonly HashSet<TableName> _warned = [];
    private readonly Dictionary<TableName, List<TableMap>> _named = [];
    private readonly HashSet<TableName> _included = new(TableName.IgnoreCase);
    private List<(TableName Parent, TableName Child)>? _references;
    private readonly Dictionary<string, string?> _hidden = new(StringComparer.Ordinal);
    private string? _hiddenDatabases;
    private string? _unavailable;

    /// <param name="open">Gives a client; one that can be disposed of is, after each use.</param>
    /// <param name="tables">The tables asked for, or null for all: others are not read.</param>
    /// <param name="warn">Takes what is in doubt.</param>
    /// <param name="stop">Cancels queries.</param>
    /// <param name="followsLog">Whether the log is the server's own and read to its end, so that it tells of what changed the
    /// tables since.</param>
    public ServerLogSchema(
        Func<IQueryClient> open, TableFilter? tables, Action<string> warn, CancellationToken stop, bool followsLog = false)
    {
        _followsLog = followsLog;
        _open = open;
        _tables = tables;
        _warn = warn;
        _stop = stop;
        _schema = new LogSchema(_catalog);
    }

    public void Complete(TableMap map)
    {
        var name = new TableName(map.Database, map.Table);
        if (_tables?.IsMatch(map.Database, map.Table) == false && !_included.Contains(name))
            return;
        if (_unavailable == null && _read.Add(name))
            Read(name);
        bool isNamed = Array.TrueForAll(map.Columns, column => column.IsNameKnown);
        _schema.Complete(map);
        if (isNamed || !map.HasSchema)
            return;
        if (!_named.TryGetValue(name, out List<TableMap>? maps))
            _named.Add(name, maps = []);
        maps.Add(map);
        DateTime time = DateTime.UnixEpoch.AddSeconds(EventHeader.Parse(map.Raw).Timestamp);
        DateTime? changedAt = _catalog.Find(name.Database, name.Name)?.ChangedAt;
        // What changed the table later in the same second, only the server's own log tells.
        if (changedAt < time || (_followsLog && (changedAt == null || changedAt == time)))
            return;
        map.SchemaDoubt = changedAt == null
            ? "the server does not say when the definition that it has now was made, and the log does not name the columns"
            : changedAt == time
            ? $"rows of {time:u} are read with a definition of the same second, which may have come after them; their columns may have had "
                + "other names"
            : $"rows of {time:u} are read with a definition of {changedAt:u}; their columns may have had other names";
        if (_warned.Add(name))
            _warn($"{name}: {map.SchemaDoubt}.");
    }

    public IEnumerable<TableReference> FindReferences(TableName table)
    {
        if (_unavailable == null && _read.Add(table))
            Read(table);
        return _schema.FindReferences(table);
    }

    public void Include(TableName table) => _included.Add(table);

    public string? FindHiddenCascades(TableMap parent) => _unavailable ?? _hidden.GetValueOrDefault(parent.Database);

    public string? FindHiddenDatabases() => _hiddenDatabases;

    public bool IsSelfContained(string database, string table)
    {
        var name = new TableName(database, table);
        if (_unavailable == null && _read.Add(name))
            Read(name);
        return _schema.IsSelfContained(database, table);
    }

    public void Observe(string statement, string database, SqlModes modes)
    {
        LoggedStatement read = LoggedStatement.Read(statement, modes);
        SchemaChange change = new SchemaCatalog().Apply(read, database);
        if (change.Kind is SchemaChangeKind.None or SchemaChangeKind.Truncate)
            return;
        bool changesColumns = !change.KeepsColumns && ChangesColumns(read, change.Kind);
        foreach (TableName name in change.Tables)
        {
            _read.Remove(name);
            if (changesColumns && _named.Remove(name, out List<TableMap>? maps))
                Doubt(name, maps, statement);
        }
    }

    // CREATE INDEX, DROP TRIGGER and the like alter a table, and leave the columns alone.
    private static bool ChangesColumns(LoggedStatement statement, SchemaChangeKind kind) =>
        kind != SchemaChangeKind.Alter || statement.Verb is "ALTER" or "RENAME";

    private void Doubt(TableName name, List<TableMap> maps, string statement)
    {
        string shown = statement.Length > ShownLength ? statement[..ShownLength] + "..." : statement;
        foreach (TableMap map in maps)
            map.SchemaProblem = $"the server has it as it is since '{shown}', which came after these rows";
        if (_warned.Add(name))
            _warn($"{name}: rows before '{shown}' were read with the definition that the server has since then; their columns may have had "
                + "other names.");
    }

    private void Read(TableName name)
    {
        IQueryClient? client = null;
        try
        {
            client = _open();
            lock (client)
                Read(client, name);
        }
        catch (RecoveryException e)
        {
            _unavailable = $"the definitions of tables cannot be read: {e.Message}";
            _warn($"The definitions of tables cannot be read, so that only the log names columns: {e.Message}");
        }
        finally
        {
            (client as IDisposable)?.Dispose();
        }
    }

    private void Read(IQueryClient client, TableName name)
    {
        if (!_hidden.ContainsKey(name.Database!))
            _hidden[name.Database!] = ServerSchema.FindHidden(client, name.Database!, _stop);
        if (_references == null)
            _hiddenDatabases = ServerSchema.FindHiddenDatabases(client, _stop);
        _references ??= ServerSchema.FindReferences(client, _stop);
        IEnumerable<TableName> children = _references.Where(c => IsSame(c.Parent, name)).Select(c => c.Child).Where(_read.Add);
        foreach (TableSchema table in ServerSchema.Read(client, [name, .. children], _stop))
            _catalog.Put(table);
    }

    // Servers on Windows and macOS list names in lower case.
    private static bool IsSame(TableName one, TableName other) =>
        string.Equals(one.Database, other.Database, StringComparison.OrdinalIgnoreCase)
        && string.Equals(one.Name, other.Name, StringComparison.OrdinalIgnoreCase);
}
