using System.Diagnostics;
using System.Globalization;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Client;
using MySqlRecovery.Model;
using MySqlRecovery.Output.ReversedBinlog;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Restore;
using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Bench.Restore;

/// <summary>
/// How long it takes to bring back rows that were deleted: by verdict, as SQL and as row events, beside an undo binlog that
/// goes through mysqlbinlog and the client of the server. Each time the same rows are deleted again.
/// </summary>
internal static class RestoreCommand
{
    private const string Database = "bench";
    private const string Table = "orders";

    /// <param name="rows">How many rows are deleted, of twice as many.</param>
    public static int Run(int rows)
    {
        Console.WriteLine("| server | work | rows | seconds | rows a second | processor seconds of this program | as before |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|---|");
        foreach (ServerFlavour flavour in (ServerFlavour[])[ServerFlavour.MySql, ServerFlavour.MariaDb])
            Measure(flavour, rows);
        return 0;
    }

    private static void Measure(ServerFlavour flavour, int rows)
    {
        using MySqlServer server = MySqlServer.Start(flavour, "innodb-buffer-pool-size=1G", "max-binlog-size=1G");
        server.Sql($"""
            SET sql_log_bin = 0; CREATE DATABASE {Database} CHARACTER SET utf8mb4; USE {Database};
            CREATE TABLE digit (i INT PRIMARY KEY); INSERT INTO digit VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
            CREATE TABLE {Table} (id BIGINT PRIMARY KEY, customer INT, state VARCHAR(12), total DECIMAL(12,2), placed DATETIME,
              note VARCHAR(80), KEY (customer));
            INSERT INTO {Table} SELECT n, n % 5000, 'paid', n / 7, '2026-01-01' + INTERVAL n SECOND, CONCAT('order number ', n,
              ' of a customer') FROM
              (SELECT 1 + a.i + 10*b.i + 100*c.i + 1000*d.i + 10000*e.i + 100000*f.i + 1000000*g.i AS n
               FROM digit a, digit b, digit c, digit d, digit e, digit f, digit g) AS numbers WHERE n <= {2 * rows};
            """);
        string undo = Path.Combine(server.FolderPath, "undo");
        ServerInstallation programs = ServerInstallation.Find(flavour);
        string client = $"'{programs.Program("mysql")}' {string.Join(' ', server.ConnectionArguments)} --binary-mode "
            + $"--max-allowed-packet=1G";

        Report("`mysqlbinlog undo.binlog \\| mysql`", log =>
        {
            using ChangeIndex index = Index(log);
            UndoBinlogWriter.Write(index, where: null, undo, overwrite: true, gtidSource: null, CancellationToken.None);
            return () =>
            {
                Shell($"'{programs.Program("mysqlbinlog")}' --no-defaults '{undo}' | {client}");
                return rows;
            };
        });
        foreach (bool asRowEvent in (bool[])[false, true, false, true])
        {
            Report(asRowEvent ? "Restore-RowChange -As RowEvent" : "Restore-RowChange", log =>
            {
                Time("Test-RowChange", () => WithRun(server, log, run => run.Test(500).LongCount(v => v.Verdict == RestoreVerdict.Clean)));
                return () => WithRun(server, log,
                    run => new RowRestore(run, new RestoreOptions { AsRowEvent = asRowEvent }).Restore().LongCount(r => r.IsApplied));
            });
        }

        void Report(string work, Func<string, Func<long>> prepare)
        {
            string before = Checksum();
            server.FlushLogs();
            server.Sql($"DELETE FROM {Table} WHERE id % 2 = 0", Database);
            Func<long> act = prepare(server.FlushLogs());
            Time(work, act, () => before == Checksum() ? "yes" : "no");
        }

        void Time(string work, Func<long> act, Func<string>? compare = null)
        {
            TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
            long start = Stopwatch.GetTimestamp();
            long count = act();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            double used = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {server.Version.Split('-')[0]} | {work} | {count} | {seconds:F1} | {count / seconds:F0} | {used:F1} | "
                    + $"{compare?.Invoke()} |"));
        }

        string Checksum() => server.Query($"CHECKSUM TABLE {Table}", Database)[0][1];
    }

    // From reading the log on, as the cmdlets do.
    private static long WithRun(MySqlServer server, string log, Func<RestoreRun, long> act)
    {
        using var connection =
            ServerConnection.Open(new ConnectionOptions { Socket = server.SocketPath, User = "root" }, CancellationToken.None);
        using RestoreRun run = RestoreRun.Of(connection, Index(log), where: null, new SqlForm { Reverse = true }, CancellationToken.None);
        return act(run);
    }

    private static ChangeIndex Index(string log)
    {
        using var scan = new EventScan([LogRange.Whole(log)], new EventFilter { WithStatements = true }, CancellationToken.None);
        return ChangeIndexBuilder.Build(scan, reverse: true, movesBytes: false, keepsUnusable: true);
    }

    private static void Shell(string command)
    {
        using Process process = Process.Start("/bin/sh", ["-c", command]);
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{command} failed");
    }
}
