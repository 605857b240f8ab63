using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Events;

public sealed class GtidEventTests
{
    // Number 8, domain 4, flags 1; then what the flags say.
    private const string Start = "C108000000000000 00000000";

    /// <summary>The first as MariaDB 11.8 wrote it; the others by sql/log_event.cc, <c>Gtid_log_event</c>.</summary>
    [Theory]
    [InlineData("0C 10 74030000", 884u)]
    [InlineData("0E 1122334455667788 10 74030000", 884u)]
    [InlineData("4C 01000000 03 02 6162636465 10 74030000", 884u)]
    [InlineData("8E 1122334455667788 01000000 01 00 61 11 02 74030000", 884u)]
    [InlineData("2D 14 0102030405060708 74030000", 884u)]
    [InlineData("0C 00 00000000 00", null)]
    [InlineData("0C 000000000000", null)]
    [InlineData("0C 01 02 000000", null)]
    [InlineData("0C", null)]
    [InlineData("0C 10 7403", null)]
    public void A_GTID_of_MariaDB_tells_the_session_where_the_server_wrote_it(string rest, uint? thread)
    {
        byte[] body = Convert.FromHexString((Start + rest).Replace(" ", "", StringComparison.Ordinal));
        var header = new EventHeader(0, BinlogEventType.MariaDbGtid, 7, 0, 0, EventFlags.None);
        GtidEvent gtid = GtidEvent.Parse(header, body);
        Assert.Equal(("0-7-2241", thread), (gtid.Gtid.ToString(), gtid.ThreadId));
    }
}
