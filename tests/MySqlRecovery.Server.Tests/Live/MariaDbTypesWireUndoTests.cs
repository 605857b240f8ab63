using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.Live;

public abstract class MariaDbTypesWireUndoTests(ServerFixture fixture) : WireUndoTests(fixture)
{
    protected override IEnumerable<string> Setup =>
    [
        """
        CREATE TABLE t (id INT PRIMARY KEY, u INT UNSIGNED, s VARCHAR(50) CHARACTER SET latin1, e ENUM('x','y'), d DECIMAL(20,5), j JSON,
          g INT AS (u + 1) PERSISTENT, v BIGINT AS (u * 2) VIRTUAL, h INT INVISIBLE DEFAULT 9, i INET6, w UUID, ts TIMESTAMP(3) NULL);
        CREATE TABLE history (id INT PRIMARY KEY, v INT) WITH SYSTEM VERSIONING;
        INSERT INTO t (id, u, s, e, d, j, h, i, w, ts) VALUES
          (1, 2147483640, 'café', 'y', 1.5, '{"a": [1, null]}', 5, '::1', '123e4567-e89b-12d3-a456-426655440000',
          '2024-05-06 07:08:09.123'),
          (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
        INSERT INTO t (id, u) VALUES (3, 3);
        """,
    ];

    protected override string Damage =>
        """
        UPDATE t SET u = 1, s = 'gone', e = 'x', h = 7, i = NULL WHERE id = 1;
        BEGIN; DELETE FROM t WHERE id > 1; INSERT INTO t (id, u, s) VALUES (4, 4, 'new'); COMMIT;
        """;
}
