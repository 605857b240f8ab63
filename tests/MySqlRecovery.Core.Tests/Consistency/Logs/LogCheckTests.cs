using System.Buffers.Binary;
using System.Globalization;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Consistency.Logs;
using MySqlRecovery.Gtids;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Consistency.Logs;

public sealed class LogCheckTests : IDisposable
{
    private const uint Source = 1, Replica = 2;
    private readonly string _folder = Directory.CreateTempSubdirectory("logs").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_the_replica_lacks_between_what_it_has_is_missing_and_the_ends_are_not(bool hasGtid)
    {
        TransactionLog source = Fill(new TransactionLog(Source), 1..20, hasGtid);
        TransactionLog replica = Fill(new TransactionLog(Replica, hasGtid ? (1, 5) : null), 6..15, hasGtid, except: 9);
        ConsistencyFinding finding = Assert.Single(Run(source, replica));
        Assert.Equal((FindingType.TransactionMissing, FindingConfidence.Proven), (finding.Type, finding.Confidence));
        Assert.Contains("1 row of d.t", finding.Evidence[0]);
        Assert.Equal(hasGtid ? $"{TransactionLog.Uuid}:9" : null, finding.Gtid);
        Assert.Equal(finding.Position, Assert.Single(Run(source, replica)).Position);
    }

    [Fact]
    public void Rows_that_are_compared_one_by_one_are_read_in_one_go()
    {
        var source = new CountedSeries(Fill(new TransactionLog(Source, isMinimal: false), 1..400, true).Series(_folder, "s.000001", Token));
        var replica = new CountedSeries(
            Fill(new TransactionLog(Replica, isMinimal: true), 1..400, true).Series(_folder, "r.000001", Token));
        var input = new LogCheckInput { Source = source, Replica = replica, ReplicaName = "r" };
        Assert.Empty(new LogCheck(input).Run(e => throw e, Token));
        Assert.Equal((2, 2), (source.OpenCount, replica.OpenCount));
    }

    [Fact]
    public void With_GTIDs_a_transaction_before_the_first_common_one_is_missing_if_the_log_does_not_name_it_as_done()
    {
        TransactionLog source = Fill(new TransactionLog(Source), 1..10, true);
        Assert.Equal([$"{TransactionLog.Uuid}:5"], Run(source, Fill(new TransactionLog(Replica, (1, 4)), 6..10, true)).Select(f => f.Gtid));
    }

    [Fact]
    public void What_came_with_the_copy_that_a_replica_began_with_is_not_missing()
    {
        TransactionLog source = Fill(new TransactionLog(Source), 1..20, true), replica = Fill(new TransactionLog(Replica), 6..20, true);
        Assert.Empty(Run(source, replica));
        Assert.Empty(Run(source, replica, i => i with { ReplicaExecuted = GtidSet.Parse([$"{TransactionLog.Uuid}:1-20"]) }));
        Assert.Equal(
            [$"{TransactionLog.Uuid}:3"],
            Run(source, replica, i => i with { ReplicaExecuted = GtidSet.Parse([$"{TransactionLog.Uuid}:1-2:4-20"]) }).Select(f => f.Gtid));
    }

