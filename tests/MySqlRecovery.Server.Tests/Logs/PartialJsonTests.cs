using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>binlog_row_value_options=PARTIAL_JSON: the log holds the differences of a document, not what it became.</summary>
[Collection(MySqlLogs.Name)]
public sealed class PartialJsonTests(MySqlFixture fixture)
{
    private const string Setup = """
        CREATE TABLE t (id INT PRIMARY KEY, d JSON, e JSON, n INT);
        INSERT INTO t VALUES
          (1, '{"a": 1, "b": [1, 2, {"c": "x"}], "long": "................................................................"}',
          '[1, 2, 3]', 0),
          (2, '{"a b": {"quo\\"te": 1, "ключ": [[], {}]}, "1": null, "pad": "..........................................."}', '{"k": 1.5}',
          0),
          (3, JSON_OBJECT('s', REPEAT('s', 30000), 'array', JSON_ARRAY(1, 2, 3)), NULL, 0);
        """;

    private MySqlServer Server => fixture.Server;

    [Theory]
    [InlineData("several", "UPDATE t SET d = JSON_SET(d, '$.a', 2, '$.b[2].c', 'y', '$.new', TRUE), n = 1 WHERE id = 1")]
    [InlineData("arrays",
        "UPDATE t SET d = JSON_ARRAY_INSERT(d, '$.b[0]', 'first'), e = JSON_REMOVE(e, '$[1]') WHERE id = 1; "
            + "UPDATE t SET e = JSON_ARRAY_APPEND(e, '$', JSON_OBJECT('x', 1)) WHERE id = 1; "
            + "UPDATE t SET d = JSON_REPLACE(d, '$.b[3]', NULL) WHERE id = 1")]
    [InlineData("quoted", """UPDATE t SET d = JSON_SET(d, '$."a b"."quo\\"te"', 'new', '$."1"', 7, '$."a b"."ключ"[1]', 3) WHERE id = 2""")]
    [InlineData("removed",
        """UPDATE t SET d = JSON_REMOVE(d, '$."a b"."ключ"', '$."1"'), e = JSON_REPLACE(e, '$.k', -2.25) WHERE id = 2""")]
    [InlineData("grown", "UPDATE t SET d = JSON_SET(d, '$.array[1]', REPEAT('g', 50000), '$.s', REPEAT('t', 70000)) WHERE id = 3; "
        + "UPDATE t SET d = JSON_SET(d, '$.s', 'small') WHERE id = 3")]
    [InlineData("all", "UPDATE t SET d = JSON_SET(d, '$.added', id), n = id; UPDATE t SET d = JSON_REMOVE(d, '$.added')")]
    [InlineData("moved", "UPDATE t SET d = JSON_SET(d, '$.a', 5), id = id + 100 WHERE id = 1")]
    public void Changed_parts_of_documents_are_undone(string name, string update)
    {
        var database = new DamagedDatabase(
            Server, $"partial_{name}", Setup, $"SET binlog_row_value_options = PARTIAL_JSON; {update}");

        Assert.Contains(database.Events, e => e.EventType == BinlogEventType.PartialUpdateRows);
        database.AssertUndone();
    }

    [Fact]
    public void Changed_parts_in_compressed_transactions_are_undone()
    {
        var database = new DamagedDatabase(
            Server, "partial_compressed", Setup,
            "SET binlog_row_value_options = PARTIAL_JSON, binlog_transaction_compression = ON; UPDATE t SET d = JSON_SET(d, '$.a', 9)");

        Assert.Contains(database.Events, e => e.EventType == BinlogEventType.PartialUpdateRows);
        database.AssertUndone();
    }

    [Fact]
    public void A_row_shows_whole_documents_before_and_after()
    {
        var database = new DamagedDatabase(
            Server, "partial_shown", Setup,
            "SET binlog_row_value_options = PARTIAL_JSON; UPDATE t SET d = JSON_SET(d, '$.b[2].c', 'y') WHERE id = 1");
        RowChange row = Assert.Single(BinlogRecovery.ReadRowChanges(database.Events));

        string now = Server.Scalar("SELECT d FROM t WHERE id = 1", "partial_shown");
        Assert.Equal(now, row.After!["d"]!.ToString());
        Assert.Equal(now.Replace("\"y\"", "\"x\""), row.Before!["d"]!.ToString());
    }

    [Fact]
    public void Changed_parts_without_what_they_were_before_are_refused()
    {
        var database = new DamagedDatabase(
            Server, "partial_minimal", Setup,
            "SET binlog_row_value_options = PARTIAL_JSON, binlog_row_image = MINIMAL; UPDATE t SET d = JSON_SET(d, '$.a', 2) WHERE id < 3");

        database.AssertRefused("partial_minimal.t: 2 rows");
    }
}
