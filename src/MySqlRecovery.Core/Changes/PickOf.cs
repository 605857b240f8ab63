using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Changes;

/// <summary>What of the logs an object of the pipeline stands for.</summary>
internal static class PickOf
{
    /// <summary>The changes that a sum counted.</summary>
    /// <exception cref="RecoveryException">SummaryNotTransaction: it does not say where in the logs they are.</exception>
    public static ChangePick Sum(BinlogSummary sum) => new()
    {
        Server = sum.Server,
        LogPath = sum.LogPath,
        LogFile = sum.LogFile.Length > 0 ? sum.LogFile : throw Unplaced(sum),
        StartPosition = sum.StartPosition,
        StopLogFile = sum.EndLogFile,
        StopPosition = sum.EndPosition,
        // A sum that was stored before sums had a kind is one by table or by transaction.
        IsOneTransaction = sum.By == BinlogSummaryKind.Transaction || (sum.By == BinlogSummaryKind.Table && sum.Database == null),
        Tables = new PickedTables(
            sum.Database == null ? TableName.ParseList(sum.Table) : [new TableName(sum.Database, sum.Table)]),
        Operations = Operations(sum.InsertCount, sum.UpdateCount, sum.DeleteCount),
        IsOfSession = sum.By == BinlogSummaryKind.Session,
        ThreadId = sum.ThreadId,
        ServerId = sum.ServerId,
        IsOfStatement = sum.By == BinlogSummaryKind.Statement,
        Digest = sum.Statement,
        Time = sum.IntervalStart is { } start ? (start, start + (sum.Interval ?? BinlogMeasure.DefaultInterval)) : null,
        RowCount = sum.RowCount,
    };

    /// <summary>The changes of an incident.</summary>
    /// <exception cref="RecoveryException">IncidentWithoutRows: it is a statement that the log cannot undo.</exception>
    public static ChangePick Incident(Incident incident) => new()
    {
        Server = incident.Server,
        LogPath = incident.LogPath,
        LogFile = incident.InsertCount + incident.UpdateCount + incident.DeleteCount > 0 ? incident.LogFile : throw RowLess(incident),
        StartPosition = incident.StartPosition,
        StopLogFile = incident.StopLogFile,
        StopPosition = incident.StopPosition,
        IsOneTransaction = incident.TransactionCount == 1,
        Tables = new PickedTables(incident.Table.Select(TableName.Parse)),
        Operations = Operations(incident.InsertCount, incident.UpdateCount, incident.DeleteCount),
        IsOfSession = true,
        ThreadId = incident.ThreadId,
        ServerId = incident.ServerId,
        RowCount = incident.InsertCount + incident.UpdateCount + incident.DeleteCount,
    };

    private static RecoveryException RowLess(Incident incident) => new(
        "IncidentWithoutRows", RecoveryErrorKind.InvalidArgument,
        $"the log does not have the rows that this took: {incident.Statement ?? incident.ToString()}", incident.LogFile,
        incident.StartPosition,
        "Restore the table from a backup, and do again what came after that: docs/runbooks/roll-forward-one-table.md.");

    private static RowOperation[] Operations(long inserts, long updates, long deletes) =>
        [.. new[] { (inserts, RowOperation.Insert), (updates, RowOperation.Update), (deletes, RowOperation.Delete) }
            .Where(o => o.Item1 > 0).Select(o => o.Item2)];

    private static RecoveryException Unplaced(BinlogSummary sum) => new(
        "SummaryNotTransaction", RecoveryErrorKind.InvalidArgument, $"the sum '{sum}' does not say where in the logs its changes are",
        recommendedAction: "Pass on what Measure-BinlogEvent gave, with all its properties.");
}
