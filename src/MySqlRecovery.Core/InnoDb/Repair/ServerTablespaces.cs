using System.Globalization;
using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.InnoDb.Repair;

/// <summary>Which tablespace id and which row format a running server's dictionary has for each table.</summary>
internal sealed class ServerTablespaces
{
    private readonly Dictionary<string, uint> _byTable = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _formats = new(StringComparer.OrdinalIgnoreCase);

    private ServerTablespaces()
    {
    }

    /// <summary>
    /// Asks a server: INNODB_DATAFILES of MySQL 8.0+, which has names as the files have them, INNODB_SYS_TABLESPACES of the
    /// others, which has them likewise; INNODB_TABLES, INNODB_SYS_TABLES have the formats. It takes PROCESS.
    /// </summary>
    /// <exception cref="RecoveryException">ServerPrivilegeMissing, ServerQueryFailed, ServerConnectionLost ...</exception>
    public static ServerTablespaces Read(IQueryClient client, CancellationToken token)
    {
        const string Which =
            "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'information_schema' AND TABLE_NAME = 'INNODB_DATAFILES'";
        bool hasFiles = client.QueryScalar(Which, token) == "1";
        string names = hasFiles ? "SELECT PATH, SPACE FROM information_schema.INNODB_DATAFILES" : "SELECT NAME, SPACE FROM "
            + "information_schema.INNODB_SYS_TABLESPACES";
        var ids = new ServerTablespaces();
        foreach (string?[] row in client.QueryAll(names, token))
            ids._byTable[Key(row[0]!)] = uint.Parse(row[1]!, CultureInfo.InvariantCulture);
        string tables = hasFiles ? "INNODB_TABLES" : "INNODB_SYS_TABLES";
        foreach (string?[] row in client.QueryAll($"SELECT NAME, ROW_FORMAT, ZIP_PAGE_SIZE FROM information_schema.{tables}", token))
        {
            ids._formats[Key(row[0]!)] =
                TargetRowFormat.WithPages(row[1]!.ToUpperInvariant(), int.Parse(row[2]!, CultureInfo.InvariantCulture));
        }

        // MariaDB shows nothing where MySQL refuses.
        return ids._byTable.Count > 0 ? ids : throw new RecoveryException(
            "ServerPrivilegeMissing", RecoveryErrorKind.PermissionDenied, "the server shows no tablespace to this account", client.Server,
            recommendedAction: "Grant the account PROCESS.");
    }

    /// <summary>The id for the table or partition whose file this is, told by its name and its folder's; null if the server has
    /// no such table.</summary>
    public uint? Find(string path) => _byTable.TryGetValue(Key(Path.GetFullPath(path)), out uint id) ? id : null;

    /// <summary>The row format of the table or partition, as <see cref="TargetRowFormat.WithPages"/> writes it; null if the server
    /// has no such table.</summary>
    public string? FindFormat(string path) => _formats.GetValueOrDefault(Key(Path.GetFullPath(path)));

    private static string Key(string path)
    {
        string[] parts = path.Split('/', '\\');
        string table = parts[^1].EndsWith(".ibd", StringComparison.OrdinalIgnoreCase) ? parts[^1][..^4] : parts[^1];
        return parts.Length > 1 ? $"{parts[^2]}/{table}" : table;
    }
}
