using System.Buffers.Binary;
using System.Text;
using MySqlRecovery.Client.Protocol;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.Client.Tests.Fakes;
using MySqlRecovery.Model;
using static MySqlRecovery.Client.Tests.Replication.BinlogEventBytes;

namespace MySqlRecovery.Client.Tests.Replication;

public sealed class BinlogDumpTests
{
    private static readonly byte[] Body = new byte[77]; // makes an event of 100 bytes
    private static readonly byte[] FirstEvent = Packet(FormatDescription, 104, 0, Body);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Events_come_with_file_and_position_and_what_the_server_made_up_does_not(bool checksum)
    {
        byte[][] packets =
        [
            FakeRotate("binlog.000007", 4, checksum),
            FirstEvent,
            Packet(Query, 204, 0, Body),
            Packet(Heartbeat, 204, 0, "binlog.000007"u8),
            Packet(Rotate, 304, 0, Body),
            FakeRotate("binlog.000008", 4, checksum),
            FirstEvent,
            Packet(Query, 0, 0, Body), // MariaDB from 11.4 on
            Packet(Query, 304, 0, Body),
        ];
        Assert.Equal(
            [
                ("binlog.000007", 4, 104, true), ("binlog.000007", 104, 204, true), ("binlog.000007", 204, 304, true),
                ("binlog.000008", 4, 104, true), ("binlog.000008", 104, 204, true), ("binlog.000008", 204, 304, true),
            ],
            Read(new BinlogDumpRequest(), packets));
    }

    [Fact]
    public void A_format_description_sent_again_is_not_stored_and_moves_nothing()
    {
        byte[][] packets = [FakeRotate("b.1", 5000), Packet(FormatDescription, 0, 0, Body), Packet(Query, 5100, 0, Body)];
        Assert.Equal(
            [("b.1", 4, 5000, false), ("b.1", 5000, 5100, true)],
            Read(new BinlogDumpRequest { FileName = "b.1", Position = 5000 }, packets));
    }

    [Fact]
    public void A_position_that_lags_does_not_lead_astray()
    {
        byte[][] packets =
        [
            FakeRotate("b.1", 4), FirstEvent, Packet(Query, 204, 0, Body), Packet(Heartbeat, 104, 0, "b.1"u8), Packet(Query, 250, 0, Body),
        ];
        Assert.Equal([("b.1", 4, 104, true), ("b.1", 104, 204, true), ("b.1", 204, 304, true)], Read(new BinlogDumpRequest(), packets));
    }

    [Fact]
    public void MariaDB_goes_on_by_the_state_of_each_domain_and_passes_over_what_came_already()
    {
        static byte[] Gtid(uint domain, ulong sequence, uint logPos) => Packet(
            162, logPos, 0, new PayloadWriter().UInt64(sequence).UInt32(domain).Byte(0).Zeros(64).Written);
        using var server = new FakeServer(
            Session([FakeRotate("b.2", 4), FirstEvent, Gtid(0, 11, 204), Packet(Query, 304, 0, Body), Gtid(1, 8, 404)], mariaDb: true),
            Session(
                [
                    FakeRotate("b.1", 4), FirstEvent, Packet(Query, 604, 0, Body), FakeRotate("b.2", 4), FirstEvent, Gtid(1, 8, 404),
                    Packet(Query, 504, 0, Body),
                ],
                mariaDb: true,
                checkVariables: sql => Assert.Contains("@slave_connect_state = '0-1-11,1-1-7'", sql)));
        Assert.Equal(
            [("b.2", 4, 104, true), ("b.2", 104, 204, true), ("b.2", 204, 304, true), ("b.2", 304, 404, true), ("b.2", 404, 504, true)],
            Read(server, new BinlogDumpRequest { GtidSet = "0-1-10, 1-1-7" }));
    }

    [Fact]
    public void Positions_go_on_beyond_4_GiB()
    {
        const uint NearTheEnd = uint.MaxValue - 49;
        byte[][] packets =
        [
            FakeRotate("b.1", NearTheEnd - 100),
            Packet(Query, NearTheEnd, 0, Body),
            Packet(Query, unchecked(NearTheEnd + 100), 0, Body),
            Packet(Query, unchecked(NearTheEnd + 200), 0, Body),
        ];
        long start = NearTheEnd - 100;
        Assert.Equal(
            [("b.1", start, start + 100, true), ("b.1", start + 100, start + 200, true), ("b.1", start + 200, start + 300, true)],
            Read(new BinlogDumpRequest(), packets));
    }

    [Fact]
    public void A_start_beyond_4_GiB_asks_for_the_whole_file_and_passes_over_its_head()
    {
        const long Start = (1L << 32) + 150;
        byte[][] packets =
        [
            FakeRotate("b.1", 4),
            FirstEvent,
            Packet(Query, 1u << 31, 0, Body), // long events, as far as the positions know
            Packet(Query, uint.MaxValue - 49, 0, Body),
            Packet(Query, 50, 0, Body),
            Packet(Query, 150, 0, Body),
            Packet(Query, 250, 0, Body),
        ];
        using var server = new FakeServer(Session(packets, c => Assert.Equal(4u, BinaryPrimitives.ReadUInt32LittleEndian(c.AsSpan(1)))),
            Session([]));
        Assert.Equal([("b.1", 4, 104, false), ("b.1", Start, Start + 100, true)],
            Read(server, new BinlogDumpRequest { FileName = "b.1", Position = Start }));
    }

