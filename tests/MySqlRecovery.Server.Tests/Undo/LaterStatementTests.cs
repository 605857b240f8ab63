using System.Collections.Concurrent;
using System.Globalization;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Output.ReversedBinlog;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Undo;

/// <summary>
/// What others did to a table as statements, after the rows that are undone: directly, through a view, a trigger or a foreign key. No log
/// says which rows that were, so that each way of choosing has to name it. One log serves all of them.
/// </summary>
public abstract class LaterStatementTests(ServerFixture fixture)
{
    private const string Database = "later_statements";
    private static readonly ConcurrentDictionary<MySqlServer, Story> Stories = new();

    // What changes t, and what cannot.
    private static readonly string[] Named = ["UPDATE t SET v = 9", "UPDATE seen SET v = 8", "INSERT INTO follow", "DELETE FROM par"];
    private const string Plain = "INSERT INTO plain";

    private static readonly DateTime Start = DateTime.UnixEpoch.AddSeconds(1700000000);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private MySqlServer Server => fixture.Server;

    public static TheoryData<Way> Ways => [.. Enum.GetValues<Way>()];

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

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_way_of_choosing_names_what_it_cannot_know(Way way)
    {
        // MariaDB 10.11 does not log the session, and only MySQL from 8.0.1 on the time of the commit.
        if ((way == Way.Session && Server.Flavour == ServerFlavour.MariaDb)
            || (way == Way.CommitTime && Server.Flavour != ServerFlavour.MySql))
            return;
        bool takesPlain = way is Way.ServerId or Way.Row or Way.Operation or Way.OtherTable or Way.Database;
        Story story = Stories.GetOrAdd(Server, Tell);
        foreach (string? schema in (string?[])[null, story.Schema])
        {
            string[] said = Undo(story, way, schema);
            Assert.All(Named, statement => Assert.Contains(said, line => line.Contains(statement, StringComparison.Ordinal)));
            Assert.Equal(schema == null || takesPlain, said.Any(line => line.Contains(Plain, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Rows_are_not_left_out_of_an_undo_where_statements_may_have_changed_any_of_them()
    {
        Story story = Stories.GetOrAdd(Server, Tell);
        var refused = Assert.Throws<RecoveryException>(() => new BinlogReader([story.Log])
        {
            Gtid = [story.Gtid],
            SchemaPath = story.Schema,
            ExcludeLaterChange = true,
        }.WriteUndoBinlog(NewPath()));
        Assert.Equal("LaterChangeUnknown", refused.ErrorId);
    }

    private string[] Undo(Story story, Way way, string? schema)
    {
        if (way is Way.PipedRows or Way.PipedEvents)
            return UndoPiped(story, way == Way.PipedRows, schema);
        if (way == Way.PipedSum)
            return UndoSum(story, schema);
        BinlogReader reader = way switch
        {
            Way.Gtid => new([story.Log]) { SchemaPath = schema, Gtid = [story.Gtid] },
            Way.OtherGtids => new([story.Log]) { SchemaPath = schema, ExcludeGtid = story.OtherGtids },
            Way.Positions => new([story.Log]) { SchemaPath = schema, StartPosition = story.From, StopPosition = story.To },
            Way.Session => new([story.Log]) { SchemaPath = schema, ThreadId = [story.Session] },
            Way.ServerId => new([story.Log]) { SchemaPath = schema, ServerId = [story.ServerId] },
            Way.Time => new([story.Log]) { SchemaPath = schema, StartTime = Start, StopTime = Start.AddSeconds(50) },
            Way.CommitTime => new([story.Log]) { SchemaPath = schema, StopTime = story.CommittedBy, TimeBasis = TimeBasis.Commit },
            Way.Row => new([story.Log]) { SchemaPath = schema, Where = new Dictionary<string, object> { [story.NameOfV(schema)] = 70 } },
            Way.Operation => new([story.Log]) { SchemaPath = schema, Operation = [RowOperation.Delete] },
            Way.Table => new([story.Log]) { SchemaPath = schema, Table = [$"{Database}.t"] },
            Way.OtherTable => new([story.Log]) { SchemaPath = schema, ExcludeTable = ["mark"] },
            _ => new([story.Log]) { SchemaPath = schema, Database = [Database] },
        };
        UndoBinlog undo = reader.WriteUndoBinlog(NewPath());
        return [.. undo.Reason, .. undo.LaterChange!];
    }

    // Rows or events of the pipeline, with the log beside them.
    private string[] UndoPiped(Story story, bool rows, string? schema)
    {
        var selection = new PipedSelection();
        using var spool = new ChangeSpool(
            new PipelineTableMaps(schema == null ? null : LogSchema.Load(schema)), EventFilter.All, reverse: true);
        spool.Events.Selection = selection;
        var reader = new BinlogReader([story.Log]) { Gtid = [story.Gtid], SchemaPath = schema };
        foreach (RowChange row in rows ? reader.ReadRowChanges() : [])
            spool.Events.Add(row);
        foreach (BinlogEvent item in rows ? [] : reader.ReadEvents())
            spool.Events.Add(item);
        using ChangeIndex index = spool.Complete(
            found => LaterFindings.Find(found, selection, [], movesBytes: true, all => Open(story, all, schema)));
        return Write(index);
    }

    // What a sum of the pipeline stands for.
    private string[] UndoSum(Story story, string? schema)
    {
        BinlogSummary sum = new BinlogReader([story.Log]).Measure(BinlogSummaryKind.Transaction).Single(s => s.Gtid == story.Gtid);
        var picks = new ChangePicks([PickOf.Sum(sum)]);
        var filter = new EventFilter { WithStatements = true, Choice = picks, Tables = picks.Tables };
        using EventScan scan = Open(story, filter, schema);
        using ChangeIndex index = ChangeIndexBuilder.Build(
            scan, reverse: true,
            findLaterChanges: found => LaterFindings.Find(
                found, new EventSelection(filter, isPart: false), [], movesBytes: true, all => Open(story, all, schema)));
        return Write(index);
    }

    private string[] Write(ChangeIndex index)
    {
        UndoBinlog undo = UndoBinlogWriter.Write(index, where: null, NewPath(), overwrite: false, gtidSource: null, Stop);
        return [.. undo.Reason, .. undo.LaterChange!];
    }

    private static EventScan Open(Story story, EventFilter filter, string? schema) =>
        new([LogRange.Whole(story.Log)], filter, Stop, schema == null ? null : LogSchema.Load(schema));

    private static Story Tell(MySqlServer server)
    {
        server.Sql($"""
            CREATE DATABASE {Database}; USE {Database};
            CREATE TABLE par (id INT PRIMARY KEY) ENGINE = InnoDB;
            CREATE TABLE t (id INT PRIMARY KEY, v INT, p INT, FOREIGN KEY (p) REFERENCES par (id) ON DELETE CASCADE) ENGINE = InnoDB;
            CREATE TABLE follow (id INT PRIMARY KEY); CREATE TABLE plain (id INT PRIMARY KEY);
            CREATE TRIGGER follows AFTER INSERT ON follow FOR EACH ROW UPDATE t SET v = v + NEW.id;
            CREATE VIEW seen AS SELECT * FROM t;
            INSERT INTO par VALUES (1); INSERT INTO t VALUES (1, 1, NULL), (3, 3, NULL), (4, 4, 1);
            """);
        string schema = DatabaseState.WriteSchema(server, Database);
        server.FlushLogs();
        server.Sql($"SET timestamp = {Seconds(-100)}; INSERT INTO t VALUES (5, 5, NULL)", Database);
        long from = server.Position().Offset;
        string session = server.Client($"""
            SET timestamp = {Seconds(0)}; BEGIN; INSERT INTO t VALUES (70, 70, NULL); DELETE FROM t WHERE id = 1; COMMIT;
            SELECT CONNECTION_ID();
            """, Database).Split('\n')[^2];
        long to = server.Position().Offset;
        DateTime committedBy = DateTime.UtcNow;
        server.Sql($"""
            SET timestamp = {Seconds(100)}, SESSION binlog_format = 'STATEMENT';
            {Named[0]} WHERE id = 3; {Named[1]} WHERE id = 3; {Named[2]} VALUES (1); {Named[3]} WHERE id = 1; {Plain} VALUES (1);
            """, Database);
        string log = server.FlushLogs();
        string[] gtids = [.. new BinlogReader([log]).ReadEvents().Select(e => e.Gtid).OfType<string>().Distinct()];
        string gtid = new BinlogReader([log]).ReadRowChanges().First(r => r.Operation == RowOperation.Delete).Gtid!;
        return new Story(
            log, schema, gtid, [.. gtids.Where(g => g != gtid)], from, to, uint.Parse(session, CultureInfo.InvariantCulture),
            (uint)server.Port, committedBy, server.Flavour.HasRowMetadata && server.Scalar("SELECT @@binlog_row_metadata") == "FULL");

        static long Seconds(int offset) => new DateTimeOffset(Start).ToUnixTimeSeconds() + offset;
    }

    private string NewPath() => Path.Combine(Server.FolderPath, Guid.NewGuid().ToString("N"));

    private sealed record Story(
        string Log, string Schema, string Gtid, string[] OtherGtids, long From, long To, uint Session, uint ServerId,
        DateTime CommittedBy, bool LogsNames)
    {
        public string NameOfV(string? schema) => schema != null || LogsNames ? "v" : "@2";
    }
}
