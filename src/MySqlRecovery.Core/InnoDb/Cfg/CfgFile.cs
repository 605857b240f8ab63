using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Server;
using MySqlRecovery.Text;

namespace MySqlRecovery.InnoDb.Cfg;

/// <summary>Writes the .cfg file beside an .ibd file.</summary>
internal static class CfgFile
{
    /// <summary>The path of the file written.</summary>
    /// <param name="path">The .ibd file as it will be imported.</param>
    /// <param name="schema">Its definition, for files without SDI.</param>
    /// <param name="table">Its name, for files without SDI.</param>
    /// <param name="sdi">Its dictionary information, which only one partition has; null to look for it in the file.</param>
    /// <param name="sdiSpaceId">The id that the file has in that; null for the id in the file.</param>
    /// <param name="server">The server that is to import it, for files without SDI, which do not say whose they are; null for
    /// unknown.</param>
    public static string Write(
        string path, TableSchema? schema, TableName table, SdiTable? sdi = null, uint? sdiSpaceId = null, CfgServer? server = null)
    {
        string cfg = Path.ChangeExtension(path, ".cfg");
        using TablespaceFile file = TablespaceFile.Open(path);
        byte[] bytes = Describe(file, schema, table, sdi, sdiSpaceId, server).ToBytes();
        using var output = PendingFile.Replace(cfg, path);
        output.Stream.Write(bytes);
        output.Commit();
        return cfg;
    }

    /// <summary>The habits of a server.</summary>
    public static CfgServer HabitsOf(ServerVersion version) => version.IsMariaDb
        ? version.IsAtLeast(11, 5) ? CfgServer.MariaDb115 : CfgServer.MariaDb
        : version.IsAtLeast(5, 7) ? CfgServer.MySql : CfgServer.MySql56;

    /// <summary>The habits of the server of a version: MariaDB counts from 10 on, MySQL up to 9.</summary>
    public static CfgServer HabitsOf(Version version) =>
        HabitsOf(new ServerVersion(version.Major >= 10, version.Major, version.Minor, Math.Max(0, version.Build)));

    /// <summary>
    /// The habits of the server that a file without SDI is taken to be of: 5.5 and 5.6 seal with the fold checksums by default,
    /// MariaDB never does; what remains undecided is written for MariaDB, which differs in TIMESTAMP and geometry only and is the
    /// one that insists on the file.
    /// </summary>
    public static CfgServer HabitsIn(TablespaceFile file) =>
        !file.Flags.IsFullCrc32 && PageChecksum.Identify(file.Page0, file.Flags) == PageChecksumAlgorithm.InnoDb
            ? CfgServer.MySql56 : CfgServer.MariaDb;

    /// <summary>What the .cfg file says.</summary>
    private static CfgTable Describe(
        TablespaceFile file, TableSchema? schema, TableName table, SdiTable? definition, uint? spaceId, CfgServer? server)
    {
        List<BTreeRoot> roots = BTreeRoot.FindAll(file);
        if ((definition ?? SdiTable.Find(file)) is { } sdi)
            return CfgFromSdi.Build(file, roots, sdi, spaceId ?? file.SpaceId);
        if (schema == null)
        {
            throw new RecoveryException("RecordLayoutUnknown", RecoveryErrorKind.InvalidArgument,
                "a .cfg file needs the table's columns and keys, which this file does not name", file.Path,
                recommendedAction: "Give the table's CREATE TABLE statement with -SchemaPath.");
        }

        string name = table.Database == null ? table.Name : $"{table.Database}/{table.Name}";
        return CfgFromSchema.Build(file, roots, schema, name, server ?? HabitsIn(file));
    }
}
