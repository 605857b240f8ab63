using System.Diagnostics;
using System.Globalization;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Catalog;
using MySqlRecovery.Changes;
using MySqlRecovery.InnoDb.Repair;
using MySqlRecovery.InnoDb.Rows;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Output.ReversedBinlog;
using MySqlRecovery.Output.Rows;
using MySqlRecovery.Output.Sql;

namespace MySqlRecovery.Bench.Speed;

/// <summary>One piece of work of the engine in this process, as the cmdlets do it; what the comparisons start.</summary>
internal static class EngineCommand
{
    public static int Run(string[] arguments)
    {
        long start = Stopwatch.GetTimestamp();
        string what = Work(arguments);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what} seconds={Stopwatch.GetElapsedTime(start).TotalSeconds:F3} allocated={GC.GetTotalAllocatedBytes()} "
                + $"gc0={GC.CollectionCount(0)} gc2={GC.CollectionCount(2)} "
                + $"jit={System.Runtime.JitInfo.GetCompilationTime().TotalSeconds:0.000} "
                + $"methods={System.Runtime.JitInfo.GetCompiledMethodCount()}"));
        return 0;
    }

    private static string Work(string[] arguments) => arguments switch
    {
        ["measure", var log] => Measure(log),
        ["events", var log, .. var tables] => Events(log, tables),
        ["rows", var log] => Rows(log),
        ["reverse", var log, var undo, .. var tables] => Reverse(log, undo, tables),
        ["undosql", var log, var script] => UndoSql(log, script),
        ["verify", var ibd] => Verify(ibd),
        ["ibdrows", var ibd, var tsv] => IbdRows(ibd, tsv),
        ["repair", var ibd, var id, var destination] => Repair(ibd, uint.Parse(id, CultureInfo.InvariantCulture), destination),
        ["zstd", var file] => Decompress(file),
        ["crc", var file] => Checksum(file),
        _ => throw new ArgumentException($"the engine has no work '{string.Join(' ', arguments)}'"),
    };

    private static EventScan Scan(string log, string[] tables, bool withStatements) => new(
        [LogRange.Whole(log)],
        new EventFilter { Tables = tables.Length == 0 ? null : new TableFilter([], [], tables, []), WithStatements = withStatements },
        CancellationToken.None)
    {
        Ahead = LogsAhead.Instance,
    };

    private static string Measure(string log)
    {
        using EventScan scan = Scan(log, [], withStatements: true);
        var measure = new BinlogMeasure(BinlogSummaryKind.Table);
        scan.Sums = measure;
        while (scan.Read())
            measure.Add(new EventView(scan));
        return $"rows={measure.Complete().Sum(s => s.RowCount)}";
    }

    private static string Events(string log, string[] tables)
    {
        using EventScan scan = Scan(log, tables, withStatements: false);
        int count = 0;
        for (; scan.Read(); count++)
            scan.ToBinlogEvent();
        return $"events={count}";
    }

    private static string Rows(string log)
    {
        using EventScan scan = Scan(log, [], withStatements: false);
        long count = 0;
        while (scan.Read())
        {
            if (scan.Reader.Header.Type.Operation() != null)
                count += scan.ToRowChanges().Count;
        }

        return $"rows={count}";
    }

    private static string Reverse(string log, string undo, string[] tables)
    {
        using ChangeIndex index = Index(log, tables);
        var result = UndoBinlogWriter.Write(index, where: null, undo, overwrite: true, gtidSource: null,
            CancellationToken.None);
        return $"rows={result.RowCount}";
    }

    private static string UndoSql(string log, string script)
    {
        using ChangeIndex index = Index(log, []);
        var result = RowSqlExport.WriteFile(index, where: null, new SqlForm { Reverse = true }, script, overwrite: true,
            CancellationToken.None);
        return $"rows={result.RowCount}";
    }

    private static ChangeIndex Index(string log, string[] tables)
    {
        using EventScan scan = Scan(log, tables, withStatements: true);
        return ChangeIndexBuilder.Build(scan, reverse: true);
    }

    private static string Verify(string ibd)
    {
        (IbdTablespace tablespace, _, _) = TablespaceScanner.Scan(ibd, verify: true, CancellationToken.None);
        return $"pages={tablespace.PagesRead} damaged={tablespace.DamagedPageCount}";
    }

    private static string IbdRows(string ibd, string tsv)
    {
        using TableFile source = TableFile.Open(ibd);
        using var target = new RowFile(tsv, TableRowFormat.Tsv, overwrite: true, [ibd]);
        new TableFileExport(source, target, TableRowFormat.Tsv, columns: null, e => throw e).Write(TableRowSelection.Live,
            CancellationToken.None);
        return $"rows={target.Commit().RowCount}";
    }

    private static string Repair(string ibd, uint id, string destination)
    {
        RepairPlan plan = RepairPlanner.Plan(new RepairRequest { Path = ibd, SpaceId = id }, CancellationToken.None);
        var places = new OutputPlaces([ibd], destination, null, null, overwrite: true);
        IbdRepairResult result = RepairApplication.Apply(plan, places.For(ibd, reference: null), CancellationToken.None);
        return $"pages={result.PageCount} edits={result.EditCount}";
    }

    private static string Decompress(string file)
    {
        using FileStream source = File.OpenRead(file);
        using var stream = new ZstdStream();
        stream.Open(source);
        var buffer = new byte[1 << 20];
        long bytes = 0;
        for (int got; (got = stream.Read(buffer)) > 0;)
            bytes += got;
        return $"bytes={bytes}";
    }

    private static string Checksum(string file)
    {
        using FileSource source = FileSource.Open(file);
        var buffer = new byte[1 << 20];
        var crc = new System.IO.Hashing.Crc32();
        long at = 0;
        for (int got; (got = source.Read(at, buffer)) > 0; at += got)
            crc.Append(buffer.AsSpan(0, got));
        return $"crc={crc.GetCurrentHashAsUInt32():x8}";
    }
}
