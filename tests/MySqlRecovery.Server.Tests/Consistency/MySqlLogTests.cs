using System.Globalization;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

public sealed class MySqlLogTests(MySqlPairFixture fixture) : LogTests(fixture), IClassFixture<MySqlPairFixture>
{
    private protected override string OwnWay =>
        "SET GLOBAL binlog_transaction_compression = ON; SET GLOBAL replica_parallel_workers = 4; "
        + "SET GLOBAL replica_preserve_commit_order = OFF";

    private protected override string SourceWay =>
        "SET GTID_NEXT = 'AUTOMATIC:tagged'; INSERT INTO t VALUES (1000, 'tagged'); INSERT INTO t VALUES (1001, 'tagged'); "
        + "SET GTID_NEXT = AUTOMATIC; ";

    [Theory]
    [InlineData("partial_source", "FULL", "FULL")]
    [InlineData("partial_minimal", "MINIMAL", "FULL")]
    [InlineData("partial_both", "MINIMAL", "MINIMAL")]
    public void Changes_of_documents_are_equal_to_whole_documents_and_others_are_not(string database, string sourceImage,
        string replicaImage)
    {
        LogStory story = Create(database);
        Pair.Sql("CREATE TABLE j (id INT PRIMARY KEY, d JSON, n INT, k JSON); "
            + "INSERT INTO j VALUES (1, '{\"a\": 1, \"b\": [1, 2, 3], \"c\": \"long enough\"}', 1, '[]'), (2, '[1]', 2, NULL)", database);
        Pair.StopReplica();
        Pair.Source.Sql($"SET GLOBAL binlog_row_image = {sourceImage}; SET GLOBAL binlog_row_value_options = PARTIAL_JSON");
        Pair.Replica.Sql($"SET GLOBAL binlog_row_image = {replicaImage}");
        Pair.StartReplica();
        try
        {
            Pair.Sql(
                "UPDATE j SET d = JSON_SET(d, '$.a', 7) WHERE id = 1; UPDATE j SET d = JSON_REMOVE(d, '$.b[1]'), n = 5 WHERE id = 1; "
                + "UPDATE j SET d = JSON_ARRAY_APPEND(d, '$', 5), k = '[2]'; DELETE FROM j WHERE id = 2; UPDATE j SET n = 8", database);
            Assert.Empty(story.CompareLive());
            Assert.Empty(story.CompareFiles());
            Pair.StopReplica();
            string gtid = Pair.Source.Scalar("SELECT @@server_uuid");
            Pair.Source.Sql("UPDATE j SET d = JSON_SET(d, '$[0].a', 'lost') WHERE id = 1", database);
            string number = Pair.Source.Scalar($"SELECT REGEXP_SUBSTR(@@GLOBAL.gtid_executed, '(?<={gtid}:)[0-9-]+')").Split('-')[^1];
            Pair.Replica.Sql($"SET GTID_NEXT = '{gtid}:{number}'; BEGIN; COMMIT; SET GTID_NEXT = AUTOMATIC");
            Pair.StartReplica();
            Pair.Sql("INSERT INTO t VALUES (1, 'after')", database);
            ConsistencyFinding lost = Assert.Single(story.CompareLive());
            Assert.Equal((FindingType.TransactionInjected, $"{gtid}:{number}"), (lost.Type, lost.Gtid));
        }
        finally
        {
            Pair.Source.Sql("SET GLOBAL binlog_row_image = FULL; SET GLOBAL binlog_row_value_options = ''");
            Pair.Replica.Sql("SET GLOBAL binlog_row_image = FULL");
        }
    }

    [Fact]
    public void A_GTID_that_was_injected_empty_or_with_something_else_is_told_from_what_it_stands_for()
    {
        LogStory story = Create("injected");
        Pair.Sql("INSERT INTO t VALUES (1, 'before')", "injected");
        Pair.StopReplica();
        Pair.Source.Sql("INSERT INTO t VALUES (2, 'lost'); INSERT INTO t VALUES (3, 'other')", "injected");
        string last = Pair.Source.Scalar("SELECT @@GLOBAL.gtid_executed").Split(',')[^1].Trim();
        // Transactions with a tag come after those without: uuid:1-9:tag:1-2.
        string[] parts = last.Split(':');
        string uuid = parts[0];
        long number = long.Parse(parts[1].Split('-')[^1], CultureInfo.InvariantCulture);
        Pair.Replica.Sql(
            $"SET GTID_NEXT = '{uuid}:{number - 1}'; BEGIN; COMMIT; SET GTID_NEXT = '{uuid}:{number}'; "
                + $"INSERT INTO t VALUES (3, 'forged'); SET GTID_NEXT = AUTOMATIC", "injected");
        Pair.StartReplica();
        Pair.Sql("INSERT INTO t VALUES (4, 'after')", "injected");

        List<ConsistencyFinding> live = story.CompareLive(), files = story.CompareFiles();
        Assert.Equal(live.Select(f => f.ToString()),
            files.Select(f => f.ToString().Replace("on replica", $"on 127.0.0.1:{Pair.Replica.Port}")));
        Assert.Equal([$"{uuid}:{number - 1}", $"{uuid}:{number}"], live.Select(f => f.Gtid));
        Assert.All(live, f =>
            Assert.Equal((FindingType.TransactionInjected, FindingSeverity.Error, FindingConfidence.Proven),
                (f.Type, f.Severity, f.Confidence)));
        Assert.Contains("with nothing.", live[0].Evidence[1]);
        Assert.Contains($"server {Pair.Replica.Port}, the replica itself", live[0].Evidence[2]);

        List<ConsistencyFinding> rows = story.CompareRows();
        Assert.Equal(["`id` = 2", "`id` = 3"], rows.Select(f => f.Key));
        Assert.Equal(live.Select(f => f.Gtid), rows.Select(f => f.Gtid));
        Pair.Replica.Sql("SET sql_log_bin = 0; DELETE FROM t WHERE id = 3", "injected");
        story.Repair(live);
        story.AssertEqual();
    }
}
