using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>What was rolled back changed nothing, unless a table cannot roll back.</summary>
[Collection(MySqlLogs.Name)]
public sealed class RollbackTests(MySqlFixture fixture)
{
    private const string Setup = """
        CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3);
        CREATE TABLE m (id INT PRIMARY KEY, v INT) ENGINE = MyISAM; INSERT INTO m VALUES (1, 1), (2, 2);
        """;

    private MySqlServer Server => fixture.Server;

    [Fact]
    public void A_rollback_to_a_savepoint_takes_its_rows_out() => new DamagedDatabase(
        Server, "savepoint", Setup,
        """
        BEGIN; UPDATE t SET v = 10 WHERE id = 1; SAVEPOINT s; UPDATE t SET v = 20 WHERE id = 2; ROLLBACK TO s; DELETE FROM t WHERE id = 3;
        SAVEPOINT `x y`; INSERT INTO t VALUES (4, 4); ROLLBACK TO SAVEPOINT `x y`; COMMIT;
        """).AssertUndone();

    [Fact]
    public void Tables_that_cannot_roll_back_are_undone_where_they_were_changed()
    {
        // With GTIDs the server does not allow it.
        using MySqlServer server = MySqlServer.Start(ServerFlavour.MySql, "gtid-mode=OFF", "enforce-gtid-consistency=OFF");
        new DamagedDatabase(
            server, "myisam", Setup,
            """
            BEGIN; UPDATE t SET v = 10; DELETE FROM m WHERE id = 1; ROLLBACK;
            BEGIN; INSERT INTO m VALUES (3, 3); INSERT INTO t VALUES (4, 4); SAVEPOINT s; UPDATE m SET v = 9; DELETE FROM t;
            ROLLBACK TO s; COMMIT;
            """).AssertUndone();
    }
}