    [Fact]
    public void A_dump_that_ended_early_goes_on_where_it_ended()
    {
        using var server = new FakeServer(
            Session([FakeRotate("b.1", 4), FirstEvent, Packet(Query, 204, 0, Body)]),
            Session(
                [FakeRotate("b.1", 204), Packet(FormatDescription, 0, 0, Body), Packet(Query, 304, 0, Body)],
                c => Assert.Equal((204u, "b.1"),
                    (BinaryPrimitives.ReadUInt32LittleEndian(c.AsSpan(1)), Encoding.ASCII.GetString(c.AsSpan(11))))));
        Assert.Equal([("b.1", 4, 104, true), ("b.1", 104, 204, true), ("b.1", 204, 304, true)], Read(server, new BinlogDumpRequest()));
    }

    [Fact]
    public void A_blocking_dump_that_ends_is_a_lost_connection_and_can_be_resumed()
    {
        using var server = new FakeServer(Session([FakeRotate("b.1", 4), FirstEvent, Packet(Query, 204, 0, Body)], registers: true));
        using BinlogDump dump =
            BinlogDump.Start(ServerConnection.Open(server.Options, Token), new BinlogDumpRequest { Blocking = true }, Token);
        Assert.True(dump.Read(Token));
        Assert.True(dump.Read(Token));
        Fail.With("ServerConnectionLost", () => dump.Read(Token));
        Assert.Equal(new BinlogDumpRequest { FileName = "b.1", Position = 204, Blocking = true }, dump.Resume);
    }

    [Fact]
    public void A_blocking_dump_whose_heartbeats_stay_out_is_a_time_out()
    {
        using var server = new FakeServer(s =>
        {
            s.Accept();
            s.ReadCommand();
            s.Write(FakeSession.OkPayload);
            s.ReadCommand();
            s.Write(FakeSession.OkPayload);
            s.ReadCommand();
            s.WaitForEnd();
        });
        using BinlogDump dump = BinlogDump.Start(
            ServerConnection.Open(server.Options, Token),
            new BinlogDumpRequest { Blocking = true, HeartbeatPeriod = TimeSpan.FromMilliseconds(150) }, Token);
        Fail.With("ServerTimeout", () => dump.Read(Token));
    }

    [Theory]
    [InlineData("Could not find first log file name in binary log index file", "BinlogPurged")]
    [InlineData("Cannot replicate because the source purged required binary logs.", "BinlogPurged")]
    [InlineData("Binary log is not open", "BinlogDisabled")]
    [InlineData("Client requested source to start replication from position > file size", "BinlogDumpFailed")]
    public void An_error_of_the_dump_has_the_id_of_its_reason(string message, string errorId)
    {
        using var server = new FakeServer(Session([FakeSession.ErrorPayload(1236, message)]));
        RecoveryException failure = Fail.With(errorId, () => Read(server, new BinlogDumpRequest()));
        Assert.Contains("1236", failure.Message);
    }

    public static TheoryData<string> HostilePackets => new(
        "", // empty
        "00", // no event
        "01020304", // neither event nor end
        "00" + "000000000f01000000" + "ffffff7f" + "00000000" + "0000", // a length that lies
        "00" + "000000000401000000" + "13000000" + "00000000" + "2000", // a rotate event without a name
        "00" + "000000000401000000" + "1b000000" + "00000000" + "2000" + "0400000000000000");

    [Theory]
    [MemberData(nameof(HostilePackets))]
    public void An_event_that_makes_no_sense_is_an_error(string packet)
    {
        using var server = new FakeServer(Session([Convert.FromHexString(packet)]));
        Fail.With("ServerProtocolError", () => Read(server, new BinlogDumpRequest()));
    }

    private static List<(string File, long Position, long Next, bool Stored)> Read(BinlogDumpRequest request, byte[][] packets)
    {
        // The second session is the question whether the end was the end.
        using var server = new FakeServer(Session(packets), Session([]));
        return Read(server, request);
    }

    private static List<(string File, long Position, long Next, bool Stored)> Read(FakeServer server, BinlogDumpRequest request)
    {
        using BinlogDump dump = BinlogDump.Start(ServerConnection.Open(server.Options, Token), request, Token);
        var found = new List<(string, long, long, bool)>();
        while (dump.Read(Token))
            found.Add((dump.FileName, dump.Position, dump.NextPosition, dump.IsStored));
        return found;
    }

    private static Action<FakeSession> Session(
        byte[][] packets, Action<byte[]>? checkCommand = null, bool registers = false, bool mariaDb = false,
        Action<string>? checkVariables = null) => s =>
    {
        s.Accept(version: mariaDb ? "5.5.5-10.11.18-MariaDB" : "8.0.99-fake");
        string variables = Encoding.UTF8.GetString(s.ReadCommand());
        checkVariables?.Invoke(variables);
        s.Write(FakeSession.OkPayload);
        if (registers)
        {
            Assert.Equal(0x15, s.ReadCommand()[0]);
            s.Write(FakeSession.OkPayload);
        }

        byte[] command = s.ReadCommand();
        Assert.Equal(0x12, command[0]);
        checkCommand?.Invoke(command);
        foreach (byte[] packet in packets)
            s.Write(packet);
        s.Write(FakeSession.EofPayload);
    };
}
