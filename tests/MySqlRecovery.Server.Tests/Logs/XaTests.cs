using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>XA: the rows are logged when a transaction is prepared, and a later group decides about them.</summary>
[Collection(MySqlLogs.Name)]
public sealed class XaTests(MySqlFixture fixture)
{
    private const string Setup = "CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)";

    private MySqlServer Server => fixture.Server;

    [Fact]
    public void What_was_prepared_and_committed_later_is_undone() => new DamagedDatabase(
        Server, "xa_commit", Setup,
        """
        XA START 'a', 'branch', 7; UPDATE t SET v = 10 WHERE id = 1; DELETE FROM t WHERE id = 2; XA END 'a', 'branch', 7; XA PREPARE 'a', 'branch', 7;
        INSERT INTO t VALUES (4, 4);
        XA COMMIT 'a', 'branch', 7;
        """).AssertUndone();

    [Fact]
    public void One_phase_is_undone() => new DamagedDatabase(
        Server, "xa_one_phase", Setup,
        "XA START 'b'; UPDATE t SET v = 10; XA END 'b'; XA COMMIT 'b' ONE PHASE; UPDATE t SET v = v + 1 WHERE id = 1").AssertUndone();

    [Fact]
    public void What_was_prepared_and_rolled_back_is_not_undone() => new DamagedDatabase(
        Server, "xa_rollback", Setup,
        """
        XA START 'c'; UPDATE t SET v = 10 WHERE id < 3; XA END 'c'; XA PREPARE 'c';
        INSERT INTO t VALUES (4, 4);
        XA ROLLBACK 'c';
        """).AssertUndone();

    [Fact]
    public void What_is_prepared_and_undecided_is_named()
    {
        var database = new DamagedDatabase(
            Server, "xa_open", Setup,
            """
            XA START 'd'; UPDATE t SET v = 10 WHERE id < 3; XA END 'd'; XA PREPARE 'd'; INSERT INTO t VALUES (4, 4);
            FLUSH BINARY LOGS; XA ROLLBACK 'd';
            """);

        database.AssertUndoneInPart(("SELECT COUNT(*) AS n FROM t", "n 3"), "xa_open.t: 2 rows");
    }

    [Fact]
    public void A_decision_of_what_was_prepared_in_an_earlier_log_is_named()
    {
        Server.Sql("CREATE DATABASE xa_earlier");
        Server.Sql(Setup, "xa_earlier");
        Server.Sql("XA START 'e'; UPDATE t SET v = 10 WHERE id = 1; XA END 'e'; XA PREPARE 'e'", "xa_earlier");
        var database = new DamagedDatabase(Server, "xa_later", Setup, "XA COMMIT 'e'; INSERT INTO t VALUES (5, 5)");

        database.AssertUndoneInPart(("SELECT COUNT(*) AS n FROM t", "n 3"), "XA COMMIT");
    }
}
