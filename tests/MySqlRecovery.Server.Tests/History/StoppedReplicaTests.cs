using System.Collections.Specialized;
using System.Diagnostics;
using System.Globalization;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.History;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Consistency;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Server.Tests.History;

/// <summary>
/// Tables of a source as they were are those of a replica that was stopped at that transaction; the classes that derive name the
/// servers.
/// </summary>
public abstract class StoppedReplicaTests(ReplicationPairFixture fixture)
{
    private const string Database = "asof_replica";

    // Each session of traffic does so much, so that what is logged does not grow with the machine's speed.
    private const int Rounds = 400;

    // Moments under traffic.
    private const int TrafficStills = 2;

    // What a stretch of traffic changes besides the tables of TableTraffic, and what follows it.
    private static readonly string[] Steps =
    [
        "ALTER TABLE numbered ADD COLUMN extra INT NOT NULL DEFAULT 7 AFTER id; UPDATE numbered SET id = id + 20000 WHERE id % 10 = 1; "
            + "UPDATE numbered SET extra = 8 WHERE id % 10 = 2",
        "RENAME TABLE numbered TO counted; CREATE TABLE numbered (id INT PRIMARY KEY); INSERT INTO numbered VALUES (1), (2); "
            + "UPDATE counted SET id = -id WHERE id % 10 = 3; DELETE FROM counted WHERE id % 10 = 4",
        "ALTER TABLE altered DROP COLUMN s; UPDATE altered SET v = 5 WHERE id < 20; TRUNCATE TABLE gone; "
            + "INSERT INTO gone VALUES (1, 1), (500, 5); DROP TABLE dropped",
        "UPDATE renamed SET w = 'late', id = id + 1000 WHERE id % 2 = 0; DELETE FROM counted WHERE id % 10 = 5; "
            + "UPDATE altered SET id = -id WHERE id > 40; UPDATE gone SET v = 6; DELETE FROM bare WHERE id = 7 LIMIT 2",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private ReplicationPair Pair => fixture.Pair;

    private MySqlServer Source => Pair.Source;

    private MySqlServer Replica => Pair.Replica;

    [Fact]
    public async Task Every_table_is_as_a_replica_has_it_that_stopped_at_the_transaction()
    {
        Pair.Sql($"DROP DATABASE IF EXISTS {Database}; CREATE DATABASE {Database} CHARACTER SET utf8mb4");
        string rows = string.Join(',', Enumerable.Range(1, 60).Select(i => $"({i}, {i % 7})"));
        string texts = string.Join(',', Enumerable.Range(1, 60).Select(i => $"({i}, {i % 7}, 't{i}')"));
        Pair.Sql(
            TableTraffic.Tables + "CREATE TABLE gone (id INT PRIMARY KEY, v INT); CREATE TABLE dropped (id INT PRIMARY KEY, v INT); "
                + "CREATE TABLE altered (id INT PRIMARY KEY, v INT, s VARCHAR(10)); "
                + "CREATE TABLE renamed (id INT PRIMARY KEY, v INT, s VARCHAR(10)); "
                + $"INSERT INTO gone VALUES {rows}; INSERT INTO dropped VALUES {rows}; INSERT INTO altered VALUES {texts}; "
                + $"INSERT INTO renamed VALUES {texts}",
            Database);
        string dump = BaseDump.Write(Source, Database);
        Pair.StopReplica();
        var stills = new List<Still>();
        using var stop = new CancellationTokenSource();
        try
        {
            List<(Moment Moment, string Until)> moments = [];
            string[] changing = ["numbered", "named", "bare", "gone"];
            Dictionary<string, string[]> underTraffic;
            Task[] traffic = [.. Enumerable.Range(0, 2).Select(
                n => Task.Run(() => TableTraffic.Write(Source, Database, n, stop.Token, Rounds), Stop))];
            try
            {
                for (int i = 1; i <= TrafficStills; i++)
                {
                    Source.Sql(
                        $"UPDATE gone SET v = v + 1, id = id + 100 WHERE id % 7 = {i}; DELETE FROM dropped WHERE id % 9 = {i}; "
                            + $"INSERT INTO dropped VALUES ({i} * 1000, {i}); "
                            + $"UPDATE altered SET s = 'n{i}', id = id + 200 WHERE id % 8 = {i}; "
                            + $"UPDATE renamed SET v = NULL WHERE id % 5 = {i}",
                        Database);
                    Thread.Sleep(200);
                    moments.Add(Now());
                }

                underTraffic = changing.ToDictionary(t => t, t => Lines(ReadSource(moments[0].Moment, t, [], null), []));
            }
            finally
            {
                stop.Cancel();
                await Task.WhenAll(traffic).WaitAsync(Stop);
            }

            stills.AddRange(moments.Select(TakeStill));
            Assert.All(changing, t => Assert.Equal(Lines(stills[0].Rows[t], []), underTraffic[t]));
            string rename = Source.Flavour.IsServerAlone ? "CHANGE s w VARCHAR(10)" : "RENAME COLUMN s TO w";
            Source.Sql($"ALTER TABLE renamed {rename}; UPDATE renamed SET w = 'new' WHERE id % 5 = 4", Database);
            foreach (string step in Steps)
            {
                stills.Add(TakeStill(Now()));
                Source.Sql(step, Database);
            }

            stills.Add(TakeStill(Now()));
        }
        finally
        {
            Pair.StopReplica();
            Pair.StartReplica();
            Pair.WaitForReplica();
        }

        // The last table that is truncated or dropped is so before the last moment but one.
        for (int i = 0; i < stills.Count; i++)
        {
            foreach (string table in stills[i].Rows.Keys)
            {
                // Nothing changes these after the traffic.
                if (table is "named" or "still" && i > TrafficStills)
                    continue;
                if (table is "gone" or "dropped" && i < stills.Count - 2)
                    AssertFromBase(stills[i], table, dump);
                else
                    AssertSame(stills[i], table);
                if (i == 0)
                    AssertFromBase(stills[i], table, dump);
            }
        }
    }

    private void AssertSame(Still still, string table)
    {
        // What a dropped column held is not in the log as a whole.
        bool wasDropped = table == "altered" && Source.Query($"SHOW COLUMNS FROM {table} LIKE 's'", Database).Count == 0;
        string[] columns = wasDropped ? ["id", "v"] : [];
        // The logs of these servers say too little of a column to know it again by another name.
        SchemaCatalog? schema = Source.Flavour.IsServerAlone ? still.Schema : null;
        Assert.Equal(Lines(still.Rows[table], columns), Lines(ReadSource(still.Moment, table, columns, schema), columns));
    }

    private List<OrderedDictionary> ReadSource(Moment moment, string table, string[] columns, SchemaCatalog? schema)
    {
        var request = new AsOfRequest
        {
            Table = new TableName(Database, table),
            Columns = columns,
            Schema = schema,
            MaximumMemory = 1 << 20,
        };
        using ServerAsOf asOf = ServerAsOf.Open(Source.SocketOptions(), request, moment, _ => { }, Stop);
        return [.. asOf.Rows().Select(r => r.Value)];
    }

    private void AssertFromBase(Still still, string table, string dump)
    {
        var file = DumpFile.Open(dump, Stop);
        var request = new AsOfRequest { Table = new TableName(Database, table), MaximumMemory = 1 << 20 };
        using var based = new BaseAsOf(
            file, request, LogSinceDump.OfServer(Source.SocketOptions(), file, still.Moment, _ => { }, Stop), Stop);
        based.Prepare();
        Assert.Equal(Lines(still.Rows[table], []), Lines([.. based.Rows().Select(r => r.Value)], []));
    }

    /// <summary>Lets the replica go on to a moment, and no further, and takes down what it has.</summary>
    private Still TakeStill((Moment Moment, string Until) at)
    {
        string word = Source.Flavour.ReplicaWord;
        Replica.Client($"STOP {word}; START {word} UNTIL {at.Until}");
        var clock = Stopwatch.StartNew();
        for (Dictionary<string, string?> status = Pair.Status(); status["Replica_SQL_Running"] != "No"; status = Pair.Status())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(5), $"the replica does not come to {at.Until}");
            Thread.Sleep(20);
        }

