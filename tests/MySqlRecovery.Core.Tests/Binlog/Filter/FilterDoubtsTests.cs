using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Filter;

/// <summary>What a choice cannot know is a reason of the undo.</summary>
public sealed class FilterDoubtsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Rows_of_a_table_whose_columns_have_no_names_may_be_those_that_are_asked_for_by_name()
    {
        SmallLog log = Insert(new SmallLog(), [1, 5]);
        log.AddBegin().AddTable(3).AddInsert([7, 0, 0, 0]).AddCommit();

        string[] reasons = Reasons(log, new EventFilter { Where = new RowPredicate(new Dictionary<string, object?> { ["id"] = 1 }) },
            out long rows);

        Assert.Equal(1, rows);
        Assert.Contains("does not name the columns", Assert.Single(reasons));
    }

    [Fact]
    public void By_position_they_can_be_asked_for()
    {
        SmallLog log = Insert(new SmallLog(), [1, 5]);

        Assert.Empty(Reasons(log, new EventFilter { Where = new RowPredicate(new Dictionary<string, object?> { ["v"] = 5 }) },
            out long rows));
        Assert.Equal(1, rows);
    }

    [Fact]
    public void Rows_whose_image_lacks_the_column_may_be_those_that_are_asked_for()
    {
        // A DELETE whose image has the key alone.
        SmallLog log = Insert(new SmallLog(), [1, 5]).AddBegin().AddInts(1, "t", ["id", "v"], 0);
        log.Add(BinlogEventType.DeleteRowsV1, 1, 0, 0, 0, 0, 0, 1, 0, 2, 0b01, 0, 1, 0, 0, 0).AddCommit();

        string[] reasons = Reasons(log, new EventFilter { Where = new RowPredicate(new Dictionary<string, object?> { ["v"] = 5 }) },
            out long rows);

        Assert.Equal(1, rows);
        Assert.Contains("-Where asks for a column that is not in their images", Assert.Single(reasons));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    public void Logs_that_are_missing_before_the_start_of_a_range_of_time_are_named(int number, bool isNamed)
    {
        string path = Path.Combine(_folder, $"binlog.00000{number}");
        File.WriteAllBytes(path, Insert(new SmallLog(), [1, 5]).Bytes);

        string[] reasons = Reasons(new EventFilter { StartTime = DateTime.UnixEpoch }, [LogRange.Whole(path)], out _);

        Assert.Equal(isNamed ? 1 : 0, reasons.Length);
        Assert.All(reasons, r => Assert.Contains("what was logged before is not here", r));
    }

    [Theory]
    [InlineData(true, 9, true)]
    [InlineData(true, 1, false)]
    [InlineData(false, 9, false)]
    public void Logs_that_are_missing_before_the_end_of_a_range_of_time_are_named(bool goesOn, int stop, bool isNamed)
    {
        SmallLog log = Insert(new SmallLog(), [1, 5]);
        if (goesOn)
            log.Add(BinlogEventType.Rotate, [4, 0, 0, 0, 0, 0, 0, 0, .. "binlog.000002"u8]);

        string[] reasons = Reasons(log, new EventFilter { StopTime = DateTime.UnixEpoch.AddSeconds(stop) }, out _);

        Assert.Equal(isNamed ? 1 : 0, reasons.Count(r => r.Contains("the log that follows is not here")));
    }

    [Fact]
    public void Half_a_transaction_is_named_wherever_it_is_cut()
    {
        SmallLog log = new SmallLog().AddBegin().AddInts(1, "t", ["id", "v"], 0);
        log.AddRows(BinlogEventType.WriteRowsV1, 1, [1, 5]);
        long middle = log.End;
        log.AddRows(BinlogEventType.WriteRowsV1, 1, [2, 5]);
        long end = log.End;
        log.AddCommit();
        string path = log.WriteTo(_folder);

        Assert.Contains("only a part of their transaction", Assert.Single(Reasons(LogRange.Whole(path) with { Stop = middle })));
        Assert.Contains("only a part of their transaction", Assert.Single(Reasons(LogRange.Whole(path) with { Start = middle })));
        Assert.Empty(Reasons(LogRange.Whole(path) with { Stop = end }));
        Assert.Empty(Reasons(LogRange.Whole(path)));
    }

    [Fact]
    public void Rows_of_which_the_log_does_not_say_the_session_may_be_of_the_session_that_is_asked_for()
    {
        // A log that was made of text has row events without a session.
        SmallLog log = Insert(new SmallLog(), [1, 5]).AddTable(3).AddInsert([7, 0, 0, 0]);

        string[] reasons = Reasons(log, new EventFilter { ThreadIds = [7] }, out long rows);

        Assert.Equal(1, rows);
        Assert.Contains("-ThreadId", Assert.Single(reasons));
    }

    [Fact]
    public void A_log_that_is_missing_in_the_middle_is_named()
    {
        string first = Path.Combine(_folder, "binlog.000001"), third = Path.Combine(_folder, "binlog.000003");
        File.WriteAllBytes(first, Insert(new SmallLog(), [1, 5]).Bytes);
        File.WriteAllBytes(third, Insert(new SmallLog(), [2, 5]).Bytes);

        Assert.Contains("between binlog.000001 and binlog.000003", Assert.Single(Reasons(LogRange.Whole(first), LogRange.Whole(third))));
    }

    [Fact]
    public void A_session_of_which_a_restart_makes_another_is_named()
    {
        string first = Path.Combine(_folder, "binlog.000001"), second = Path.Combine(_folder, "binlog.000002"),
            third = Path.Combine(_folder, "binlog.000003");
        File.WriteAllBytes(first, Insert(new SmallLog(created: 1), [1, 5]).Bytes);
        File.WriteAllBytes(second, Insert(new SmallLog(), [2, 5]).Bytes);
        File.WriteAllBytes(third, Insert(new SmallLog(created: 9), [3, 5]).Bytes);
        LogRange[] two = [LogRange.Whole(first), LogRange.Whole(second)], all = [.. two, LogRange.Whole(third)];

        Assert.Empty(Reasons(new EventFilter { ThreadIds = [7] }, two, out _));
        Assert.Empty(Reasons(new EventFilter(), all, out _));
        Assert.Contains("started again before binlog.000003",
            Assert.Single(Reasons(new EventFilter { ThreadIds = [7] }, all, out long rows)));
        Assert.Equal(3, rows);
    }

    [Fact]
    public void A_replica_that_was_started_again_gives_no_session_another_number()
    {
        string first = Path.Combine(_folder, "relay.000001"), second = Path.Combine(_folder, "relay.000002");
        File.WriteAllBytes(first, Insert(new SmallLog(created: 1, flags: EventFlags.RelayLog), [1, 5]).Bytes);
        File.WriteAllBytes(second, Insert(new SmallLog(created: 9, flags: EventFlags.RelayLog), [2, 5]).Bytes);

        Assert.Empty(Reasons(new EventFilter { ThreadIds = [7] }, [LogRange.Whole(first), LogRange.Whole(second)], out long rows));
        Assert.Equal(2, rows);
    }

    [Fact]
    public void A_relay_log_that_goes_on_within_a_statement_still_has_its_table()
    {
        string first = Path.Combine(_folder, "relay.000001"), second = Path.Combine(_folder, "relay.000002");
        var start = new SmallLog(flags: EventFlags.RelayLog);
        File.WriteAllBytes(first, start.AddBegin().AddInts(1, "t", ["id", "v"], 0).AddRows(BinlogEventType.WriteRowsV1, 1, [1, 5]).Bytes);
        SmallLog rest = new SmallLog(flags: EventFlags.RelayLog).AddRows(BinlogEventType.WriteRowsV1, 1, [2, 5]).AddCommit();
        File.WriteAllBytes(second, Insert(rest, [3, 5]).Bytes);

        Assert.Empty(Reasons(new EventFilter(), [LogRange.Whole(first), LogRange.Whole(second)], out long rows));
        Assert.Equal(3, rows);
    }

    private static SmallLog Insert(SmallLog log, params int?[][] rows) =>
        log.AddBegin().AddInts(1, "t", ["id", "v"], 0).AddRows(BinlogEventType.WriteRowsV1, 1, rows).AddCommit();

    private static string[] Reasons(params LogRange[] ranges) => Reasons(new EventFilter(), ranges, out _);

    private string[] Reasons(SmallLog log, EventFilter filter, out long rows) =>
        Reasons(filter, [LogRange.Whole(log.WriteTo(_folder))], out rows);

    private static string[] Reasons(EventFilter filter, LogRange[] ranges, out long rows)
    {
        using var scan = new EventScan(ranges, filter, TestContext.Current.CancellationToken);
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse: true);
        rows = index.RowCount;
        return index.Reasons;
    }
}
