using System.Collections.Concurrent;
using System.Globalization;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Undo;

/// <summary>
/// What others did to a table as statements, between the changes that are to be done again: to rows, directly or through a view, a
/// trigger or a foreign key, and to the table itself. Each way of choosing has to name it. One log serves all of them.
/// </summary>
public abstract class LeftOutStatementTests(ServerFixture fixture)
{
    private const string Database = "left_out_statements";
    private static readonly ConcurrentDictionary<MySqlServer, ChoiceStory> Stories = new();

    private static readonly string[] Named =
    [
        "UPDATE t SET v = 9", "UPDATE seen SET v = 8", "INSERT INTO follow", "DELETE FROM par", "ALTER TABLE t ADD COLUMN w",
        "ALTER TABLE t DROP COLUMN w", "TRUNCATE TABLE t", "RENAME TABLE t TO gone, gone TO t",
    ];

    // What cannot change t, what does not change what is in it, and what comes after all that is chosen.
    private const string Plain = "INSERT INTO plain", Index = "ALTER TABLE t ADD INDEX", Later = "UPDATE t SET v = 99";

    private MySqlServer Server => fixture.Server;

    public static TheoryData<Way> Ways => [.. Enum.GetValues<Way>()];

    [Theory]
    [MemberData(nameof(Ways))]
    public void Changes_done_again_name_the_statements_before_them_that_are_left_out(Way way)
    {
        if (!ChoiceStory.CanChoose(Server.Flavour, way))
            return;
        bool takesRange = way is Way.Positions or Way.Time or Way.CommitTime;
        bool takesAll = way is Way.ServerId or Way.Row or Way.Operation or Way.OtherTable or Way.Database;
        ChoiceStory story = Stories.GetOrAdd(Server, Tell);
        // Statements need the names of columns.
        foreach (string? schema in story.LogsNames ? (string?[])[null, story.Schema] : [story.Schema])
        {
            string[] said = story.Say(way, schema, reverse: false);
            Assert.All(Named, statement => Assert.True(Says(statement), $"{statement} is not in: {string.Join('\n', said)}"));
            Assert.Equal(schema == null || takesRange || takesAll, Says(Plain));
            Assert.Equal(takesRange || takesAll || way == Way.Table, Says(Index));
            Assert.Equal(takesAll || way == Way.Table, Says(Later));

            bool Says(string statement) => said.Any(line => line.Contains(statement, StringComparison.Ordinal));
        }
    }

    private static ChoiceStory Tell(MySqlServer server)
    {
        server.Sql($"""
            CREATE DATABASE {Database}; USE {Database};
            CREATE TABLE par (id INT PRIMARY KEY) ENGINE = InnoDB;
            CREATE TABLE t (id INT PRIMARY KEY, v INT, p INT, FOREIGN KEY (p) REFERENCES par (id) ON DELETE CASCADE) ENGINE = InnoDB;
            CREATE TABLE follow (id INT PRIMARY KEY); CREATE TABLE plain (id INT PRIMARY KEY);
            CREATE TRIGGER follows AFTER INSERT ON follow FOR EACH ROW UPDATE t SET v = v + NEW.id;
            CREATE VIEW seen AS SELECT id, v FROM t;
            INSERT INTO par VALUES (1); INSERT INTO t VALUES (1, 1, NULL), (3, 3, NULL), (4, 4, 1);
            """);
        string schema = DatabaseState.WriteSchema(server, Database);
        server.FlushLogs();
        server.Sql($"SET timestamp = {ChoiceStory.Start - 100}; INSERT INTO t VALUES (5, 5, NULL)", Database);
        long from = server.Position().Offset;
        server.Sql($"SET timestamp = {ChoiceStory.Start}; DELETE FROM t WHERE id = 5", Database);
        server.Sql($"""
            SET timestamp = {ChoiceStory.Start + 10}, SESSION binlog_format = 'STATEMENT';
            {Named[0]} WHERE id = 3; {Named[1]} WHERE id = 3; {Named[2]} VALUES (1); {Named[3]} WHERE id = 1; {Plain} VALUES (1);
            {Index} (v); {Named[4]} INT; {Named[5]}; {Named[6]}; {Named[7]};
            """, Database);
        string session = server.Client($"""
            SET timestamp = {ChoiceStory.Start + 20}; BEGIN; INSERT INTO t VALUES (70, 70, NULL), (71, 71, NULL);
            DELETE FROM t WHERE id = 71; COMMIT; SELECT CONNECTION_ID();
            """, Database).Split('\n')[^2];
        long to = server.Position().Offset;
        DateTime committedBy = DateTime.UtcNow;
        server.Sql($"SET timestamp = {ChoiceStory.Start + 100}, SESSION binlog_format = 'STATEMENT'; {Later}", Database);
        string log = server.FlushLogs();
        string[] gtids = [.. new BinlogReader([log]).ReadRowChanges().Skip(1).Select(r => r.Gtid!).Distinct()];
        return new ChoiceStory(log, schema, gtids, from, to, uint.Parse(session, CultureInfo.InvariantCulture), committedBy)
        {
            Database = Database,
            Server = server,
        };
    }
}