        Assert.Equal("0", Pair.Status()["Last_SQL_Errno"]);
        string[] tables = [.. Replica.Query("SHOW TABLES", Database).Select(r => r[0])];
        string definitions = string.Concat(tables.Select(t => Replica.Query($"SHOW CREATE TABLE {t}", Database)[0][1] + ";\n"));
        return new Still(at.Moment, tables.ToDictionary(t => t, ReadReplica), SchemaCatalog.Parse(definitions));
    }

    // Of GTIDs the last up to which none is missing; in the log they come in their order.
    private (Moment Moment, string Until) Now()
    {
        if (!Pair.HasGtid)
        {
            BinlogPosition at = Source.Position();
            return (new Moment { Place = (at.File, at.Offset) }, $"MASTER_LOG_FILE = '{at.File}', MASTER_LOG_POS = {at.Offset}");
        }

        string done = Source.Scalar($"SELECT {Source.Flavour.GtidVariable}");
        if (Source.Flavour.IsMariaDb)
            return (Moment.Of(null, done, null, null), $"master_gtid_pos = '{done}'");
        string first = string.Join(':', done.Split(':')[..2]);
        return (Moment.Of(null, first, null, null), $"SQL_AFTER_GTIDS = '{first}'");
    }

    private List<OrderedDictionary> ReadReplica(string table)
    {
        var request = new AsOfRequest { Table = new TableName(Database, table) };
        using ServerAsOf present = ServerAsOf.Open(Replica.SocketOptions(), request, new Moment(), _ => { }, Stop);
        List<OrderedDictionary> rows = [.. present.Rows().Select(r => r.Value)];
        Assert.Equal(Replica.Scalar($"SELECT COUNT(*) FROM {table}", Database), rows.Count.ToString(CultureInfo.InvariantCulture));
        return rows;
    }

    private static string[] Lines(List<OrderedDictionary> rows, string[] columns) => [.. rows.Select(row => string.Join(' ', row.Keys
        .Cast<string>().Where(k => columns.Length == 0 || columns.Contains(k)).Select(k => $"{k}={Text(row[k])}")))
        .Order(StringComparer.Ordinal)];

    private static string Text(object? value) => value switch
    {
        null => "NULL",
        byte[] bytes => "0x" + Convert.ToHexString(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private sealed record Still(Moment Moment, Dictionary<string, List<OrderedDictionary>> Rows, SchemaCatalog Schema);
}

[Collection<MySqlPairs>]
public sealed class MySqlStoppedReplicaTests(MySqlPairFixture fixture) : StoppedReplicaTests(fixture);

[Collection<MySql57Pairs>]
public sealed class MySql57StoppedReplicaTests(MySql57PairFixture fixture) : StoppedReplicaTests(fixture);

[Collection<MySql56Pairs>]
public sealed class MySql56StoppedReplicaTests(MySql56PairFixture fixture) : StoppedReplicaTests(fixture);

[Collection<MariaDbPairs>]
public sealed class MariaDbStoppedReplicaTests(MariaDbPairFixture fixture) : StoppedReplicaTests(fixture);

[Collection<MariaDb118Pairs>]
public sealed class MariaDb118StoppedReplicaTests(MariaDb118PairFixture fixture) : StoppedReplicaTests(fixture);
