using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Schema;
using MySqlRecovery.Server;
using MySqlRecovery.Text;

namespace MySqlRecovery.Restore;

/// <summary>The tables of a run as the server has them, each asked for once.</summary>
internal sealed class RestoreTables(IQueryClient client, SqlForm form, CancellationToken stop)
{
    private readonly Dictionary<TableMap, RestoreTable> _byMap = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<TableName, TableSchema?> _live = [];
    private List<Reference>? _references;

    /// <summary>The server's table for one of the log.</summary>
    public RestoreTable Find(TableMap map)
    {
        if (_byMap.TryGetValue(map, out RestoreTable? table))
            return table;
        TableName asked = form.Renames.NameOf(map);
        if (!_live.TryGetValue(asked, out TableSchema? live))
            _live.Add(asked, live = ServerSchema.Read(client, [asked], stop) is [TableSchema found, ..] ? found : null);
        table = new RestoreTable(map, live?.QualifiedName ?? asked, live, form);
        _references ??= ReadReferences();
        table.Parents = [.. _references.Where(r => r.Child == table.Name)];
        table.Children = [.. _references.Where(r => r.Parent == table.Name)];
        _byMap.Add(map, table);
        return table;
    }

    /// <summary>The table of the log that goes to a table of the server; null where the run has none.</summary>
    public RestoreTable? Find(TableName name) => _byMap.Values.FirstOrDefault(t => t.Name == name && t.Problem == null);

    private List<Reference> ReadReferences()
    {
        const string Sql =
            "SELECT k.CONSTRAINT_NAME, k.TABLE_SCHEMA, k.TABLE_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_SCHEMA, k.REFERENCED_TABLE_NAME, "
            + "k.REFERENCED_COLUMN_NAME, c.DELETE_RULE, c.UNIQUE_CONSTRAINT_NAME FROM information_schema.KEY_COLUMN_USAGE k "
            + "JOIN information_schema.REFERENTIAL_CONSTRAINTS c ON c.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA "
            + "AND c.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND c.TABLE_NAME = k.TABLE_NAME "
            + "WHERE k.REFERENCED_TABLE_NAME IS NOT NULL ORDER BY k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION";
        return [.. client.QueryAll(Sql, stop).GroupBy(r => (r[0], r[1], r[2])).Select(g =>
        {
            string?[] first = g.First();
            return new Reference(
                first[0]!, new TableName(first[1], first[2]!), [.. g.Select(r => r[3]!)], new TableName(first[4], first[5]!),
                [.. g.Select(r => r[6]!)], first[7]!, first[8]);
        })];
    }
}