    [Fact]
    public void What_was_declared_to_be_executed_while_the_replica_ran_is_skipped()
    {
        TransactionLog source = Fill(new TransactionLog(Source), 1..20, true);
        string[] paths = [Path.Combine(_folder, "r.000001"), Path.Combine(_folder, "r.000002")];
        File.WriteAllBytes(paths[0], Fill(new TransactionLog(Replica), 1..10, true, except: 7).Bytes);
        File.WriteAllBytes(paths[1], Fill(new TransactionLog(Replica, (1, 10)), 11..20, true).Bytes);
        ConsistencyFinding finding = Assert.Single(Run(source, source, i => i with { Replica = new FileLogSeries(paths, null, Token) }));
        Assert.Equal((FindingType.TransactionSkipped, $"{TransactionLog.Uuid}:7"), (finding.Type, finding.Gtid));
        Assert.Contains("gtid_purged", finding.Evidence[1]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_replica_that_commits_in_another_order_lacks_nothing_and_what_it_lacks_near_the_end_may_be_on_its_way(bool hasGtid)
    {
        TransactionLog source = Fill(new TransactionLog(Source), 1..40, hasGtid);
        int[] order = [2, 1, 4, 3, 8, 7, 6, 5, .. Enumerable.Range(9, 32).Reverse()];
        var replica = new TransactionLog(Replica);
        foreach (int id in order)
            Insert(replica, id, hasGtid);
        Assert.Empty(Run(source, replica));

        var behind = new TransactionLog(Replica);
        foreach (int id in order.Where(i => i != 20))
            Insert(behind, id, hasGtid);
        Assert.Equal((FindingType.TransactionMissing, FindingConfidence.Likely),
            Assert.Single(Run(source, behind).Select(f => (f.Type, f.Confidence))));
    }

    [Fact]
    public void Equal_transactions_of_the_same_second_are_counted()
    {
        TransactionLog source = new(Source), replica = new(Replica);
        for (int i = 0; i < 3; i++)
            source.Insert(0, 7, 100, thread: (uint)(10 + i));
        replica.Insert(0, 7, 100, Source, thread: 12).Insert(0, 7, 100, Source, thread: 10);
        Insert(source, 200, false);
        Insert(replica, 200, false);
        Assert.Equal(FindingType.TransactionMissing, Assert.Single(Run(source, replica)).Type);
    }

    [Fact]
    public void Images_with_fewer_columns_say_the_same()
    {
        TransactionLog source = Fill(new TransactionLog(Source), 1..10, true),
            replica = Fill(new TransactionLog(Replica, isMinimal: true), 1..10, true);
        Assert.Empty(Run(source, replica));
        Assert.Empty(Run(Fill(new TransactionLog(Source), 1..10, false), Fill(new TransactionLog(Replica, isMinimal: true), 1..10, false)));
    }

    [Fact]
    public void Another_content_under_the_same_GTID_is_injected_if_the_replica_wrote_it_and_skipped_in_part_if_it_came_through()
    {
        TransactionLog source = Fill(new TransactionLog(Source), 1..9, true);
        var replica = new TransactionLog(Replica);
        replica.Insert(1, 1, 1, Source).Insert(2, 0, 50, Replica, table: null).Insert(3, 3, 3, Source).Insert(4, 77, 60, Replica)
            .Insert(5, 0, 5, Source, table: null);
        Fill(replica, 6..9, true);
        Assert.Equal(
            [(2, FindingType.TransactionInjected, FindingConfidence.Proven), (4, FindingType.TransactionInjected, FindingConfidence.Proven),
                (5, FindingType.TransactionSkipped, FindingConfidence.Likely)],
            Run(source, replica).Select(f => (int.Parse(f.Gtid!.Split(':')[1], CultureInfo.InvariantCulture), f.Type, f.Confidence)));
    }

    [Fact]
    public void The_replicas_own_transactions_are_errant_and_make_the_sources_tail_a_lost_one()
    {
        TransactionLog source = Fill(new TransactionLog(Source), 1..12, true), replica = Fill(new TransactionLog(Replica), 1..10, true);
        Assert.Empty(Run(source, replica));
        replica.Insert(0, 500, 100, Replica);
        Assert.Equal(
            ["TransactionMissing Likely", "TransactionMissing Likely", "TransactionErrant Proven"],
            Run(source, replica).Select(f => $"{f.Type} {f.Confidence}"));
    }

    [Fact]
    public void Where_the_replica_says_how_far_it_came_nothing_after_that_is_missing()
    {
        TransactionLog source = Fill(new TransactionLog(Source), 1..12, true),
            replica = Fill(new TransactionLog(Replica), 1..12, true, except: 9);
        long end = Assert.Single(Run(source, replica)).EndPosition!.Value;
        Assert.Empty(Run(source, replica, i => i with { AppliedTo = new LogPosition("source.000001", end - 1) }));
        Assert.Single(Run(source, replica, i => i with { AppliedTo = new LogPosition("source.000001", end) }));
    }

    [Fact]
    public void A_table_that_never_comes_through_looks_filtered_and_is_so_if_the_rules_say_it()
    {
        TransactionLog source = new(Source), replica = new(Replica);
        for (int i = 1; i < 20; i++)
        {
            source.Insert(0, i, (uint)i, table: i % 4 == 0 ? "audit" : "t");
            if (i % 4 != 0)
                replica.Insert(0, i, (uint)i, Source);
        }

        Assert.All(Run(source, replica),
            f => Assert.Equal((FindingType.TransactionFiltered, FindingConfidence.Likely, FindingSeverity.Warning),
                (f.Type, f.Confidence, f.Severity)));
        var rules = new ReplicationFilter(new Dictionary<string, string?> { ["Replicate_Ignore_Table"] = "d.audit" });
        Assert.Equal(Enumerable.Repeat((FindingType.TransactionFiltered, FindingConfidence.Proven), 4),
            Run(source, replica, i => i with { Filter = rules }).Select(f => (f.Type, f.Confidence)));
        var none = new ReplicationFilter(new Dictionary<string, string?>());
        Assert.All(Run(source, replica, i => i with { Filter = none }).Where(f => f.Type != FindingType.LossPattern),
            f => Assert.Equal(FindingType.TransactionMissing, f.Type));
    }

    [Fact]
    public void A_transaction_of_which_several_tables_were_left_out_is_a_finding_for_each_of_them()
    {
        TransactionLog source = new(Source), replica = new(Replica);
        for (int i = 1; i < 5; i++)
        {
            source.Insert(i, i, (uint)i, table: "a,t,b");
            replica.Insert(i, i, (uint)i, Source);
        }

        List<ConsistencyFinding> findings = Run(source, replica, i => i with { Relay = i.Source });
        Assert.Equal(["a", "b", "a", "b", "a", "b", "a", "b"], findings.Select(f => f.Table));
        Assert.All(findings, f => Assert.Equal((FindingType.TransactionFiltered, FindingConfidence.Likely), (f.Type, f.Confidence)));
    }

    [Fact]
    public void A_skip_that_was_made_good_is_no_finding_and_one_without_any_logs_is_a_range()
    {
        TransactionLog source = Fill(new TransactionLog(Source), 1..9, true),
            replica = Fill(new TransactionLog(Replica), 1..9, true, except: 4);
        ConsistencyFinding missing = Assert.Single(Run(source, replica));
        var skip = new SkippedRange(new("source.000001", missing.Position!.Value), new("source.000001", missing.EndPosition!.Value),
            ["the line"])
        { IsByCounter = true };
        ConsistencyFinding skipped = Assert.Single(Run(source, replica, i => i with { Skipped = [skip] }));
        Assert.Equal((FindingType.TransactionSkipped, FindingConfidence.Proven, missing.Gtid),
            (skipped.Type, skipped.Confidence, skipped.Gtid));
        Assert.Contains("the line", skipped.Evidence);
        Assert.Empty(Run(source, Fill(new TransactionLog(Replica), 1..9, true), i => i with { Skipped = [skip] }));
        ConsistencyFinding range = Assert.Single(Run(source, replica, i => i with { Source = null, Replica = null, Skipped = [skip] }));
        Assert.Equal((skipped.Type, skipped.LogFile, skipped.Position, skipped.EndPosition),
            (range.Type, range.LogFile, range.Position, range.EndPosition));
        Assert.Equal(skipped.Gtid, Assert.Single(Run(source, replica, i => i with { Replica = null, Skipped = [skip] })).Gtid);
    }

    [Fact]
    public void A_replica_that_does_not_log_what_it_applies_shows_its_own_transactions_all_the_same()
    {
        TransactionLog source = Fill(new TransactionLog(Source), 1..9, true),
            replica = new TransactionLog(Replica).Insert(1, 500, 5, Replica);
        ConsistencyFinding finding = Assert.Single(Run(source, replica, i => i with { LogsUpdates = false }));
        Assert.Equal((FindingType.TransactionErrant, "replica.000001"), (finding.Type, finding.LogFile));
    }

    [Fact]
    public void Only_what_touches_the_tables_asked_for_is_a_finding()
    {
        TransactionLog source = new(Source), replica = new(Replica);
        for (int i = 1; i < 20; i++)
        {
            source.Insert(i, i, (uint)i, table: i == 7 ? "a" : i == 9 ? "b" : "t");
            if (i is not (7 or 9))
                replica.Insert(i, i, (uint)i, Source);
        }

        Assert.Equal(["a", "b"], Run(source, replica).Select(f => f.Table));
        Assert.Equal(["b"], Run(source, replica, i => i with { Tables = new([], [], ["d.b"], []) }).Select(f => f.Table));
        Assert.Empty(Run(source, replica, i => i with { Tables = new(["other"], [], [], []) }));
    }

    [Fact]
    public void Logs_that_share_nothing_are_refused_and_so_is_a_gap_between_them()
    {
        RecoveryException? error = null;
        Assert.Empty(new LogCheck(
            Input(Fill(new TransactionLog(Source), 1..9, false), Fill(new TransactionLog(Replica), 20..29, false))).Run(e => error = e,
                Token));
        Assert.Equal("LogsShareNothing", error!.ErrorId);
        Assert.Equal("LogSeriesIncomplete",
            Assert.Throws<RecoveryException>(() => new FileLogSeries(["a/b.000001", "a/b.000003"], null, Token)).ErrorId);
        Assert.Equal("LogSeriesIncomplete",
            Assert.Throws<RecoveryException>(() => new FileLogSeries(["a/b.000001", "a/c.000002"], null, Token)).ErrorId);
    }

    [Fact]
    public void Whatever_is_in_the_logs_they_are_compared_or_refused()
    {
        byte[] original = Fill(new TransactionLog(Source, (1, 5)), 6..25, true).Statement("CREATE TABLE x (a INT)", Source, 30).Bytes;
        TransactionLog other = Fill(new TransactionLog(Replica), 1..25, true, except: 12);
        int refused = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            byte[] log = Mutate(original, new Random(seed));
            try
            {
                var input = new LogCheckInput
                {
                    Source = TransactionLog.Series(_folder, "source.000001", log, Token),
                    Replica = other.Series(_folder, "replica.000001", Token),
                    ReplicaName = "replica",
                };
                _ = new LogCheck(input).Run(_ => { }, Token).Count();
                _ = new LogCheck(input with { Source = input.Replica, Replica = input.Source, Relay = input.Source }).Run(_ => { }, Token)
                    .Count();
            }
            catch (RecoveryException)
            {
                refused++;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }

        Assert.InRange(refused, 15, 299);
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        byte[] log = [.. original];
        var events = new List<int>();
        for (int at = 4; at < log.Length; at += BinaryPrimitives.ReadInt32LittleEndian(log.AsSpan(at + 9)))
            events.Add(at);
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int start = events[random.Next(events.Count)], length = BinaryPrimitives.ReadInt32LittleEndian(original.AsSpan(start + 9));
            log[start + random.Next(19, length - 4)] = random.Next(3) == 0 ? (byte)0xFF : (byte)random.Next(256);
        }

        foreach (int start in events)
        {
            Span<byte> whole = log.AsSpan(start, BinaryPrimitives.ReadInt32LittleEndian(original.AsSpan(start + 9)));
            BinaryPrimitives.WriteUInt32LittleEndian(whole[^4..], Crc32.Compute(whole[..^4]));
        }

        return random.Next(10) == 0 ? log[..random.Next(log.Length)] : log;
    }

    private static TransactionLog Fill(TransactionLog log, Range ids, bool hasGtid, int except = 0)
    {
        for (int id = ids.Start.Value; id <= ids.End.Value; id++)
        {
            if (id != except)
                Insert(log, id, hasGtid);
        }

        return log;
    }

    private static void Insert(TransactionLog log, int id, bool hasGtid) => log.Insert(hasGtid ? id : 0, id, (uint)id, Source);

    private LogCheckInput Input(TransactionLog source, TransactionLog replica) => new()
    {
        Source = source.Series(_folder, "source.000001", Token),
        Replica = replica.Series(_folder, "replica.000001", Token),
        ReplicaName = "replica",
    };

    private List<ConsistencyFinding> Run(TransactionLog source, TransactionLog replica, Func<LogCheckInput, LogCheckInput>? change = null)
    {
        LogCheckInput input = Input(source, replica);
        return [.. new LogCheck(change?.Invoke(input) ?? input).Run(e => throw e, Token)];
    }

    private sealed class CountedSeries(LogSeries inner) : LogSeries
    {
        public int OpenCount { get; private set; }

        public override string Name => inner.Name;

        public override IReadOnlyList<string> Logs => inner.Logs;

        public override EventReader Open(int log, long position = 0)
        {
            OpenCount++;
            return inner.Open(log, position);
        }
    }
}
