using System.Buffers.Binary;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Output.ReversedBinlog;
using MySqlRecovery.Output.Sql;
using Xunit;

namespace MySqlRecovery.Core.Tests.Changes;

/// <summary>Real logs with some bytes changed and their checksums made good again, read, decoded and undone.</summary>
public sealed class MutatedLogTests : IDisposable
{
    private const int Rounds = 400;
    private const long MaximumAllocation = 64 << 20;
    private readonly string _folder = Directory.CreateTempSubdirectory("mutated").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("full.binlog")]
    [InlineData("minimal.binlog")]
    [InlineData("old.binlog")]
    [InlineData("full_nodup.binlog")]
    public void Whatever_is_in_a_log_either_it_is_read_or_it_is_refused(string name)
    {
        byte[] original = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", "Logs", name));
        List<Range> events = FindEvents(original);
        bool hasChecksums = name != "minimal.binlog";
        int refused = 0;
        Assert.False(Refuses(Write(original)));
        for (int seed = 0; seed < Rounds; seed++)
        {
            byte[] log = Mutate(original, events, new Random(seed), hasChecksums);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                refused += Refuses(Write(log)) ? 1 : 0;
            }
            catch (Exception e) when (e is not RecoveryException)
            {
                throw new InvalidOperationException($"{name}, seed {seed}: {e.Message}", e);
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < MaximumAllocation, $"seed {seed}: {allocated} bytes");
        }

        Assert.InRange(refused, Rounds / 20, Rounds - 1);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static List<Range> FindEvents(byte[] log)
    {
        var events = new List<Range>();
        for (int at = 4; at < log.Length; at = events[^1].End.Value)
            events.Add(at..(at + BinaryPrimitives.ReadInt32LittleEndian(log.AsSpan(at + 9))));
        return events;
    }

    private static byte[] Mutate(byte[] original, List<Range> events, Random random, bool hasChecksums)
    {
        byte[] log = [.. original];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            // Not the header, whose damage is found at once.
            (int start, int length) = events[random.Next(events.Count)].GetOffsetAndLength(log.Length);
            int at = start + random.Next(19, length);
            log[at] = random.Next(4) switch
            {
                0 => (byte)(log[at] ^ 1 << random.Next(8)),
                1 => (byte)random.Next(256),
                2 => 0xFF,
                _ => (byte)(log[at] + random.Next(-2, 3)),
            };
        }

        // A log ends too early in one round of ten.
        if (random.Next(10) == 0)
            log = log[..random.Next(log.Length)];
        foreach (Range range in events)
        {
            bool isFormat = range.Start.Value == 4;
            if ((hasChecksums || isFormat) && range.End.Value <= log.Length)
                BinaryPrimitives.WriteUInt32LittleEndian(log.AsSpan(range)[^4..], Crc32.Compute(log.AsSpan(range)[..^4]));
        }

        return log;
    }

    private string Write(byte[] log)
    {
        string path = Path.Combine(_folder, "log");
        File.WriteAllBytes(path, log);
        return path;
    }

    // Each way is gone to its end, whatever the others say.
    private bool Refuses(string log)
    {
        Action[] ways = [() => ReadRows(log), () => WriteUndo(log), () => WriteSql(log, true), () => WriteSql(log, false),
            () => Filter(log), () => Measure(log)];
        return Array.FindAll(ways, Refuses).Length > 0;
    }

    private static bool Refuses(Action way)
    {
        try
        {
            way();
            return false;
        }
        catch (RecoveryException)
        {
            return true;
        }
    }

    private static EventScan Scan(string log, EventFilter? filter = null) => new([LogRange.Whole(log)], filter ?? EventFilter.All, Stop);

    private static void ReadRows(string log)
    {
        var maps = new PipelineTableMaps(null);
        using EventScan scan = Scan(log);
        while (scan.Read())
        {
            BinlogEvent item = scan.ToBinlogEvent();
            if (item.Operation == null)
                continue;
            foreach (RowChange row in item.ToRowChanges(maps.Find(item)!, null))
                _ = (row.Key, row.Before, row.After, row.ChangedColumn);
        }
    }

    private void WriteUndo(string log)
    {
        using EventScan scan = Scan(log);
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse: true);
        if (index.Transactions.Count > 0)
            UndoBinlogWriter.Write(index, null, Path.Combine(_folder, "undo"), overwrite: true, null, Stop);
    }

    private void WriteSql(string log, bool reverse)
    {
        using EventScan scan = Scan(log);
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse);
        foreach (TableMap map in index.Maps)
        {
            foreach (ColumnDefinition column in map.Columns)
                column.IsNameKnown = true;
        }

        RowSqlExport.WriteFile(index, null, new SqlForm { Reverse = reverse }, Path.Combine(_folder, "sql"), overwrite: true, Stop);
    }

    private static void Filter(string log)
    {
        var where = new RowPredicate(new Dictionary<string, object?> { ["t"] = 1, ["@2"] = "x" });
        using EventScan scan = Scan(log, new EventFilter { Where = where, Tables = new TableFilter([], [], ["s*.n*"], []) });
        while (scan.Read())
            continue;
    }

    private static void Measure(string log)
    {
        var measure = new BinlogMeasure(BinlogSummaryKind.Transaction);
        using EventScan scan = Scan(log);
        while (scan.Read())
            measure.Add(new EventView(scan));
        _ = measure.Complete().Count();
    }
}
