using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Output.ReversedBinlog;
using MySqlRecovery.Output.Sql;

namespace MySqlRecovery.Bench.Fuzz;

/// <summary>Everything that the engine does with a log file, one way after the other.</summary>
internal static class LogReading
{
    /// <summary>The ways, by name.</summary>
    public static IReadOnlyList<(string Name, Action<string, string> Run)> Ways { get; } =
    [
        ("decode", (log, _) => Decode(log, salvage: false)),
        ("salvage", (log, _) => Decode(log, salvage: true)),
        ("measure", (log, _) => Measure(log)),
        ("undo binlog", UndoBinlog),
        ("undo SQL", (log, destination) => Export(log, destination, reverse: true)),
        ("forward SQL", (log, destination) => Export(log, destination, reverse: false)),
    ];

    private static EventScan Open(string log, bool salvage = false) =>
        new([LogRange.Whole(log)], EventFilter.All, CancellationToken.None) { Salvage = salvage };

    private static void Decode(string log, bool salvage)
    {
        using EventScan scan = Open(log, salvage);
        var maps = new PipelineTableMaps(schema: null);
        while (scan.Read())
        {
            BinlogEvent item = scan.ToBinlogEvent();
            if (maps.Find(item) is not { } map)
                continue;
            foreach (RowChange row in item.ToRowChanges(map, where: null))
                Tolerate(() => _ = (row.Key, row.Before, row.After, row.ChangedColumn));
        }
    }

    private static void Measure(string log)
    {
        using EventScan scan = Open(log);
        var measure = new BinlogMeasure(BinlogSummaryKind.Transaction);
        while (scan.Read())
            measure.Add(new EventView(scan));
        foreach (BinlogSummary _ in measure.Complete())
            continue;
    }

    private static void UndoBinlog(string log, string destination)
    {
        using EventScan scan = Open(log, salvage: true);
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse: true);
        if (index.Transactions.Count > 0)
            UndoBinlogWriter.Write(index, where: null, destination, overwrite: true, gtidSource: null, CancellationToken.None);
    }

    private static void Export(string log, string destination, bool reverse)
    {
        using EventScan scan = Open(log, salvage: true);
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse);
        if (index.Transactions.Count > 0)
            RowSqlExport.WriteFile(index, where: null, new SqlForm { Reverse = reverse }, destination, overwrite: true,
                CancellationToken.None);
    }

    // One row that cannot be decoded does not keep a user from the next.
    private static void Tolerate(Action action)
    {
        try
        {
            action();
        }
        catch (RecoveryException)
        {
            // what is meant to come
        }
    }
}
