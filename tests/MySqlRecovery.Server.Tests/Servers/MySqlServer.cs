using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace MySqlRecovery.Server.Tests.Servers;

/// <summary>
/// A private server of the tests on 127.0.0.1 and a socket. All its files lie in one folder that goes with it. Its user
/// root has no password and comes in through the socket only.
/// </summary>
public sealed partial class MySqlServer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly ServerInstallation _installation;
    private readonly string[] _settings;
    private GuardedProcess? _process;

    private MySqlServer(ServerFlavour flavour, string[] settings)
    {
        Flavour = flavour;
        _installation = ServerInstallation.Find(flavour);
        _settings = settings;
        // Short, because a socket's path has at most 103 bytes on some systems.
        FolderPath = Path.Combine(Path.GetTempPath(), "mr" + Guid.NewGuid().ToString("N")[..10]);
        foreach (string folder in (string[])["binlog", "tmp", "files"])
            Directory.CreateDirectory(Path.Combine(FolderPath, folder));
    }

    public ServerFlavour Flavour { get; }

    /// <summary>The folder with everything of this instance.</summary>
    public string FolderPath { get; }

    public string DataPath => Path.Combine(FolderPath, "data");

    /// <summary>The folder that <c>secure_file_priv</c> allows, for LOAD DATA and INTO OUTFILE.</summary>
    public string FilesPath => Path.Combine(FolderPath, "files");

    public string SocketPath => Path.Combine(FolderPath, "mysql.sock");

    public string ErrorLogPath => Path.Combine(FolderPath, "error.log");

    /// <summary>TCP port on 127.0.0.1, and the server's id.</summary>
    public int Port { get; private set; }

    /// <summary>What the server says about itself: <c>9.7.4-2</c>, <c>10.11.18-MariaDB-...</c>.</summary>
    public string Version { get; private set; } = "";

    /// <summary>With these every stock program connects as root.</summary>
    public IReadOnlyList<string> ConnectionArguments => ["--no-defaults", "--user=root", $"--socket={SocketPath}"];

    /// <summary>The binary logs from the oldest to the newest, whether the server runs or not.</summary>
    public IReadOnlyList<string> BinlogFiles =>
    [
        .. Directory.GetFiles(Path.Combine(FolderPath, "binlog"), "binlog.*")
            .Where(path => BinlogNumber().IsMatch(path))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Makes an instance and starts it; where there is no such server, the running test is skipped.</summary>
    /// <param name="flavour">Which server.</param>
    /// <param name="settings">Lines of the option file, which override the defaults: <c>gtid-mode=OFF</c>.</param>
    public static MySqlServer Start(ServerFlavour flavour, params string[] settings) => Start(flavour, keyring: false, settings);

    /// <summary>The same, with a keyring file for encrypted logs and tables (the current MySQL only).</summary>
    public static MySqlServer Start(ServerFlavour flavour, bool keyring, params string[] settings)
    {
        var server = new MySqlServer(flavour, settings);
        try
        {
            server.Port = FreePort();
            server.WriteConfiguration();
            DataDirectory.Create(server._installation, server.FolderPath, settings);
            if (keyring)
                server.AddKeyring();
            server.Start();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Starts it again after <see cref="Stop"/>, on the same port.</summary>
    public void Start()
    {
        for (int attempt = 1; ; attempt++)
        {
            _process = new GuardedProcess(FolderPath, _installation.Program("mysqld"), $"--defaults-file={FolderPath}/my.cnf");
            if (WaitUntilReady())
                return;
            _process.Dispose();
            _process = null;
            string logs = ReadLogs(FolderPath);
            if (attempt == 3 || !logs.Contains("ddress already in use", StringComparison.Ordinal))
                throw new InvalidOperationException($"The server did not start: {logs}");
            Port = FreePort();
            WriteConfiguration();
        }
    }

    /// <summary>Shuts the server down cleanly and keeps its files.</summary>
    public void Stop()
    {
        if (_process is null)
            return;
        _process.Terminate();
        _process.WaitForExit(Patience);
        _process.Dispose();
        _process = null;
    }

    /// <summary>Kills the server, as a machine that loses power would, and keeps its files.</summary>
    public void Kill()
    {
        _process?.Kill();
        _process?.Dispose();
        _process = null;
    }

    /// <summary>Shuts the server down cleanly and starts it again.</summary>
    public void Restart()
    {
        Stop();
        Start();
    }

    /// <summary>Runs statements, one after the other up to the first that is refused.</summary>
    /// <exception cref="InvalidOperationException">The server refused one; the message has its number and words.</exception>
    public void Sql(string statements, string? database = null)
    {
        using var session = new ServerSession(SocketPath, database);
        session.Execute(statements);
    }

    /// <summary>Feeds statements to the stock client and gives what it prints; DELIMITER works as well.</summary>
    /// <exception cref="InvalidOperationException">The server refused one; the message is the client's.</exception>
    public string Client(string statements, string? database = null) =>
        StockProgram.RunText(_installation.Program("mysql"), ClientArguments(database), statements);

    /// <summary>Feeds a file of statements to the stock client, byte by byte as it is.</summary>
    public void RunFile(string path, string? database = null)
    {
        using FileStream file = File.OpenRead(path);
        StockProgram.Run(_installation.Program("mysql"), ClientArguments(database), file.CopyTo);
    }

    /// <summary>
    /// The rows of one query; NULL comes as the word NULL, bytes that are not UTF-8 need HEX(). It may run twice, the second time
    /// through the stock client, which prints times and floating-point numbers as the server writes them.
    /// </summary>
    public IReadOnlyList<string[]> Query(string sql, string? database = null)
    {
        using (var session = new ServerSession(SocketPath, database))
        {
            if (session.Query(sql) is { } rows)
                return rows;
        }

        string text = StockProgram.RunText(_installation.Program("mysql"), [.. ClientArguments(database), "--batch", "--skip-column-names"],
            sql);
        return [.. text.Split('\n')[..^1].Select(line => line.Split('\t').Select(Unescape).ToArray())];
    }

    /// <summary>The first value of the first row.</summary>
    public string Scalar(string sql, string? database = null) => Query(sql, database)[0][0];

    /// <summary>
    /// A stable text of a database: definitions without AUTO_INCREMENT counters, one INSERT a row in the order of the
    /// primary key. Equal texts mean equal states; where a table has no key, compare <see cref="DumpSorted"/>. FLOAT is
    /// printed with six digits only.
    /// </summary>
    public string Dump(string database)
    {
        string[] options =
        [
            .. ConnectionArguments, "--default-character-set=utf8mb4", "--compact", "--skip-dump-date", "--hex-blob",
            "--order-by-primary", "--skip-extended-insert", "--complete-insert", .. Flavour.DumpOptions,
        ];
        return AutoIncrement().Replace(Run("mysqldump", [.. options, database]), "");
    }

    /// <summary>The lines of <see cref="Dump"/> in ordinal order.</summary>
    public string DumpSorted(string database) => string.Join('\n', Dump(database).Split('\n').Order(StringComparer.Ordinal));

    /// <summary>Begins a new binary log and gives the path of the one that is complete now.</summary>
    public string FlushLogs()
    {
        Sql("FLUSH BINARY LOGS");
        return BinlogFiles[^2];
    }

    /// <summary>
    /// Waits for what MariaDB adds to a new log by itself, a second or so after it began: the checkpoint that names it. Whoever compares
    /// the newest log, or the end of it, with what he read before has to wait for it.
    /// </summary>
    public void WaitForCheckpoint()
    {
        if (!Flavour.IsMariaDb)
            return;
        string file = Position().File;
        DateTime deadline = DateTime.UtcNow + Patience;
        while (!Query($"SHOW BINLOG EVENTS IN '{file}'").Any(e => e[2] == "Binlog_checkpoint" && e[5] == file))
        {
            if (DateTime.UtcNow > deadline)
                throw new TimeoutException($"{file} gets no checkpoint.");
            Thread.Sleep(20);
        }
    }

    /// <summary>Where the server writes next.</summary>
    public BinlogPosition Position()
    {
        bool renamed = !Flavour.IsMariaDb && System.Version.Parse(MajorMinor().Match(Version).Value) >= new Version(8, 2);
        string[] row = Query(renamed ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS")[0];
        return new BinlogPosition(row[0], long.Parse(row[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Runs one of the stock programs by MySQL's name for it and gives its output.</summary>
    public string Run(string program, params string[] arguments) =>
        StockProgram.RunText(_installation.Program(program), arguments);

    /// <summary>Runs the stock mysqlbinlog and gives its output.</summary>
    public string Mysqlbinlog(params string[] arguments) => Run("mysqlbinlog", arguments);

    /// <summary>Applies a binary log as an operator would: <c>mysqlbinlog path | mysql</c>.</summary>
    public void ApplyBinlog(string path, params string[] arguments)
    {
        byte[] statements = StockProgram.Run(_installation.Program("mysqlbinlog"), [.. Flavour.ApplyOptions, .. arguments, path]);
        StockProgram.Run(_installation.Program("mysql"), ClientArguments(null), input => input.Write(statements));
    }

    /// <summary>Copies a file into the data directory so that the server can read and write it.</summary>
    public void PlaceFile(string source, string relativePath)
    {
        string destination = Path.Combine(DataPath, relativePath);
        File.Copy(source, destination, overwrite: true);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(destination, (UnixFileMode)0b110_110_110);
    }

    /// <summary>Kills the server and removes its folder.</summary>
    public void Dispose()
    {
        _process?.Dispose();
        _process = null;
        if (Directory.Exists(FolderPath))
            Directory.Delete(FolderPath, recursive: true);
    }

    /// <summary>Errors and the last lines of what an instance wrote to its logs.</summary>
    internal static string ReadLogs(string folder) =>
        string.Join('\n', ((string[])["console.log", "error.log"])
            .Select(name => Path.Combine(folder, name))
            .Where(File.Exists)
            .SelectMany(path => File.ReadLines(path).Where(line => line.Contains("[ERROR]", StringComparison.Ordinal))
                .Concat(File.ReadLines(path).TakeLast(20))));

    [GeneratedRegex(@"\.\d+$")]
    private static partial Regex BinlogNumber();

    [GeneratedRegex(@"(?<=^\) ENGINE=.*) AUTO_INCREMENT=\d+", RegexOptions.Multiline)]
    private static partial Regex AutoIncrement();

    [GeneratedRegex(@"^\d+\.\d+")]
    private static partial Regex MajorMinor();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Unescape(string value) =>
        Regex.Replace(value, @"\\(.)", match => match.Groups[1].Value switch { "n" => "\n", "t" => "\t", "0" => "\0", var other => other });

    private string[] ClientArguments(string? database)
    {
        string[] arguments = [.. ConnectionArguments, "--default-character-set=utf8mb4", "--binary-mode", "--max-allowed-packet=1G"];
        return database is null ? arguments : [.. arguments, $"--database={database}"];
    }

    private void WriteConfiguration() =>
        File.WriteAllText(Path.Combine(FolderPath, "my.cnf"), ServerConfiguration.Write(_installation, FolderPath, Port, _settings));

    private void AddKeyring()
    {
        File.WriteAllText(Path.Combine(DataPath, "mysqld.my"), """{ "components": "file://component_keyring_file" }""");
        File.WriteAllText(
            Path.Combine(DataPath, "component_keyring_file.cnf"),
            $$"""{ "path": "{{DataPath}}/keyring.json", "read_only": false }""");
    }

    /// <summary>Reads the greeting, which names the version, from the socket; false if the server ended instead.</summary>
    private bool WaitUntilReady()
    {
        DateTime deadline = DateTime.UtcNow + Patience;
        byte[] greeting = new byte[128];
        while (!_process!.HasExited)
        {
            try
            {
                using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                socket.Connect(new UnixDomainSocketEndPoint(SocketPath));
                int length = socket.Receive(greeting);
                // Packet header of four bytes, protocol version 10, text up to a zero. MariaDB before 11 prefixes its version.
                if (length > 5 && greeting[4] == 10)
                {
                    Version = Encoding.ASCII.GetString(greeting, 5, greeting.AsSpan(5, length - 5).IndexOf((byte)0)).Replace("5.5.5-", "");
                    return true;
                }
            }
            catch (SocketException)
            {
                // Not yet.
            }

            if (DateTime.UtcNow > deadline)
                throw new TimeoutException($"The server did not answer within {Patience.TotalSeconds} s: {ReadLogs(FolderPath)}");
            Thread.Sleep(20);
        }

        return false;
    }
}
