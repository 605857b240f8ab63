using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Output.ReversedBinlog;
using MySqlRecovery.Output.Sql;

namespace MySqlRecovery;

/// <summary>
/// What becomes of events that a program chose itself, with LINQ: rows, sums, an undo binlog or undo SQL. Everything is read as
/// it is asked for; failures are <see cref="RecoveryException"/>. <see cref="BinlogReader"/> chooses faster, before events are
/// decoded, and knows of encryption, schemas and damage.
/// </summary>
/// <example>
/// <code>
/// var bad = BinlogRecovery.ReadEvents(["binlog.000042"]).Where(e => e.ThreadId == 1234);
/// UndoBinlog undo = BinlogRecovery.WriteUndoBinlog(bad, "undo.binlog");
/// </code>
/// </example>
public static class BinlogRecovery
{
    /// <summary>All events of log files. Each enumeration reads the files anew.</summary>
    /// <param name="logFiles">Paths, in the order in which the server wrote the logs.</param>
    /// <exception cref="RecoveryException">A file is missing, is no binlog, or is damaged; the events before that have been
    /// given.</exception>
    public static IEnumerable<BinlogEvent> ReadEvents(IEnumerable<string> logFiles) =>
        new BinlogReader(logFiles).ReadEvents();

    /// <summary>The changed rows of events, in order; events without rows give none.</summary>
    /// <exception cref="RecoveryException">An event is malformed or does not carry its bytes.</exception>
    public static IEnumerable<RowChange> ReadRowChanges(IEnumerable<BinlogEvent> events)
    {
        var maps = new PipelineTableMaps(schema: null);
        return events.SelectMany(item => maps.Find(item) is { } map ? item.ToRowChanges(map, where: null) : []);
    }

    /// <summary>Sums up what events did, by table (sorted by name) or by transaction (in log order).</summary>
    /// <exception cref="RecoveryException">An event is malformed or does not carry its bytes.</exception>
    public static IReadOnlyList<BinlogSummary> Measure(IEnumerable<BinlogEvent> events, BinlogSummaryKind by)
    {
        var maps = new PipelineTableMaps(schema: null);
        var measure = new BinlogMeasure(by);
        var piped = new PipedEvent();
        foreach (BinlogEvent item in events)
        {
            piped.Set(item, maps.Find(item));
            if (piped.Table != null)
                measure.Add(new EventView(piped));
        }

        return [.. measure.Complete()];
    }

    /// <summary>Writes the binlog that undoes events, reads it back, and gives it its name only then.</summary>
    /// <param name="events">In log order; statements among them that cannot be undone are named in the result.</param>
    /// <param name="path">The binlog to write.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <exception cref="RecoveryException">The events hold no row change, or the file cannot be written.</exception>
    public static UndoBinlog WriteUndoBinlog(IEnumerable<BinlogEvent> events, string path, bool overwrite = false)
    {
        using ChangeIndex index = Index(events);
        return UndoBinlogWriter.Write(index, where: null, path, overwrite, gtidSource: null, CancellationToken.None);
    }

    /// <summary>Writes the SQL script that undoes events.</summary>
    /// <param name="events">In log order; statements among them that cannot be undone are named in the result.</param>
    /// <param name="path">The script to write: UTF-8, for the stock <c>mysql</c> client.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <exception cref="RecoveryException">The events hold no row change, or the file cannot be written.</exception>
    public static SqlExport WriteUndoSql(IEnumerable<BinlogEvent> events, string path, bool overwrite = false)
    {
        using ChangeIndex index = Index(events);
        return RowSqlExport.WriteFile(index, where: null, new SqlForm { Reverse = true }, path, overwrite, CancellationToken.None);
    }

    private static ChangeIndex Index(IEnumerable<BinlogEvent> events)
    {
        using var spool = new ChangeSpool(new PipelineTableMaps(schema: null), EventFilter.All, reverse: true);
        foreach (BinlogEvent item in events)
            spool.Events.Add(item);
        ChangeIndex index = spool.Complete();
        if (index.Transactions.Count > 0)
            return index;
        index.Dispose();
        throw index.NothingFound();
    }
}
