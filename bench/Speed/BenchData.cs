using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Bench.Speed;

/// <summary>The logs and files that are compared on: made by real servers on first use, kept in a folder.</summary>
internal sealed class BenchData(string folder)
{
    private const string Database = "bench";

    /// <summary>A log of at least this size; null where there is no such server.</summary>
    public string? Log(Workload workload, int mebibytes) => Make($"{workload.Name}-{mebibytes}.binlog", path =>
    {
        // A server goes on in a new log at 1 GiB by itself.
        using MySqlServer server = MySqlServer.Start(workload.Flavour, ["innodb-buffer-pool-size=512M", .. workload.Settings]);
        server.Client($"SET sql_log_bin = 0; CREATE DATABASE {Database}; USE {Database};\n{workload.Setup}");
        server.FlushLogs();
        string log = server.BinlogFiles[^1];
        while (new FileInfo(log).Length < (long)mebibytes << 20 && server.BinlogFiles[^1] == log)
            server.Sql(workload.Step, Database);
        if (server.BinlogFiles[^1] == log)
            server.FlushLogs();
        File.Copy(log, path);
    });

    /// <summary>The .ibd file of a table with an index, of at least this size; null where there is no server.</summary>
    public string? Tablespace(int mebibytes) => Make($"table-{mebibytes}.ibd", path =>
    {
        using MySqlServer server = MySqlServer.Start(ServerFlavour.MySql, "innodb-buffer-pool-size=512M", "skip-log-bin");
        server.Client($"CREATE DATABASE {Database}; USE {Database};\n{Workload.Bulk.Setup}");
        string file = Path.Combine(server.DataPath, Database, "sbtest1.ibd");
        server.Sql($"INSERT INTO sbtest1 (k, c, pad) SELECT {Workload.SysbenchRow} FROM seq", Database);
        while (new FileInfo(file).Length < (long)mebibytes << 20)
            server.Sql("INSERT INTO sbtest1 (k, c, pad) SELECT k, c, pad FROM sbtest1 LIMIT 400000", Database);
        server.Stop();
        File.Copy(file, path);
    });

    private string? Make(string name, Action<string> make)
    {
        string path = Path.Combine(folder, name);
        if (File.Exists(path))
            return path;
        Directory.CreateDirectory(folder);
        Console.Error.WriteLine($"making {path}");
        string unfinished = path + ".part";
        try
        {
            File.Delete(unfinished);
            make(unfinished);
            File.Move(unfinished, path);
            return path;
        }
        catch (Exception e) when (Peers.IsMissing(e))
        {
            Console.Error.WriteLine($"{name} cannot be made: {e.Message}");
            return null;
        }
    }
}
