using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>binlog_transaction_compression of MySQL 8.0.20 and later: a transaction is one event of zstd data.</summary>
[Collection(MySqlLogs.Name)]
public sealed class CompressedTransactionTests(MySqlFixture fixture)
{
    private MySqlServer Server => fixture.Server;

    [Fact]
    public void Compressed_transactions_are_undone()
    {
        var database = new DamagedDatabase(
            Server, "compressed",
            "CREATE TABLE t (id INT PRIMARY KEY, v MEDIUMTEXT); INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, REPEAT('three', 5000))",
            """
            SET binlog_transaction_compression = ON;
            UPDATE t SET v = CONCAT(v, '!');
            BEGIN; DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (4, REPEAT('four', 20000)); UPDATE t SET id = id + 10 WHERE id > 2;
            COMMIT;
            SET binlog_transaction_compression = OFF;
            UPDATE t SET v = 'plain' WHERE id = 1;
            """);

        Assert.Equal(2, database.Events.Count(e => e.EventType == BinlogEventType.TransactionPayload));
        database.AssertUndone();
    }

    [Fact]
    public void Events_in_a_payload_have_the_position_and_the_gtid_of_their_transaction()
    {
        var database = new DamagedDatabase(
            Server, "payload", "CREATE TABLE t (id INT PRIMARY KEY)",
            "SET binlog_transaction_compression = ON; INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)");
        BinlogEvent[] rows = [.. database.Events.Where(e => e.Operation == RowOperation.Insert)];
        BinlogEvent[] payloads = [.. database.Events.Where(e => e.EventType == BinlogEventType.TransactionPayload)];

        Assert.Equal(payloads.Select(e => (e.Position, e.EndPosition, e.Gtid)), rows.Select(e => (e.Position, e.EndPosition, e.Gtid)));
        Assert.Equal(2, rows.Select(e => e.Gtid).Distinct().Count(gtid => gtid != null));
    }

    [Fact]
    public void A_compressed_transaction_of_many_megabytes_is_undone()
    {
        const int Rows = 4096;
        var database = new DamagedDatabase(
            Server, "large_payload",
            """
            CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, v TEXT, w INT);
            INSERT INTO t (v) VALUES (1);
            """ + string.Concat(Enumerable.Repeat("INSERT INTO t (v) SELECT id FROM t;", 12))
            + "UPDATE t SET v = REPEAT(SHA2(id, 512), 32), w = id;",
            "SET binlog_transaction_compression = ON; BEGIN; UPDATE t SET w = -w; DELETE FROM t WHERE id % 3 = 0; COMMIT");

        BinlogEvent payload = Assert.Single(database.Events, e => e.EventType == BinlogEventType.TransactionPayload);
        BinlogEvent[] inner = [.. database.Events.Where(e => e.Operation != null)];
        Assert.Equal(Rows + inner.Where(e => e.Operation == RowOperation.Delete).Sum(e => e.RowCount), inner.Sum(e => e.RowCount));
        Assert.InRange(inner.Sum(e => (long)e.RawEvent!.Length), 30 << 20, 80 << 20);
        Assert.True(payload.Size < 10 << 20);
        database.AssertUndone();
    }
}
