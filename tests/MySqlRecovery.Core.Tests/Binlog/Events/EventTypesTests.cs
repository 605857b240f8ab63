using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Events;

public sealed class EventTypesTests
{
    // By the numbers of MySQL's enum Log_event_type and MariaDB's, for all 256 type bytes.
    public static TheoryData<string, Func<BinlogEventType, bool>, int[]> Facts { get; } = new()
    {
        { "known", t => t.IsKnown(), [.. Enumerable.Range(1, 42), .. Enumerable.Range(160, 13)] },
        { "inserts", t => t.Operation() == RowOperation.Insert, [23, 30, 166, 169] },
        { "updates", t => t.Operation() == RowOperation.Update, [24, 31, 39, 167, 170] },
        { "deletes", t => t.Operation() == RowOperation.Delete, [25, 32, 168, 171] },
        { "unread rows", t => t.IsUnreadRows(), [20, 21, 22] },
        { "extra row info", t => t.HasExtraRowInfo(), [30, 31, 32, 39, 169, 170, 171] },
        { "compressed", t => t.IsCompressed(), [165, 166, 167, 168, 169, 170, 171] },
        { "other type uncompressed", t => t.Uncompressed() != t, [165, 166, 167, 168, 169, 170, 171] },
        { "queries", t => t.IsQuery(), [2, 165] },
        { "load data", t => t.IsLoadData(), [6, 10, 12, 18] },
        { "statements", t => t.IsStatement(), [2, 6, 10, 12, 18, 20, 21, 22, 26, 38, 165] },
        { "GTIDs", t => t.IsGtid(), [33, 34, 42, 162] },
        { "previous GTIDs", t => t.IsPreviousGtids(), [35, 163] },
    };

    [Theory]
    [MemberData(nameof(Facts))]
    public void A_fact_holds_for_its_types_and_no_others(string fact, Func<BinlogEventType, bool> holds, int[] types)
    {
        Assert.NotEmpty(fact);
        Assert.Equal(types, Enumerable.Range(0, 256).Where(t => holds((BinlogEventType)t)));
    }

    [Theory]
    [InlineData(BinlogEventType.WriteRows, BinlogEventType.DeleteRows)]
    [InlineData(BinlogEventType.UpdateRows, BinlogEventType.UpdateRows)]
    [InlineData(BinlogEventType.WriteRowsV1, BinlogEventType.DeleteRowsV1)]
    [InlineData(BinlogEventType.UpdateRowsV1, BinlogEventType.UpdateRowsV1)]
    public void The_reverse_of_the_reverse_is_the_type_itself(BinlogEventType type, BinlogEventType reversed)
    {
        Assert.Equal(reversed, type.Reversed());
        Assert.Equal(type, reversed.Reversed());
    }

    [Theory]
    [InlineData(BinlogEventType.PartialUpdateRows)]
    [InlineData(BinlogEventType.MariaDbWriteRowsCompressed)]
    [InlineData(BinlogEventType.TableMap)]
    public void What_must_be_expanded_first_or_has_no_rows_has_no_reverse(BinlogEventType type) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => type.Reversed());
}
