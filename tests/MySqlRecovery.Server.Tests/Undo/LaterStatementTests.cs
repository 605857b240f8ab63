using System.Collections.Concurrent;
using System.Globalization;
using MySqlRecovery.Model;
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
    private static readonly ConcurrentDictionary<MySqlServer, ChoiceStory> Stories = new();

    // What changes t, and what cannot.
    private static readonly string[] Named = ["UPDATE t SET v = 9", "UPDATE seen SET v = 8", "INSERT INTO follow", "DELETE FROM par"];
    private const string Plain = "INSERT INTO plain";

    private MySqlServer Server => fixture.Server;

    public static TheoryData<Way> Ways => [.. Enum.GetValues<Way>()];

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_way_of_choosing_names_what_it_cannot_know(Way way)
    {
        if (!ChoiceStory.CanChoose(Server.Flavour, way))
            return;
        bool takesPlain = way is Way.ServerId or Way.Row or Way.Operation or Way.OtherTable or Way.Database;
        ChoiceStory story = Stories.GetOrAdd(Server, Tell);
        foreach (string? schema in (string?[])[null, story.Schema])
        {
            string[] said = story.Say(way, schema, reverse: true);
            Assert.All(Named, statement => Assert.Contains(said, line => line.Contains(statement, StringComparison.Ordinal)));
            Assert.Equal(schema == null || takesPlain, said.Any(line => line.Contains(Plain, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Rows_are_not_left_out_of_an_undo_where_statements_may_have_changed_any_of_them()
    {
        ChoiceStory story = Stories.GetOrAdd(Server, Tell);
        var refused = Assert.Throws<RecoveryException>(() => new BinlogReader([story.Log])
        {
            Gtid = story.Gtids,
            SchemaPath = story.Schema,
            ExcludeLaterChange = true,
        }.WriteUndoBinlog(NewPath()));
        Assert.Equal("LaterChangeUnknown", refused.ErrorId);
    }

    private static ChoiceStory Tell(MySqlServer server)
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
        string gtid = new BinlogReader([log]).ReadRowChanges().First(r => r.Operation == RowOperation.Delete).Gtid!;
        return new ChoiceStory(log, schema, [gtid], from, to, uint.Parse(session, CultureInfo.InvariantCulture), committedBy)
        {
            Database = Database,
            Server = server,
        };

        static long Seconds(int offset) => ChoiceStory.Start + offset;
    }

    private string NewPath() => Path.Combine(Server.FolderPath, Guid.NewGuid().ToString("N"));
}
