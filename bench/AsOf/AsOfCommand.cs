using System.Diagnostics;
using System.Globalization;
using MySqlRecovery.Client;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.History;
using MySqlRecovery.Restore;
using MySqlRecovery.Server;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Text;

namespace MySqlRecovery.Bench.AsOf;

/// <summary>
/// What a table of the past costs beside the bare SELECT of the present one through the same client, each in turn: a table, a
/// part of whose rows has changed since.
/// </summary>
internal static class AsOfCommand
{
    private const int Rounds = 4;

    public static int Run(int rows, int changed)
    {
        using MySqlServer server = MySqlServer.Start(ServerFlavour.MySql, "innodb-buffer-pool-size=512M");
        BinlogPosition at = Write(server, rows, changed);
        var options = new ConnectionOptions { Socket = server.SocketPath, User = "root" };
        var moment = new Moment { Place = (at.File, at.Offset) };
        (double Wall, double Processor) bare = (double.MaxValue, double.MaxValue), present = bare, past = bare;
        for (int round = 0; round < Rounds; round++)
        {
            bare = Least(bare, Time(() => Select(options)));
            present = Least(present, Time(() => Read(options, new Moment())));
            past = Least(past, Time(() => Read(options, moment)));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{rows} rows, {changed} changed since: SELECT {bare.Wall:F2} s ({bare.Processor:F2} s of the client's processor), its rows as "
                + $"objects {present.Wall:F2} s ({present.Processor:F2} s), as of {past.Wall:F2} s ({past.Processor:F2} s): "
                + $"{past.Wall / bare.Wall:F2} ({past.Processor / bare.Processor:F2}) times the SELECT; "
                + $"{Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB at most"));
        return 0;
    }

    private static BinlogPosition Write(MySqlServer server, int rows, int changed)
    {
        server.Sql("CREATE DATABASE bench; CREATE TABLE bench.orders (id INT PRIMARY KEY, customer VARCHAR(40), total DECIMAL(9,2), "
            + "status ENUM('new','paid','sent'), made DATETIME, note VARCHAR(200))");
        server.Sql("SET SESSION cte_max_recursion_depth = 100000000; INSERT INTO orders WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL "
            + $"SELECT i + 1 FROM n WHERE i < {rows}) SELECT i, CONCAT('customer ', i), i / 100, 1 + i % 3, "
            + $"'2026-01-01' + INTERVAL i SECOND, "
            + "REPEAT('note ', i % 20) FROM n", "bench");
        BinlogPosition at = server.Position();
        server.Sql($"UPDATE orders SET total = total + 1 WHERE id % {Math.Max(1, rows / Math.Max(1, changed))} = 0", "bench");
        return at;
    }

    private static long Select(ConnectionOptions options)
    {
        using ServerConnection connection = ServerConnection.Open(options, CancellationToken.None);
        using var session = new RestoreSession(connection, CancellationToken.None);
        using IQueryRows rows = connection.Query("SELECT * FROM bench.orders", CancellationToken.None);
        long bytes = 0;
        while (rows.Read())
        {
            for (int i = 0; i < rows.ColumnNames.Count; i++)
                bytes += rows.GetBytes(i)?.Length ?? 0;
        }

        return bytes;
    }

    private static long Read(ConnectionOptions options, Moment moment)
    {
        var request = new AsOfRequest { Table = new TableName("bench", "orders"), MaximumMemory = 32 << 20 };
        using ServerAsOf asOf = ServerAsOf.Open(options, request, moment, _ => { }, CancellationToken.None);
        return asOf.Rows().LongCount();
    }

    private static (double Wall, double Processor) Least((double Wall, double Processor) one, (double Wall, double Processor) other) =>
        (Math.Min(one.Wall, other.Wall), Math.Min(one.Processor, other.Processor));

    private static (double Wall, double Processor) Time(Func<long> work)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
        work();
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds);
    }
}
