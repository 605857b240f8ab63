using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

/// <summary>Transactions that only one side has, on a pair that goes on replicating.</summary>
public abstract class LogTests(ReplicationPairFixture fixture)
{
    private protected ReplicationPair Pair => fixture.Pair;

    private protected string Word => Pair.Source.Flavour.ReplicaWord;

    [Fact]
    public void What_is_written_on_the_replica_is_errant_if_it_is_logged_and_in_no_log_if_it_is_not()
    {
        LogStory story = Create("errant");
        Pair.Sql("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')", "errant");
        Assert.Empty(story.CompareLive());
        Pair.Replica.Sql("INSERT INTO t VALUES (100, 'errant'); SET sql_log_bin = 0; UPDATE t SET v = 'unlogged' WHERE id = 2", "errant");
        Pair.Sql("INSERT INTO t VALUES (4, 'd')", "errant");

        foreach (List<ConsistencyFinding> findings in (List<ConsistencyFinding>[])[story.CompareLive(), story.CompareFiles()])
        {
            ConsistencyFinding errant = Assert.Single(findings);
            Assert.Equal((FindingType.TransactionErrant, FindingSeverity.Error, FindingConfidence.Proven, "t"),
                (errant.Type, errant.Severity, errant.Confidence, errant.Table));
            Assert.Contains("written by the replica itself", errant.Evidence[1]);
        }

        List<ConsistencyFinding> rows = story.CompareRows();
        Assert.Equal([FindingType.RowDifferent, FindingType.RowExtra], rows.Select(f => f.Type));
        Assert.Null(rows[0].LogFile);
        Assert.Contains(rows[0].Evidence, e => e.Contains("in no log"));
        Assert.Contains("only the replica has", rows[1].Recommendation);
        Pair.Replica.Sql("SET sql_log_bin = 0; DELETE FROM t WHERE id = 100; UPDATE t SET v = 'b' WHERE id = 2", "errant");
    }

    [Fact]
    public void What_a_filter_leaves_out_is_filtered_whole_and_in_part()
    {
        LogStory story = Create("filtered");
        Filter("audit");
        Pair.Sql("CREATE TABLE audit (id INT PRIMARY KEY) ENGINE=InnoDB", "filtered");
        Pair.Replica.Sql("SET sql_log_bin = 0; CREATE TABLE audit (id INT PRIMARY KEY) ENGINE=InnoDB", "filtered");
        Pair.Sql("INSERT INTO audit VALUES (1); BEGIN; INSERT INTO audit VALUES (2); INSERT INTO t VALUES (2, 'both'); COMMIT; "
            + "INSERT INTO audit VALUES (3); INSERT INTO audit VALUES (4); INSERT INTO t VALUES (5, 'kept')", "filtered");
        Pair.WaitForReplica();
        Assert.Equal("0", Pair.Replica.Scalar("SELECT COUNT(*) FROM audit", "filtered"));

        List<ConsistencyFinding> live = story.CompareLive();
        Assert.Equal(["CREATE", "1 row", "1 row", "1 row", "1 row"],
            live.Select(f => f.Evidence[0].Contains("the statement CREATE") ? "CREATE" : "1 row"));
        Assert.All(live, f =>
            Assert.Equal((FindingType.TransactionFiltered, FindingSeverity.Warning, FindingConfidence.Proven),
                (f.Type, f.Severity, f.Confidence)));
        Assert.All(live, f => Assert.Contains(f.Evidence, e => e.Contains("replicate_ignore_table=filtered.audit")));

        // Files do not tell the rules, but what they left out.
        List<ConsistencyFinding> files = story.CompareFiles();
        Assert.Equal(live.Select(f => f.Position), files.Select(f => f.Position));
        Assert.All(files.Skip(1), f => Assert.Equal((FindingType.TransactionFiltered, FindingConfidence.Likely), (f.Type, f.Confidence)));

        Assert.All(live.Skip(1), f => Assert.Equal("audit", f.Table));
        story.Repair(live);
        story.AssertEqual();
        Assert.Equal("4", Pair.Replica.Scalar("SELECT COUNT(*) FROM audit", "filtered"));
    }

    [Fact]
    public void Equal_logs_give_no_finding_whatever_the_replica_logs_in_its_own_way()
    {
        LogStory story = Create("equal");
        Pair.StopReplica();
        Pair.Replica.Sql("SET GLOBAL binlog_row_image = MINIMAL; SET GLOBAL binlog_checksum = NONE; " + OwnWay);
        Pair.StartReplica();
        Pair.Sql(
            "CREATE TABLE k (a INT, b VARCHAR(10), c TEXT, d DOUBLE, e DECIMAL(10, 2), f DATETIME(3), PRIMARY KEY (a)); "
                + "CREATE TABLE n (x INT, y BLOB); "
            + "INSERT INTO k VALUES (1, 'x', 'text', 1.5, 2.25, '2024-01-01 00:00:00.123'), (2, NULL, NULL, NULL, NULL, NULL); "
            + "UPDATE k SET c = 'changed' WHERE a = 1; "
            + "INSERT INTO n VALUES (1, 'blob'), (NULL, NULL); UPDATE n SET x = 7; DELETE FROM k WHERE a = 2; "
            + "SET binlog_format = STATEMENT; UPDATE k SET b = 'statement'; SET binlog_format = ROW; "
            + "CREATE TEMPORARY TABLE tmp (i INT); INSERT INTO tmp VALUES (1); DROP TEMPORARY TABLE tmp; "
            + "XA START 'x'; INSERT INTO k (a) VALUES (9); XA END 'x'; XA PREPARE 'x'; XA COMMIT 'x'; ALTER TABLE k ADD z INT; "
            + "INSERT INTO k (a, z) VALUES (10, 10); DROP TABLE n", "equal");
        string[] inserts = [.. Enumerable.Range(1, 200).Select(i => $"INSERT INTO t VALUES ({i}, 'v{i % 3}');")];
        Pair.Sql(string.Concat(inserts) + SourceWay + "FLUSH BINARY LOGS; INSERT INTO t VALUES (2000, 'last')", "equal");
        try
        {
            Assert.Empty(story.CompareFiles(withRelayLogs: false, sourceLogs: 1));
            Assert.Empty(story.CompareLive());
            Assert.Empty(story.CompareFiles());
            Assert.Empty(story.CompareFiles(withRelayLogs: false));
        }
        finally
        {
            Pair.Replica.Sql("SET GLOBAL binlog_row_image = FULL; SET GLOBAL binlog_checksum = CRC32");
        }
    }

