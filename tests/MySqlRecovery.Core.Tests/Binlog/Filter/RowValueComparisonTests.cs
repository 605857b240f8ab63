using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Filter;

public class RowValueComparisonTests
{
    private static readonly DateTime Instant = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime WallClock = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Unspecified);

    public static TheoryData<object> SameInstant => new()
    {
        Instant, Instant.ToLocalTime(), DateTime.SpecifyKind(Instant.ToLocalTime(), DateTimeKind.Unspecified),
        new DateTimeOffset(Instant).ToOffset(TimeSpan.FromHours(5)),
        "2026-03-01T12:00:00Z", "2026-03-01 14:00:00+02:00", Instant.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", null),
    };

    public static TheoryData<object> SameWallClock => new()
    {
        WallClock, DateTime.SpecifyKind(WallClock, DateTimeKind.Utc), DateTime.SpecifyKind(WallClock, DateTimeKind.Local),
        new DateTimeOffset(WallClock, TimeSpan.FromHours(5)), "2026-03-01 12:00:00", "2026-03-01T12:00:00Z",
    };

    [Theory]
    [MemberData(nameof(SameInstant))]
    public void A_timestamp_is_compared_as_the_instant_that_it_is(object given)
    {
        Assert.True(RowValueComparison.AreEqual(Instant, given));
        Assert.False(RowValueComparison.AreEqual(Instant.AddHours(1), given));
    }

    [Theory]
    [MemberData(nameof(SameWallClock))]
    public void A_datetime_is_compared_as_what_a_clock_shows(object given)
    {
        Assert.True(RowValueComparison.AreEqual(WallClock, given));
        Assert.False(RowValueComparison.AreEqual(WallClock.AddHours(1), given));
    }

    [Fact]
    public void An_address_is_the_same_however_it_is_written()
    {
        Assert.True(RowValueComparison.AreEqual("2001:db8::1", "2001:0DB8:0::0001", BytesAsText.Inet6));
        Assert.False(RowValueComparison.AreEqual("2001:db8::1", "2001:db8::2", BytesAsText.Inet6));
    }
}
