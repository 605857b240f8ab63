using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Schema;
using MySqlRecovery.Server;
using MySqlRecovery.Text;

namespace MySqlRecovery.Restore;

/// <summary>Table maps of a server's tables, for rows that are of no log; each table is asked for once.</summary>
/// <param name="open">Gives the server.</param>
/// <param name="stop">Cancels.</param>
internal sealed class LiveTableMaps(Func<IQueryClient> open, CancellationToken stop)
{
    private readonly Dictionary<TableName, (TableMap? Map, string? Problem)> _maps = [];
    private bool? _isMariaDb;

    /// <summary>The map, or why there is none.</summary>
    public (TableMap? Map, string? Problem) Find(TableName name)
    {
        if (!_maps.TryGetValue(name, out var found))
            _maps.Add(name, found = Read(name));
        return found;
    }

    private (TableMap? Map, string? Problem) Read(TableName name)
    {
        IQueryClient client = open();
        if (ServerSchema.Read(client, [name], stop) is not [TableSchema table, ..])
            return (null, "the server has no such table, or the account may not see it");
        if (table.UnknownReason != null)
            return (null, $"the table's definition cannot be read: {table.UnknownReason}");
        bool isMariaDb = _isMariaDb ??= ServerVersion.Parse(client.QueryScalar("SELECT VERSION()", stop) ?? string.Empty).IsMariaDb;
        try
        {
            return (TableMap.Of(name, [.. table.Columns.Select(c => c.ToDefinition(isMariaDb))]), null);
        }
        catch (InvalidDataException e)
        {
            return (null, e.Message);
        }
    }
}