    [Fact]
    public void Rows_without_key_may_be_applied_in_another_order_and_create_select_in_two_transactions()
    {
        LogStory story = Create("order_");
        string values = string.Join(',', Enumerable.Range(1, 300).Select(i => $"({i * 7919 % 300}, REPEAT('x', {i % 50}), {i})"));
        string select = Pair.HasGtid && !Pair.Source.Flavour.IsMariaDb
            ? "CREATE TABLE c (a INT, b VARCHAR(60), n INT); INSERT INTO c SELECT * FROM k" : "CREATE TABLE c SELECT * FROM k";
        Pair.Sql($"CREATE TABLE k (a INT, b VARCHAR(60), n INT); INSERT INTO k VALUES {values}; UPDATE k SET n = -n WHERE a % 3 = 0; "
            + $"DELETE FROM k WHERE n % 5 = 0; {select}; INSERT INTO t VALUES (1, 'x')", "order_");
        Assert.Empty(story.CompareLive());
        Assert.Empty(story.CompareFiles());
        Assert.Empty(story.CompareFiles(withRelayLogs: false));
    }

    [Fact]
    public void The_password_of_an_account_is_in_no_finding()
    {
        LogStory story = Create("secret");
        Pair.Replica.Sql("CREATE USER someone IDENTIFIED BY 'Geheim42'; SET PASSWORD FOR someone = "
            + (Pair.Source.Flavour.ReplicaWord == "REPLICA" ? "'Geheim43'" : "PASSWORD('Geheim43')"), "secret");
        Pair.Sql("INSERT INTO t VALUES (1, 'x')", "secret");
        foreach (ConsistencyFinding finding in story.CompareFiles(withRelayLogs: false))
            Assert.DoesNotMatch("Geheim|\\*[0-9A-F]{40}|\\$A\\$", string.Join('\n', finding.Evidence));
        Assert.Contains(story.CompareFiles(withRelayLogs: false), f => f.Evidence[0].Contains("'***'", StringComparison.Ordinal));
        Pair.Replica.Sql("SET sql_log_bin = 0; DROP USER someone");
    }

    [Fact]
    public async Task A_busy_pair_has_no_finding()
    {
        LogStory story = Create("busy");
        Pair.StopReplica();
        Pair.Replica.Sql(OwnWay);
        Pair.StartReplica();
        using var enough = new CancellationTokenSource();
        Task[] writers = [.. Enumerable.Range(0, 2).Select(writer => Task.Run(() =>
        {
            for (int id = 1 + writer * 1_000_000; !enough.IsCancellationRequested; id += 50)
                Pair.Source.Sql(string.Concat(
                    Enumerable.Range(id, 50).Select(i => $"INSERT INTO t VALUES ({i}, '{writer}'); UPDATE t SET v = 'x' WHERE id = {i};")),
                    "busy");
        }))];
        try
        {
            for (int run = 0; run < 3; run++)
                Assert.Empty(story.CompareLive());
        }
        finally
        {
            await enough.CancelAsync();
            await Task.WhenAll(writers);
        }

        Pair.WaitForReplica();
        Assert.Empty(story.CompareLive());
        Assert.Empty(story.CompareFiles());
    }

    /// <summary>What the source can log and others cannot.</summary>
    private protected virtual string SourceWay => "";

    /// <summary>Statements that make the replica log otherwise than its source.</summary>
    private protected abstract string OwnWay { get; }

    private protected LogStory Create(string database)
    {
        Pair.Sql($"CREATE DATABASE {database}; CREATE TABLE {database}.t (id INT PRIMARY KEY, v VARCHAR(20)) ENGINE=InnoDB");
        return new LogStory(Pair, database);
    }

    // MySQL 5.6 has the filter from the start: it cannot be changed there.
    private void Filter(string table)
    {
        Pair.StopReplica();
        if (Pair.Source.Flavour.IsMariaDb)
            Pair.Replica.Sql($"SET GLOBAL replicate_ignore_table = 'filtered.{table}'");
        else if (Pair.Source.Flavour != ServerFlavour.MySql56)
            Pair.Replica.Sql($"CHANGE REPLICATION FILTER REPLICATE_IGNORE_TABLE = (filtered.{table})");
        Pair.StartReplica();
    }
}
