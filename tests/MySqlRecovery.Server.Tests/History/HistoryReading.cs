using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Catalog;
using MySqlRecovery.Client;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.History;
using MySqlRecovery.Model;
using MySqlRecovery.Restore;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Server.Tests.History;

/// <summary>Reads the versions of rows as Get-RowHistory does.</summary>
/// <param name="server">The server whose logs they are.</param>
internal sealed class HistoryReading(MySqlServer server)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Whether the server is asked for the table and its rows.</summary>
    public bool IsLive { get; init; }

    /// <summary>The logs; none: the server's own, from the last on that the test began.</summary>
    public string[] Logs { get; init; } = [];

    public SchemaCatalog? Schema { get; init; }

    /// <summary>A file with the definitions, of other tables too.</summary>
    public string? SchemaPath { get; init; }

    public LogCatalogs? Catalogs { get; init; }

    public List<RowVersion> Read(string table, params object?[] keys)
    {
        using ServerConnection? client = IsLive ? server.Connect() : null;
        using RestoreSession? session = client == null ? null : new RestoreSession(client, Stop);
        Func<IEnumerable<LogRange>> ranges = Logs.Length > 0 ? () => Logs.Select(LogRange.Whole)
            : () => new ServerLog(server.SocketOptions(), new ServerLogRequest { StartFile = Path.GetFileName(server.BinlogFiles[^1]) },
                _ => { }, Stop).Ranges();
        var reader = new RowHistoryReader(
            TableName.Parse(table)!, new KeyChoice(keys),
            (filter, known) => new EventScan(ranges(), filter, Stop, known) { Salvage = Logs.Length > 0, Catalogs = Catalogs }, Stop)
        {
            Client = client,
            OpenSchema = IsLive ? tables => new ServerLogSchema(() => server.Connect(), tables, _ => { }, Stop)
                : SchemaPath != null ? _ => LogSchema.Load(SchemaPath) : null,
            IsMariaDb = server.Flavour.IsMariaDb,
            Schema = Schema ?? (SchemaPath == null ? null : SchemaCatalog.Load(SchemaPath)),
        };
        return [.. reader.Read()];
    }
}
