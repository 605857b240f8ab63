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

    /// <summary>By sql/log_event.cc, <c>Gtid_log_event</c>: of 5.6, 5.7, 8.0.1, 8.0.2, 8.0.14, from an older source, with a
    /// ticket.</summary>
    [Theory]
    [InlineData("01", null, null, 0u, 0u, null)]
    [InlineData("00 | 02 0300000000000000 0400000000000000", 3L, 4L, 0u, 0u, null)]
    [InlineData("00 | 02 0300000000000000 0400000000000000 01000000000000", 3L, 4L, 0u, 0u, null)]
    [InlineData("00 | 02 0300000000000000 0400000000000000 01000000000000 FC2C01", 3L, 4L, 0u, 0u, null)]
    [InlineData("00 | 02 0300000000000000 0400000000000000 01000000000000 FC2C01 A4380100", 3L, 4L, 80036u, 80036u, null)]
    [InlineData("00 | 02 0300000000000000 0400000000000000 01000000000080 02000000000000 FC2C01 A4380180 3FDF0000", 3L, 4L, 80036u, 57151u,
        null)]
    [InlineData("00 | 02 0300000000000000 0400000000000000 01000000000000 FC2C01 A4380100 0700000000000000", 3L, 4L, 80036u, 80036u, 7uL)]
    public void A_GTID_of_MySQL_tells_the_clock_and_the_versions_that_its_server_writes(
        string text, long? lastCommitted, long? number, uint version, uint originalVersion, ulong? ticket)
    {
        string[] parts = text.Split('|');
        string hex = parts[0] + "2e7e0411e5bd11f18a4302fc00000001" + "0900000000000000" + parts.ElementAtOrDefault(1);
        byte[] body = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var header = new EventHeader(0, BinlogEventType.Gtid, 7, 0, 0, EventFlags.None);
        GtidEvent gtid = GtidEvent.Parse(header, body);
        Assert.Equal(
            (lastCommitted, number, version, originalVersion, ticket, "2e7e0411-e5bd-11f1-8a43-02fc00000001:9"),
            (gtid.LastCommitted, gtid.SequenceNumber, gtid.ImmediateServerVersion, gtid.OriginalServerVersion, gtid.CommitGroupTicket,
            gtid.Gtid.ToString()));
    }

    [Fact]
    public void A_GTID_of_MariaDB_tells_the_group_commit_the_XA_transaction_and_the_engines()
    {
        byte[] body = Convert.FromHexString(
            (Start + "8E 1122334455667788 01000000 01 00 61 11 02 74030000").Replace(" ", "", StringComparison.Ordinal));
        GtidEvent gtid = GtidEvent.Parse(new EventHeader(0, BinlogEventType.MariaDbGtid, 7, 0, 0, EventFlags.None), body);
        Assert.Equal((0x8877665544332211uL, "X'61',X'',1", (byte)2), (gtid.CommitId, gtid.XaId, gtid.ExtraEngines));
    }
}
