using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Output.ReversedBinlog;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Undo;

/// <summary>How changes are chosen of a log.</summary>
public enum Way
{
    Gtid,
    OtherGtids,
    Positions,
    Session,
    ServerId,
    Time,
    CommitTime,
    Row,
    Operation,
    Table,
    OtherTable,
    Database,
    PipedRows,
    PipedEvents,
    PipedSum,
}

/// <summary>A log in which a session and others changed <c>t</c>; what the session did is chosen in every <see cref="Way"/>.</summary>
/// <param name="Log">The log.</param>
/// <param name="Schema">The definitions when it began.</param>
/// <param name="Gtids">The chosen transactions.</param>
/// <param name="From">Where the changes begin that are chosen by position.</param>
/// <param name="To">Where they end.</param>
/// <param name="Session">The session of the last of them.</param>
/// <param name="CommittedBy">When they were committed.</param>
internal sealed record ChoiceStory(
    string Log, string Schema, string[] Gtids, long From, long To, uint Session, DateTime CommittedBy)
{
    /// <summary>The database of the tables.</summary>
    public required string Database { get; init; }

    public required MySqlServer Server { get; init; }

    /// <summary>When the changes begin that are chosen by time, as seconds of a SET timestamp.</summary>
    public const long Start = 1700000000;

    /// <summary>Whether the log names columns.</summary>
    public bool LogsNames => Server.Flavour.HasRowMetadata && Server.Scalar("SELECT @@binlog_row_metadata") == "FULL";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static DateTime StartTime => DateTime.UnixEpoch.AddSeconds(Start);

    private string[] OtherGtids =>
        [.. new BinlogReader([Log]).ReadEvents().Select(e => e.Gtid).OfType<string>().Distinct().Except(Gtids)];

    /// <summary>Whether logs of a server say what a way asks for: MariaDB 10.11 does not log the session, and only MySQL from 8.0.1 on
    /// the time of the commit.</summary>
    public static bool CanChoose(ServerFlavour flavour, Way way) =>
        !(way == Way.Session && flavour == ServerFlavour.MariaDb) && !(way == Way.CommitTime && flavour != ServerFlavour.MySql);

    /// <summary>What is said of the undo of what is chosen, as a binlog, or of doing it again, as SQL.</summary>
    public string[] Say(Way way, string? schema, bool reverse)
    {
        if (way is Way.PipedRows or Way.PipedEvents)
            return SayPiped(way == Way.PipedRows, schema, reverse);
        if (way == Way.PipedSum)
            return SaySum(schema, reverse);
        BinlogReader reader = way switch
        {
            Way.Gtid => new([Log]) { SchemaPath = schema, Gtid = Gtids },
            Way.OtherGtids => new([Log]) { SchemaPath = schema, ExcludeGtid = OtherGtids },
            Way.Positions => new([Log]) { SchemaPath = schema, StartPosition = From, StopPosition = To },
            Way.Session => new([Log]) { SchemaPath = schema, ThreadId = [Session] },
            Way.ServerId => new([Log]) { SchemaPath = schema, ServerId = [(uint)Server.Port] },
            Way.Time => new([Log]) { SchemaPath = schema, StartTime = StartTime, StopTime = StartTime.AddSeconds(50) },
            Way.CommitTime => new([Log]) { SchemaPath = schema, StopTime = CommittedBy, TimeBasis = TimeBasis.Commit },
            Way.Row => new([Log]) { SchemaPath = schema, Where = new Dictionary<string, object> { [NameOfV(schema)] = 70 } },
            Way.Operation => new([Log]) { SchemaPath = schema, Operation = [RowOperation.Delete] },
            Way.Table => new([Log]) { SchemaPath = schema, Table = [$"{Database}.t"] },
            Way.OtherTable => new([Log]) { SchemaPath = schema, ExcludeTable = ["mark"] },
            _ => new([Log]) { SchemaPath = schema, Database = [Database] },
        };
        if (reverse)
            return Said(reader.WriteUndoBinlog(NewPath()));
        SqlExport sql = reader.WriteSql(NewPath(), reverse: false);
        return [.. sql.Reason, .. sql.LaterChange!];
    }

    // Rows or events of the pipeline, with the log beside them.
    private string[] SayPiped(bool rows, string? schema, bool reverse)
    {
        var selection = new PipedSelection();
        using var spool = new ChangeSpool(new PipelineTableMaps(schema == null ? null : LogSchema.Load(schema)), EventFilter.All, reverse);
        spool.Events.Selection = selection;
        var reader = new BinlogReader([Log]) { Gtid = Gtids, SchemaPath = schema };
        foreach (RowChange row in rows ? reader.ReadRowChanges() : [])
            spool.Events.Add(row);
        foreach (BinlogEvent item in rows ? [] : reader.ReadEvents())
            spool.Events.Add(item);
        using ChangeIndex index = spool.Complete(found => Find(found, selection, schema, reverse));
        return Write(index, reverse);
    }

    // What a sum of the pipeline stands for.
    private string[] SaySum(string? schema, bool reverse)
    {
        BinlogSummary sum = new BinlogReader([Log]).Measure(BinlogSummaryKind.Transaction).Single(s => s.Gtid == Gtids[^1]);
        var picks = new ChangePicks([PickOf.Sum(sum)]);
        var filter = new EventFilter { WithStatements = true, Choice = picks, Tables = picks.Tables };
        using EventScan scan = Open(filter, schema);
        using ChangeIndex index = ChangeIndexBuilder.Build(
            scan, reverse, findLaterChanges: found => Find(found, new EventSelection(filter, isPart: false), schema, reverse));
        return Write(index, reverse);
    }

    private LaterFindings? Find(ChangeIndex found, IEventSelection selection, string? schema, bool reverse) => reverse
        ? LaterFindings.Find(found, selection, [], movesBytes: true, all => Open(all, schema))
        : LaterFindings.FindLeftOut(found, selection, all => Open(all, schema));

    private string[] Write(ChangeIndex index, bool reverse)
    {
        if (reverse)
            return Said(UndoBinlogWriter.Write(index, where: null, NewPath(), overwrite: false, gtidSource: null, Stop));
        SqlExport sql = RowSqlExport.WriteFile(index, null, new SqlForm { Reverse = false }, NewPath(), overwrite: false, Stop);
        return [.. sql.Reason, .. sql.LaterChange!];
    }

    private static string[] Said(UndoBinlog undo) => [.. undo.Reason, .. undo.LaterChange!];

    private EventScan Open(EventFilter filter, string? schema) =>
        new([LogRange.Whole(Log)], filter, Stop, schema == null ? null : LogSchema.Load(schema));

    private string NameOfV(string? schema) => schema != null || LogsNames ? "v" : "@2";

    private string NewPath() => Path.Combine(Server.FolderPath, Guid.NewGuid().ToString("N"));
}
