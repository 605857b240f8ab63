using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Restore;
using Xunit;

namespace MySqlRecovery.Core.Tests.Restore;

public sealed class RowJudgeTests
{
    // A table of five INT columns: id, a, b, one that the server computes, one that every update sets to the time.
    private const int Generated = 3, SelfUpdating = 4;
    private static readonly TableMap Map = TableMap.Parse(
        [.. new byte[EventHeader.Size], 9, 0, 0, 0, 0, 0, 1, 0, 1, (byte)'d', 0, 1, (byte)'t', 0, 5, 3, 3, 3, 3, 3, 0, 0x1F]);

    private static readonly RowJudge Judge = new(5, i => i == Generated, i => i == SelfUpdating);

    public static TheoryData<string?, string?, string?, RestoreVerdict, string> Cases => new()
    {
        // from (as the change left it), to (as it is to become), now, verdict, columns
        { null, "1 2 3 0 9", null, RestoreVerdict.Clean, "" },
        { null, "1 2 3 0 9", "1 2 3 7 9", RestoreVerdict.AlreadyRestored, "" },
        { null, "1 2 3 0 9", "1 2 4 0 9", RestoreVerdict.Occupied, "2" },
        { "1 2 3 0 9", null, "1 2 3 5 9", RestoreVerdict.Clean, "" },
        { "1 2 3 0 9", null, null, RestoreVerdict.AlreadyRestored, "" },
        { "1 2 3 0 9", null, "1 2 4 0 8", RestoreVerdict.ChangedSince, "2 4" },
        { "1 2 3 0 9", null, "1 - 3 0 9", RestoreVerdict.ChangedSince, "1" },
        { "1 2 3 0 9", "1 5 3 0 9", "1 2 3 1 9", RestoreVerdict.Clean, "" },
        { "1 2 3 0 9", "1 - 3 0 9", "1 2 3 1 9", RestoreVerdict.Clean, "" },
        { "1 2 3 0 9", "1 5 3 0 9", "1 2 4 0 9", RestoreVerdict.Mergeable, "2" },
        { "1 2 3 0 9", "1 5 3 0 9", "1 5 4 0 9", RestoreVerdict.AlreadyRestored, "" },
        { "1 2 3 0 9", "1 5 3 0 9", "1 6 3 0 9", RestoreVerdict.ChangedSince, "1" },
        { "1 2 3 0 9", "1 5 6 0 9", "1 5 3 0 9", RestoreVerdict.ChangedSince, "1" },
        { "1 2 3 0 9", "1 5 3 0 9", null, RestoreVerdict.Gone, "" },

        // The time of the last update: a later edit of another column brings its own.
        { "1 2 3 0 9", "1 5 3 0 8", "1 2 4 0 99", RestoreVerdict.Mergeable, "2 4" },
        { "1 2 3 0 9", "1 5 3 0 8", "1 5 3 0 99", RestoreVerdict.AlreadyRestored, "" },
        { "1 2 3 0 9", "1 2 3 0 8", "1 2 3 0 99", RestoreVerdict.ChangedSince, "4" },
    };

    [Theory, MemberData(nameof(Cases))]
    public void A_row_is_judged_by_what_it_is_now(string? from, string? to, string? now, RestoreVerdict verdict, string columns)
    {
        Judgement judged = Judge.Judge(Row(from), Row(to), Row(now));
        Assert.Equal((verdict, columns), (judged.Verdict, string.Join(' ', judged.Columns)));
    }

    [Fact]
    public void A_time_that_a_later_edit_brought_stays() =>
        Assert.Equal([SelfUpdating], Judge.Judge(Row("1 2 3 0 9"), Row("1 5 3 0 8"), Row("1 2 4 0 99")).Kept);

    [Theory]
    [InlineData("1 2 3 0 9", null, RestoreVerdict.Clean)]
    [InlineData(null, "7 2 3 0 9", RestoreVerdict.AlreadyRestored)]
    [InlineData("1 0 0 0 0", "7 2 3 0 9", RestoreVerdict.AlreadyRestored)]
    [InlineData(null, "7 0 0 0 9", RestoreVerdict.Gone)]
    [InlineData(null, null, RestoreVerdict.Gone)]
    public void A_row_that_moves_to_another_key_is_looked_for_at_both(string? now, string? there, RestoreVerdict verdict) =>
        Assert.Equal(verdict, Judge.Judge(Row("1 2 3 0 9"), Row("7 2 3 0 9"), Row(now), Row(there)).Verdict);

    [Fact]
    public void Only_chosen_columns_count_in_an_update()
    {
        var judge = new RowJudge(5, i => i == Generated, i => i == SelfUpdating, [false, true, false, false, false]);
        Assert.Equal(RestoreVerdict.Mergeable, judge.Judge(Row("1 2 3 0 9"), Row("1 5 6 0 8"), Row("1 2 4 0 99")).Verdict);
        Assert.Equal(RestoreVerdict.AlreadyRestored, judge.Judge(Row("1 2 3 0 9"), Row("1 2 6 0 8"), Row("1 2 4 0 99")).Verdict);
    }

    [Theory]
    [InlineData(2, 2, null, null, 0, 0, RestoreVerdict.Clean)]
    [InlineData(2, 0, null, null, 0, 0, RestoreVerdict.AlreadyRestored)]
    [InlineData(2, 1, null, null, 0, 0, RestoreVerdict.NotTold)]
    [InlineData(2, 3, null, null, 0, 0, RestoreVerdict.NotTold)]
    [InlineData(null, null, 2, 0, 0, 0, RestoreVerdict.Clean)]
    [InlineData(null, null, 2, 2, 0, 0, RestoreVerdict.NotTold)]
    [InlineData(null, null, 2, 1, 0, 1, RestoreVerdict.Clean)]
    [InlineData(1, 1, 1, 0, 0, 0, RestoreVerdict.Clean)]
    [InlineData(1, 0, 1, 1, 0, 0, RestoreVerdict.AlreadyRestored)]
    [InlineData(1, 0, 1, 0, 0, 0, RestoreVerdict.Gone)]
    [InlineData(1, 1, 1, 1, 0, 0, RestoreVerdict.NotTold)]
    public void Equal_rows_without_key_are_counted(int? touched, int? now, int? coming, int? there, int stayed, int came,
        RestoreVerdict verdict) =>
        Assert.Equal(verdict, RowJudge.JudgeKeyless(
            touched is { } t ? (t, now!.Value) : null, coming is { } c ? (c, there!.Value) : null, stayed, came));

    private static StoredRow? Row(string? values) => values == null ? null : StoredRow.OfServer(
        Map, [.. values.Split(' ').Select(v => v == "-" ? null : System.Text.Encoding.ASCII.GetBytes(v))]);
}
