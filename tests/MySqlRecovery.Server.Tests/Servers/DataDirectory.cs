namespace MySqlRecovery.Server.Tests.Servers;

/// <summary>Makes the data directory of an instance, whose option file is <c>my.cnf</c> in the same folder.</summary>
internal static class DataDirectory
{
    private static readonly string[] FormatOptions = ["innodb-page-size", "innodb-data-file-path", "lower-case-table-names"];

    /// <summary>
    /// Copies the one that the first initialisation left; initialises one of its own if <paramref name="settings"/>
    /// has an option that is fixed at initialisation.
    /// </summary>
    public static void Create(ServerInstallation installation, string directory, IReadOnlyCollection<string> settings)
    {
        bool ordinary = !settings.Any(
            line => FormatOptions.Any(option => line.Replace('_', '-').StartsWith(option, StringComparison.Ordinal)));
        string? template = ordinary ? installation.Template : null;
        string data = Path.Combine(directory, "data");
        if (template is not null && Directory.Exists(template))
        {
            Finish(directory, new(directory, "cp", "-a", "--reflink=auto", template, data));
            return;
        }

        Directory.CreateDirectory(data);
        Initialize(installation, directory);
        File.Delete(Path.Combine(data, "auto.cnf"));
        if (template is not null)
            Keep(data, template);
    }

    private static void Initialize(ServerInstallation installation, string directory)
    {
        string server = installation.Program("mysqld");
        string[] options = [$"--defaults-file={directory}/my.cnf", "--skip-log-bin"];
        GuardedProcess process = !server.EndsWith("mariadbd", StringComparison.Ordinal)
            ? new(directory, server, [.. options, "--initialize-insecure"])
            : installation.Bootstrap is { } bootstrap
                ? new(directory, "sh",
                    ["-c", "bootstrap=$1; shift; exec \"$@\" <\"$bootstrap\"", "sh", bootstrap, server, .. options, "--bootstrap",
                        "--enforce-storage-engine=", "--net-buffer-length=16k"])
                : new(directory, "mariadb-install-db", [options[0], "--auth-root-authentication-method=normal", "--skip-test-db"]);
        Finish(directory, process);
    }

    private static void Finish(string directory, GuardedProcess process)
    {
        using (process)
        {
            if (process.WaitForExit(TimeSpan.FromMinutes(3)) != 0)
                throw new InvalidOperationException($"The data directory could not be made: {MySqlServer.ReadLogs(directory)}");
        }
    }

    /// <summary>Another thread or process may do the same: whose renaming comes first wins, and both are equal.</summary>
    private static void Keep(string data, string template)
    {
        string copy = $"{template}.{Guid.NewGuid():N}";
        // With owner and permissions, which the files of .NET do not copy, and holes for zeros, which are most of it.
        StockProgram.Run("cp", ["-a", "--sparse=always", data, copy]);
        try
        {
            Directory.Move(copy, template);
        }
        catch (IOException)
        {
            Directory.Delete(copy, recursive: true);
        }
    }
}
