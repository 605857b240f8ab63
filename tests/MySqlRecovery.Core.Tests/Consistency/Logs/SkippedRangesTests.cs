using System.Globalization;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Consistency.Logs;
using Xunit;

namespace MySqlRecovery.Core.Tests.Consistency.Logs;

public sealed class SkippedRangesTests
{
    private const string Stopped =
        "2026-11-21 17:05:05 7 [Note] Slave SQL thread exiting, replication stopped in log '{0}' at position {1}, master: h:1";
    private const string Started =
        "2026-11-21 17:05:09 7 [Note] Slave SQL thread initialized, starting replication in log '{0}' at position {1}, "
        + "relay log './r.000002' position: 4";

    [Fact]
    public void A_position_that_was_moved_on_while_replication_stood_still_is_a_range()
    {
        SkippedRange range = Assert.Single(Find(Line(Stopped, "b.000001", 100), Line(Started, "b.000001", 900)));
        Assert.Equal((new LogPosition("b.000001", 100), new LogPosition("b.000001", 900), false),
            (range.From, range.To, range.IsByCounter));
        Assert.Equal(2, range.Evidence.Length);
    }

    [Theory]
    [InlineData("b.000001", 100)]
    [InlineData("b.000001", 50)]
    [InlineData("other.000007", 900)]
    public void Going_on_in_the_same_place_further_back_or_elsewhere_is_none(string file, int position) =>
        Assert.Empty(Find(Line(Stopped, "b.000001", 100), Line(Started, file, position)));

    [Fact]
    public void The_positions_of_another_source_are_not_compared() => Assert.Empty(Find(
        Line(Stopped, "b.000001", 100),
        "x 'CHANGE MASTER TO executed'. Previous state master_host='a', master_port='1'. New state master_host='b', master_port='1', "
            + "master_log_file='', master_log_pos='4'.",
        Line(Started, "b.000001", 900)));

    [Fact]
    public void MariaDBs_GTID_position_that_was_moved_is_a_range_of_GTIDs()
    {
        SkippedRange range = Assert.Single(Find(
            "x Slave SQL thread exiting, replication stopped in log 'b.000001' at position 1725; "
                + "GTID position '0-34340-7', master: 127.0.0.1:34340",
            "x Slave SQL thread initialized, starting replication in log 'b.000001' at position 1725, "
                + "relay log './r.000001' position: 4; GTID position '0-34340-9'"));
        Assert.Equal(("0-34340-7", "0-34340-9"), (range.Gtids!.Value.After.ToString(), range.Gtids.Value.Last.ToString()));
    }

    [Fact]
    public void The_error_that_a_skip_got_over_is_part_of_its_evidence()
    {
        const string Skip = "x 'SQL_SLAVE_SKIP_COUNTER=1' executed at relay_log_file='./r.000002', relay_log_pos='9', "
            + "master_log_name='b.000001', master_log_pos='100' and new position at relay_log_file='./r.000002', relay_log_pos='486', "
            + "master_log_name='b.000001', master_log_pos='400' ";
        const string Error = "x Slave SQL: Could not execute Write_rows event on table d.t; "
            + "Duplicate entry '2' for key 'PRIMARY', Error_code: 1062; the event's master log b.000001, end_log_pos {0}, Error_code: 1062";
        Assert.Equal(2, Assert.Single(Find(string.Format(CultureInfo.InvariantCulture, Error, 369), Skip)).Evidence.Length);
        SkippedRange other = Assert.Single(Find(string.Format(CultureInfo.InvariantCulture, Error, 99), Skip));
        Assert.Equal((1, false), (other.Evidence.Length, other.IsFirstInRelayLog));
    }

    private static string Line(string format, string file, int position) =>
        string.Format(CultureInfo.InvariantCulture, format, file, position);

    private static List<SkippedRange> Find(params string[] lines) => SkippedRanges.Find(lines.Select(l => ReplicaErrorLog.Parse(l)!));
}
