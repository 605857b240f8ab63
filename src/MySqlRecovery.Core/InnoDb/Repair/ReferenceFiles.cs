using System.Globalization;
using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.InnoDb.Repair;

/// <summary>Finds the reference of each file: one file, or a folder in which it has the same name.</summary>
internal sealed class ReferenceFiles
{
    private readonly string _path;
    private readonly bool _isFolder;
    private readonly ILookup<string, string> _byName;

    public ReferenceFiles(string path)
    {
        _path = path;
        _isFolder = Directory.Exists(path);
        _byName = _isFolder
            ? Directory.EnumerateFiles(path, "*.ibd", SearchOption.AllDirectories).ToLookup(
                f => Path.GetFileName(f), StringComparer.OrdinalIgnoreCase)
            : Enumerable.Empty<string>().ToLookup(f => f);
    }

    /// <summary>The reference, or null if the folder has none; throws if several could be meant.</summary>
    public string? Find(string source)
    {
        if (!_isFolder)
            return _path;
        string[] found = [.. _byName[Path.GetFileName(source)]];
        if (found.Length <= 1)
            return found.FirstOrDefault();
        string[] sameDatabase = [.. found.Where(
            f => string.Equals(TableFileName.DatabaseOf(f), Database(source), StringComparison.OrdinalIgnoreCase))];
        return sameDatabase.Length == 1 ? sameDatabase[0] : throw new RecoveryException(
            "ReferenceAmbiguous", RecoveryErrorKind.InvalidArgument,
            $"several references have its name: {string.Join(", ", found)}", source,
            recommendedAction: "Keep the folders of the databases, or give the one reference file.");
    }

    // The folder that a file lies in is the database, unless the SDI knows better.
    private static string Database(string source)
    {
        try
        {
            using TablespaceFile file = TablespaceFile.Open(source);
            return SdiTable.Find(file)?.Schema ?? TableFileName.DatabaseOf(source);
        }
        catch (RecoveryException)
        {
            return TableFileName.DatabaseOf(source);
        }
    }
}

/// <summary>Which tablespace id a running server's dictionary has for each table.</summary>
internal sealed class ServerSpaceIds
{
    private readonly Dictionary<string, uint> _byTable = new(StringComparer.OrdinalIgnoreCase);

    private ServerSpaceIds()
    {
    }

    /// <summary>
    /// Asks a server: INNODB_DATAFILES of MySQL 8.0+, which has names as the files have them, INNODB_SYS_TABLESPACES of the
    /// others, which has them likewise. It takes PROCESS.
    /// </summary>
    /// <exception cref="RecoveryException">ServerPrivilegeMissing, ServerQueryFailed, ServerConnectionLost ...</exception>
    public static ServerSpaceIds Read(IQueryClient client, CancellationToken token)
    {
        const string Which =
            "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'information_schema' AND TABLE_NAME = 'INNODB_DATAFILES'";
        bool hasFiles = client.QueryScalar(Which, token) == "1";
        string names = hasFiles ? "SELECT PATH, SPACE FROM information_schema.INNODB_DATAFILES" : "SELECT NAME, SPACE FROM "
            + "information_schema.INNODB_SYS_TABLESPACES";
        var ids = new ServerSpaceIds();
        foreach (string?[] row in client.QueryAll(names, token))
            ids._byTable[Key(row[0]!)] = uint.Parse(row[1]!, CultureInfo.InvariantCulture);

        // MariaDB shows nothing where MySQL refuses.
        return ids._byTable.Count > 0 ? ids : throw new RecoveryException(
            "ServerPrivilegeMissing", RecoveryErrorKind.PermissionDenied, "the server shows no tablespace to this account", client.Server,
            recommendedAction: "Grant the account PROCESS.");
    }

    /// <summary>The id for the table or partition whose file this is, told by its name and its folder's; null if the server has
    /// no such table.</summary>
    public uint? Find(string path) => _byTable.TryGetValue(Key(Path.GetFullPath(path)), out uint id) ? id : null;

    private static string Key(string path)
    {
        string[] parts = path.Split('/', '\\');
        string table = parts[^1].EndsWith(".ibd", StringComparison.OrdinalIgnoreCase) ? parts[^1][..^4] : parts[^1];
        return parts.Length > 1 ? $"{parts[^2]}/{table}" : table;
    }
}
