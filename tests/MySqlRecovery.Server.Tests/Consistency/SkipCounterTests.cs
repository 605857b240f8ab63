using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

/// <summary>
/// A job stops the replica every minute, sets the skip counter and starts it again: each time the first transaction of
/// the new relay log is lost. Later the source fails, and the replica takes over without the source's last transactions.
/// </summary>
public sealed class SkipCounterTests
{
    private const int Rounds = 6;
    private const long Monday = 1_700_000_000 / 86_400 * 86_400;

    [Theory]
    [MemberData(nameof(ServerFlavours.All), MemberType = typeof(ServerFlavours))]
    public void What_a_job_skips_every_minute_is_named_with_its_rows_its_cause_and_its_pattern_and_is_brought_back(ServerFlavour flavour)
    {
        // MySQL skips with positions only, and the current one tells so only if it is told to be talkative.
        string[] settings = flavour is ServerFlavour.MySql or ServerFlavour.MySql57
            ? ["gtid-mode=OFF", "enforce-gtid-consistency=OFF", "log-error-verbosity=3"] : [];
        using var pair = new ReplicationPair(flavour, settings);
        var story = new LogStory(pair, "shop");
        pair.Sql("CREATE DATABASE shop; CREATE TABLE shop.users (id INT PRIMARY KEY, name VARCHAR(20), logins INT) ENGINE=InnoDB");
        var lost = new List<int>();
        for (int round = 0; round < Rounds; round++)
            lost.Add(Skip(pair, round));
        Assert.Equal("0", pair.Replica.Scalar($"SELECT COUNT(*) FROM shop.users WHERE id IN ({string.Join(",", lost)})"));
        story.AssertDifferent();

        List<ConsistencyFinding> live = story.CompareLive(), files = story.CompareFiles();
        ConsistencyFinding[] skipped = [.. live.Where(f => f is { Type: FindingType.TransactionSkipped, LogFile: not null })];
        Assert.Equal(Rounds, skipped.Length);
        Assert.All(skipped, f => Assert.Contains(f.Evidence, e => e.Contains("SKIP_COUNTER=1' executed at")));
        Assert.All(skipped, f => Assert.Equal((FindingConfidence.Proven, "users"), (f.Confidence, f.Table)));
        Assert.Equal(skipped.Select(f => (f.Gtid, f.LogFile, f.Position, f.EndPosition)),
            Lost(files).Select(f => (f.Gtid, f.LogFile, f.Position, f.EndPosition)));
        Assert.Contains(live, f => f.Type == FindingType.TransactionSkipped && f.Evidence[0].Contains($"was run {Rounds} times"));
        foreach (List<ConsistencyFinding> findings in (List<ConsistencyFinding>[])[live, files])
        {
            ConsistencyFinding pattern = Assert.Single(findings, f => f.Type == FindingType.LossPattern);
            Assert.Contains($"All {Rounds} are the first of a relay log of the replica.", pattern.Evidence);
            Assert.Contains(pattern.Evidence,
                e => e.StartsWith($"All {Rounds} began in seconds 0 to 2 of a minute,", StringComparison.Ordinal));
            Assert.Contains(pattern.Evidence,
                e => e.StartsWith($"All {Rounds} are passed over by the skip counter", StringComparison.Ordinal));
        }

        // The current MySQL has its error log in a table, too. Without one the same transactions are missing.
        FindingType withoutFile = flavour == ServerFlavour.MySql ? FindingType.TransactionSkipped : FindingType.TransactionMissing;
        Assert.Equal(skipped.Select(f => f.Position),
            story.CompareLive(withErrorLog: false).Where(f => f.Type == withoutFile && f.LogFile != null).Select(f => f.Position));
        Assert.Equal(skipped.Select(f => f.Position),
            story.CompareFiles(withErrorLog: false).Where(f => f.Type == FindingType.TransactionMissing).Select(f => f.Position));
        Assert.Equal(Texts(files), Texts(story.CompareFiles()));

        List<ConsistencyFinding> rows = story.CompareRows();
        Assert.Equal(lost, rows.Select(f => (int)f.SourceRow!["id"]!));
        Assert.Equal(skipped.Select(f => (f.Gtid, f.LogFile, f.Position)), rows.Select(f => (f.Gtid, f.LogFile, f.Position)));
        Assert.All(rows, f => Assert.Contains("The cause is a transaction that was skipped", f.Recommendation));

        story.Repair(skipped);
        story.AssertEqual();

        LoseTail(pair);
        List<ConsistencyFinding> tail = [.. story.CompareLive().Where(f => f.Type == FindingType.TransactionMissing)];
        Assert.Equal(3, tail.Count);
        Assert.All(tail, f => Assert.Equal(FindingConfidence.Proven, f.Confidence));
        Assert.Equal(tail.Select(f => f.Position),
            story.CompareFiles(withRelayLogs: false).Where(f => f.Type == FindingType.TransactionMissing).Select(f => f.Position));
        Assert.Single(story.CompareFiles(withRelayLogs: false), f => f.Type == FindingType.TransactionErrant);
        story.Repair(tail);
        pair.Replica.Sql("SET sql_log_bin = 0; DELETE FROM shop.users WHERE id = 999999");
        story.AssertEqual();
    }

    /// <summary>Some logins, then the job, while a user is made in the first seconds of the minute; gives the user's id.</summary>
    private static int Skip(ReplicationPair pair, int round)
    {
        long minute = Monday + (round * 7 * 3600) + round * 540;
        int id = (round + 1) * 100;
        pair.Sql(string.Concat(
            Enumerable.Range(1, 20)
                .Select(i => $"SET TIMESTAMP = {minute - 54 + i * 2}; INSERT INTO shop.users VALUES ({id + i}, 'user', 0);")));
        pair.StopReplica();
        pair.Source.Sql(
            $"SET TIMESTAMP = {minute + round % 3}; INSERT INTO shop.users VALUES ({id}, 'lost', 0); "
            + $"SET TIMESTAMP = {minute + 5}; UPDATE shop.users SET logins = logins + 1 WHERE id BETWEEN {id + 1} AND {id + 3}");
        bool isNew = pair.Source.Flavour == ServerFlavour.MySql;
        pair.Replica.Sql($"SET GLOBAL {(isNew ? "sql_replica_skip_counter" : "sql_slave_skip_counter")} = 1");
        pair.StartReplica();
        pair.WaitForReplica();
        return id;
    }

    /// <summary>The source commits what the replica does not get, and the replica is promoted.</summary>
    private static void LoseTail(ReplicationPair pair)
    {
        pair.StopReplica();
        pair.Source.Sql("INSERT INTO shop.users VALUES (900, 'tail', 0); UPDATE shop.users SET logins = 7 WHERE id = 900; "
            + "DELETE FROM shop.users WHERE id = 101");
        pair.Replica.Sql($"RESET {pair.Source.Flavour.ReplicaWord} ALL");
        pair.Replica.Sql("INSERT INTO shop.users VALUES (999999, 'promoted', 0)");
    }

    private static IEnumerable<ConsistencyFinding> Lost(IEnumerable<ConsistencyFinding> findings) =>
        findings.Where(f => f.Type == FindingType.TransactionSkipped);

    private static IEnumerable<string> Texts(IEnumerable<ConsistencyFinding> findings) =>
        findings.Select(f => $"{f} {string.Join('|', f.Evidence)}");
}
