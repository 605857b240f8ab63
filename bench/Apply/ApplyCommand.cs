using System.Diagnostics;
using System.Globalization;
using MySqlRecovery.Bench.Speed;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Output.ReversedBinlog;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Bench.Apply;

/// <summary>
/// How long a server takes to load an undo through its stock client: changes rows, undoes that, and looks whether the table
/// is as it was, once for each form of the undo.
/// </summary>
internal static class ApplyCommand
{
    private const string Database = "bench";

    /// <param name="steps">How often the workload's step is done for each undo: 60 000 row changes each.</param>
    public static int Run(int steps)
    {
        Console.WriteLine("| server | undo | rows | seconds | rows a second | table as before |");
        Console.WriteLine("|---|---|---:|---:|---:|---|");
        foreach (Workload workload in (Workload[])[Workload.Bulk, Workload.MariaDbBulk])
            Measure(workload, steps);
        return 0;
    }

    private static void Measure(Workload workload, int steps)
    {
        using MySqlServer server = MySqlServer.Start(workload.Flavour, ["innodb-buffer-pool-size=512M", .. workload.Settings]);
        server.Client($"SET sql_log_bin = 0; CREATE DATABASE {Database}; USE {Database};\n{workload.Setup}");
        server.Sql(Repeat(workload, steps), Database);
        string undo = Path.Combine(server.FolderPath, "undo");
        ServerInstallation programs = ServerInstallation.Find(workload.Flavour);
        string client = $"'{programs.Program("mysql")}' {string.Join(' ', server.ConnectionArguments)} --binary-mode "
            + $"--max-allowed-packet=1G";
        string tool = $"'{programs.Program("mysqlbinlog")}' --no-defaults";

        Report("undo binlog", log =>
        {
            using ChangeIndex index = Index(log);
            UndoBinlogWriter.Write(index, where: null, undo, overwrite: true, gtidSource: null, CancellationToken.None);
            return () => Shell($"{tool} '{undo}' | {client}");
        });
        foreach (int batchSize in (int[])[1, 500])
        {
            Report($"undo SQL, -BatchSize {batchSize}", log =>
            {
                using ChangeIndex index = Index(log);
                RowSqlExport.WriteFile(index, where: null, new SqlForm { Reverse = true, BatchSize = batchSize }, undo, overwrite: true,
                    CancellationToken.None);
                return () => Shell($"{client} < '{undo}'");
            });
        }

        if (workload.Flavour == ServerFlavour.MariaDb)
            Report("mariadb-binlog --flashback", log =>
            {
                Shell($"{tool} --flashback '{log}' > '{undo}'");
                return () => Shell($"{client} < '{undo}'");
            });

        void Report(string form, Func<string, Action> prepare)
        {
            string before = server.Query("CHECKSUM TABLE sbtest1", Database)[0][1];
            server.FlushLogs();
            server.Sql(Repeat(workload, steps), Database);
            Action apply = prepare(server.FlushLogs());
            long start = Stopwatch.GetTimestamp();
            apply();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            string after = server.Query("CHECKSUM TABLE sbtest1", Database)[0][1];
            long rows = steps * 60_000L;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {server.Version} | {form} | {rows} | {seconds:F1} | {rows / seconds:F0} | {(before == after ? "yes" : "no")} |"));
        }
    }

    private static string Repeat(Workload workload, int steps) => string.Concat(Enumerable.Repeat(workload.Step + ";", steps));

    private static ChangeIndex Index(string log)
    {
        using var scan = new EventScan([LogRange.Whole(log)], new EventFilter { WithStatements = true }, CancellationToken.None);
        return ChangeIndexBuilder.Build(scan, reverse: true);
    }

    private static void Shell(string command)
    {
        using Process process = Process.Start("/bin/sh", ["-c", command]);
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{command} failed");
    }
}
