using System.Diagnostics;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Client;
using MySqlRecovery.Consistency.Data;
using MySqlRecovery.Consistency.Schema;
using MySqlRecovery.Consistency.Servers;

namespace MySqlRecovery.Bench.Consistency;

/// <summary>
/// Compares the time of a comparison of two servers with that of the bare checksum SELECT of the same expression on one of
/// them. The servers hold equal tables; nothing is written.
/// </summary>
internal static class ConsistencyCommand
{
    private const int Runs = 3;
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(10);

    /// <param name="source">A connection string.</param>
    /// <param name="replica">Another.</param>
    /// <param name="arguments">Tables as <c>database.table</c>, for example of growing sizes; --fast for CRC-32.</param>
    public static int Run(string source, string replica, string[] arguments)
    {
        bool fast = arguments.Contains("--fast");
        Console.WriteLine($"{"table",-24}{"rows",12}{"hash",8}{"bare s",10}{"two bare s",12}{"compared s",12}{"ratio",8}");
        foreach (string table in arguments.Where(a => a != "--fast"))
        {
            var bare = new List<double>();
            var two = new List<double>();
            var both = new List<double>();
            long rows = 0;
            for (var total = Stopwatch.StartNew(); bare.Count < Runs && (bare.Count == 0 || total.Elapsed < Enough);)
            {
                using ComparedServer here = Open(source), there = Open(replica);
                var pair = new ServerPair(here, there);
                var filter = new TableFilter([], [], [table], []);
                (LiveTable live, LiveTable copy) = TablePairs.Read(pair, filter, withDetails: false, default).Both[0];
                ReadingSession session = ReadingSession.Open(here, fast, default), other = ReadingSession.Open(there, fast, default);
                var compared = new ComparedTable(live, here, copy, there);
                var clock = Stopwatch.StartNew();
                rows = session.ReadSum(compared.Source, KeyRange.All).Rows;
                bare.Add(clock.Elapsed.TotalSeconds);

                // What the machine itself costs if both servers are on it.
                clock.Restart();
                Parallel.Invoke(() => session.ReadSum(compared.Source, KeyRange.All), () => other.ReadSum(compared.Replica, KeyRange.All));
                two.Add(clock.Elapsed.TotalSeconds);
                clock.Restart();
                int findings = new DataCheck(pair, new DataCheckOptions { Tables = filter, Fast = fast }).Run(e => throw e, default)
                    .Count();
                both.Add(clock.Elapsed.TotalSeconds);
                if (findings > 0)
                    throw new InvalidOperationException($"{table} differs in {findings} rows: nothing can be said about the time");
            }

            Console.WriteLine($"{table,-24}{rows,12}{(fast ? "crc32" : "sha256"),8}{bare.Min(),10:0.00}"
                + $"{two.Min(),12:0.00}{both.Min(),12:0.00}{both.Min() / bare.Min(),8:0.00}");
        }

        return 0;
    }

    private static ComparedServer Open(string address)
    {
        ConnectionOptions options = ServerAddress.Parse(address);
        options.CommandTimeout = TimeSpan.Zero;
        return new ComparedServer(() => ServerConnection.Open(options, default), default);
    }
}
