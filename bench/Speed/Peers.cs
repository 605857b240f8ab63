using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Bench.Speed;

/// <summary>Finds programs: in the folders given, on PATH, or beside the servers that make the data.</summary>
internal sealed class Peers(string[] folders)
{
    private readonly string[] _folders =
        [.. folders, .. (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator)];

    /// <summary>The program's path, or null.</summary>
    public string? Find(string name) =>
        _folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists) ?? name switch
        {
            "mysqlbinlog" or "innochecksum" or "mysql" => OfServer(ServerFlavour.MySql, name),
            "mariadb-binlog" => OfServer(ServerFlavour.MariaDb, "mysqlbinlog"),
            _ => null,
        };

    /// <summary>Whether an exception says that there is no such server: then the test suite's classes skip a test.</summary>
    public static bool IsMissing(Exception e) => e.Message.StartsWith("$XunitDynamicSkip$", StringComparison.Ordinal);

    private static string? OfServer(ServerFlavour flavour, string name)
    {
        try
        {
            return ServerInstallation.Find(flavour).Program(name);
        }
        catch (Exception e) when (IsMissing(e) || e is FileNotFoundException)
        {
            return null;
        }
    }
}
