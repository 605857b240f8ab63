using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.History;

/// <summary>A dump that says where in the log it was made.</summary>
internal static class BaseDump
{
    /// <summary>Dumps a database, be it under traffic, and gives the path.</summary>
    public static string Write(MySqlServer server, string database)
    {
        string path = Path.Combine(server.FolderPath, $"{database}.dump.sql");
        string place = server.Flavour.IsMariaDb ? "--master-data=2" : "--source-data=2";
        // Byte for byte, which output read as text would not be.
        server.Run("mysqldump", [
            .. server.ConnectionArguments, "--single-transaction", place, $"--result-file={path}",
            .. server.Flavour.DumpOptions, database]);
        return path;
    }
}
