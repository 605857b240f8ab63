using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Xunit;

namespace MySqlRecovery.Server.Tests.Servers;

/// <summary>
/// The programs of one server: installed by <c>install.sh</c> where that works (Debian on x64), else those on PATH.
/// </summary>
public sealed class ServerInstallation
{
    private static readonly ConcurrentDictionary<ServerFlavour, Lazy<ServerInstallation>> Known = new();

    private readonly ServerFlavour _flavour;
    private readonly string? _prefix;
    private readonly string? _whyNot;

    private ServerInstallation(ServerFlavour flavour)
    {
        _flavour = flavour;
        try
        {
            _prefix = Install();
        }
        catch (InvalidOperationException failure)
        {
            _whyNot = failure.Message;
        }

        if (_prefix is null && !flavour.IsServerAlone && OnPath(Daemon) is not null)
            _whyNot = null;
    }

    /// <summary>Folder of scripts beside the tests.</summary>
    internal static string Scripts { get; } = Path.Combine(AppContext.BaseDirectory, "servers");

    /// <summary>Where a data directory made earlier is kept; null for programs on PATH.</summary>
    internal string? Template => _prefix is null ? null : Path.Combine(_prefix, "template");

    /// <summary>Statements that make MariaDB's system tables; null for programs on PATH.</summary>
    internal string? Bootstrap => _prefix is null ? null : Path.Combine(_prefix, "bootstrap.sql");

    /// <summary>Settings without which the server does not find its own files; empty for programs on PATH.</summary>
    internal string Settings => _prefix is null ? "[mysqld]\n" : File.ReadAllText(Path.Combine(_prefix, "server.cnf"));

    private string Daemon => _flavour.IsMariaDb ? "mariadbd" : "mysqld";

    /// <summary>Finds or installs a server, once a process; where that cannot be, the running test is skipped.</summary>
    public static ServerInstallation Find(ServerFlavour flavour)
    {
        ServerInstallation found = Known.GetOrAdd(flavour, key => new(() => new ServerInstallation(key))).Value;
        if (found._whyNot is not null)
            Assert.Skip($"No {flavour} server: {found._whyNot}");
        return found;
    }

    /// <summary>Path of a program by MySQL's name for it: <c>mysqld</c>, <c>mysql</c>, <c>mysqlbinlog</c>, <c>ibd2sdi</c> ...</summary>
    /// <exception cref="FileNotFoundException">This server comes without it.</exception>
    public string Program(string name)
    {
        if (_flavour.IsServerAlone && name != "mysqld")
            return Find(ServerFlavour.MySql).Program(name);
        if (_flavour.IsMariaDb)
        {
            name = name switch
            {
                "mysqld" => "mariadbd",
                "mysql" => "mariadb",
                "mysqladmin" or "mysqldump" or "mysqlbinlog" => "mariadb-" + name[5..],
                _ => name,
            };
        }

        string? path = _prefix is null ? OnPath(name) : Path.Combine(_prefix, "bin", name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{_flavour} comes without {name}.");
    }

    private static string? OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Append("/usr/sbin")
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    private string Install()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.OSArchitecture != Architecture.X64 || OnPath("apt-get") is null)
            throw new InvalidOperationException("it can be installed on x64 Linux with apt only, and there is none on PATH.");
        string script = Path.Combine(Scripts, "install.sh");
        return StockProgram.RunText("bash", [script, _flavour.ToString().ToLowerInvariant()]).TrimEnd().Split('\n')[^1];
    }
}
