using System.Globalization;
using System.Text.RegularExpressions;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Binlog;

public sealed partial class EventTests(EventTests.Fixture fixture) : IClassFixture<EventTests.Fixture>
{
    private MySqlServer Server => fixture.Server;

    [Fact]
    public void Every_event_is_counted_as_mysqlbinlog_counts_it()
    {
        Server.Sql(
            """
            CREATE DATABASE counted; USE counted; CREATE TABLE t (id INT PRIMARY KEY, b LONGBLOB);
            CREATE TABLE p (id INT) PARTITION BY HASH (id) PARTITIONS 3;
            INSERT INTO t VALUES (1, REPEAT('x', 100000)), (2, NULL); UPDATE t SET id = id + 10; DELETE FROM t WHERE id = 11;
            INSERT INTO p VALUES (1), (2), (3), (4); UPDATE p SET id = id + 1; XA START 'x'; DELETE FROM p; XA END 'x'; XA PREPARE 'x';
            XA COMMIT 'x';
            BEGIN; INSERT INTO t VALUES (3, 'a'); SAVEPOINT s; INSERT INTO t VALUES (4, 'b'); COMMIT;
            SET gtid_next = 'AUTOMATIC:a_tag'; INSERT INTO t VALUES (5, 'tagged');
            """);
        string log = Server.FlushLogs();
        Dictionary<string, int> counted = LogReading.Events([log]).CountBy(e => VendorName(e.EventType)).ToDictionary();
        Dictionary<string, int> expected = Header().Matches(Server.Mysqlbinlog("-vv", "--base64-output=decode-rows", log))
            .Select(match => match.Groups[1].Value).CountBy(name => name).ToDictionary();

        Assert.Equal(expected.OrderBy(type => type.Key), counted.OrderBy(type => type.Key));
        Assert.Contains(LogReading.Events([log]), e => e.Gtid?.Contains(":a_tag:") == true && e.Operation == RowOperation.Insert);
    }

    [Fact]
    public void The_session_and_its_statement_reach_every_row()
    {
        Server.Sql("CREATE DATABASE sessions; CREATE TABLE sessions.a (id INT); CREATE TABLE sessions.b (id INT)");
        Server.FlushLogs();
        string id = Server.Client(
            "USE sessions; BEGIN; INSERT INTO a VALUES (1), (2) /* first ü */; INSERT INTO b SELECT id FROM a; COMMIT; "
                + "SELECT CONNECTION_ID()").Split('\n')[1];
        string log = Server.FlushLogs();

        List<RowChange> rows = LogReading.Rows([log]);
        Assert.Equal(4, rows.Count);
        Assert.All(rows, row => Assert.Equal(uint.Parse(id, CultureInfo.InvariantCulture), row.ThreadId));
        Assert.All(rows, row => Assert.Equal(rows[0].Gtid, row.Gtid));
        Assert.Equal(["INSERT INTO a VALUES (1), (2) /* first ü */", "INSERT INTO b SELECT id FROM a"],
            rows.Select(row => row.Statement!).Distinct());
        Assert.Empty(LogReading.Rows([log], filter: new EventFilter { ThreadIds = [uint.Parse(id, CultureInfo.InvariantCulture) + 1] }));
    }

    [Fact]
    public void Positions_take_the_first_event_in_and_leave_the_last_out()
    {
        Server.Sql("CREATE DATABASE places; CREATE TABLE places.t (id INT PRIMARY KEY)");
        Server.FlushLogs();
        var positions = new List<long>();
        for (int id = 1; id <= 4; id++)
        {
            positions.Add(Server.Position().Offset);
            Server.Sql($"INSERT INTO places.t VALUES ({id})");
        }

        string first = Server.FlushLogs();
        long second = Server.Position().Offset;
        Server.Sql("INSERT INTO places.t VALUES (5)");
        long third = Server.Position().Offset;
        Server.Sql("INSERT INTO places.t VALUES (6)");
        string last = Server.FlushLogs();

        Assert.Equal([2, 3], Ids([first], positions[1], positions[3]));
        Assert.Equal([4, 5], Ids([first, last], positions[3], third));
        Assert.Equal([1, 2, 3, 4], Ids([first, last], null, second));
        Assert.Empty(Ids([first], positions[1], positions[1]));
        (long?, long?)[] wrong = [(positions[1] + 1, null), (null, positions[1] - 1), (1L << 40, null), (null, 1L << 40)];
        foreach ((long? start, long? stop) in wrong)
            Assert.Equal("PositionNotABoundary", Assert.Throws<RecoveryException>(() => Ids([first], start, stop)).ErrorId);
        // A position inside a transaction: the table map before it still counts.
        long row = LogReading.Rows([first])[1].Position;
        Assert.Equal([2, 3, 4], Ids([first], row, null));
    }

    [Fact]
    public void A_gtid_set_chooses_its_transactions()
    {
        Server.Sql("CREATE DATABASE picked; CREATE TABLE picked.t (id INT PRIMARY KEY)");
        Server.FlushLogs();
        Server.Sql("INSERT INTO picked.t VALUES (1); INSERT INTO picked.t VALUES (2); INSERT INTO picked.t VALUES (3)");
        string log = Server.FlushLogs();
        List<string> all = [.. LogReading.Rows([log]).Select(row => row.Gtid!)];

        Assert.Equal([all[1]], Gtids(new GtidFilter(GtidSet.Parse([all[1]]), null)));
        Assert.Equal([all[0], all[2]], Gtids(new GtidFilter(null, GtidSet.Parse([all[1]]))));
        Assert.Equal(all, Gtids(new GtidFilter(GtidSet.Parse([all[0].Split(':')[0]]), null)));

        IEnumerable<string> Gtids(GtidFilter filter) =>
            LogReading.Events([log], filter: new EventFilter { Gtids = filter }).Where(e => e.Operation != null).Select(e => e.Gtid!);
    }

    private static IEnumerable<int> Ids(string[] logs, long? start, long? stop) =>
        LogReading.Rows(logs, start, stop).Select(row => (int)row.After!["id"]!);

    private static string VendorName(BinlogEventType type) => type switch
    {
        BinlogEventType.FormatDescription => "Start",
        BinlogEventType.PreviousGtids => "Previous-GTIDs",
        BinlogEventType.WriteRows => "Write_rows",
        BinlogEventType.UpdateRows => "Update_rows",
        BinlogEventType.DeleteRows => "Delete_rows",
        BinlogEventType.TableMap => "Table_map",
        BinlogEventType.Gtid or BinlogEventType.GtidTagged => "GTID",
        BinlogEventType.RowsQuery => "Rows_query",
        BinlogEventType.XaPrepare => "XA",
        _ => type.ToString(),
    };

    [GeneratedRegex(@"^#\d{6} .* end_log_pos \d+ (?:CRC32 0x[0-9a-f]+)? \t([A-Za-z_-]+)", RegexOptions.Multiline)]
    private static partial Regex Header();

    public sealed class Fixture() : ServerFixture(ServerFlavour.MySql, "binlog-rows-query-log-events=ON");
}
