using System.Diagnostics;
using System.Globalization;
using MySqlRecovery.Bench.Speed;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Client;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Bench.Remote;

/// <summary>Compares reading a running server's log over the wire with what the vendor's program takes to copy it.</summary>
internal static class RemoteCommand
{
    private const string Database = "bench";

    public static int Run(SpeedOptions options)
    {
        var report = new SpeedReport(options);
        foreach (Workload workload in (Workload[])[Workload.Bulk, Workload.Small])
        {
            using MySqlServer server = MySqlServer.Start(workload.Flavour, ["innodb-buffer-pool-size=512M", .. workload.Settings]);
            string log = Write(server, workload, options.SizeMiB);
            Comparison comparison = Compare(server, workload, log);
            report.Add(comparison, comparison.Run(options.Runs));
        }

        report.Write(options.ReportPath);
        return 0;
    }

    /// <summary>The engine's part, in a process of its own: <c>bytes</c> takes the events as they come, <c>events</c> checks and follows
    /// them.</summary>
    public static int Read(string what, string socket, string file)
    {
        long start = Stopwatch.GetTimestamp();
        var connection = new ConnectionOptions { Socket = socket, User = "root" };
        string found = what == "bytes" ? ReadBytes(connection, file) : ReadEvents(connection, file);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{found} seconds={Stopwatch.GetElapsedTime(start).TotalSeconds:F3} allocated={GC.GetTotalAllocatedBytes()}"));
        return 0;
    }

    private static string ReadBytes(ConnectionOptions connection, string file)
    {
        using BinlogDump dump = BinlogDump.Open(connection, new BinlogDumpRequest { FileName = file }, CancellationToken.None);
        long bytes = 0;
        while (dump.Read(CancellationToken.None) && dump.FileName == file)
            bytes += dump.Event.Length;
        return $"bytes={bytes}";
    }

    private static string ReadEvents(ConnectionOptions connection, string file)
    {
        var log = new ServerLog(connection, new ServerLogRequest { StartFile = file, StopFile = file }, Console.Error.WriteLine,
            CancellationToken.None);
        using var scan = new EventScan(log.Ranges(), EventFilter.All, CancellationToken.None);
        int count = 0;
        while (scan.Read())
            count++;
        return $"events={count}";
    }

    private static string Write(MySqlServer server, Workload workload, int mebibytes)
    {
        server.Client($"SET sql_log_bin = 0; CREATE DATABASE {Database}; USE {Database};\n{workload.Setup}");
        server.FlushLogs();
        string log = server.BinlogFiles[^1];
        while (new FileInfo(log).Length < (long)mebibytes << 20 && server.BinlogFiles[^1] == log)
            server.Sql(workload.Step, Database);
        server.FlushLogs();
        return log;
    }

    private static Comparison Compare(MySqlServer server, Workload workload, string log)
    {
        string file = Path.GetFileName(log);
        string[] copy =
        [
            "--no-defaults", "--user=root", $"--socket={server.SocketPath}", "--read-from-remote-server", "--raw",
            $"--result-file={server.FilesPath}/", file,
        ];
        return new Comparison(
            $"Over the wire, {workload.Name}", log, [Path.Combine(server.FilesPath, file)],
            Engine("events", server, file), Engine("bytes", server, file),
            new Contender("mysqlbinlog --read-from-remote-server --raw", new Peers([]).Find("mysqlbinlog"), copy));
    }

    private static Contender Engine(string what, MySqlServer server, string file) =>
        new($"engine, {what}", Environment.ProcessPath, ["remote", what, server.SocketPath, file]);
}
